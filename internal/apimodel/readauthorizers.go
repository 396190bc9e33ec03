package apimodel

import (
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// The default and the maximum of AuthorizerResultTtlInSeconds.
// Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-authorizer.html
const (
	authorizerTTL    = 300 * time.Second
	maxAuthorizerTTL = 3600 * time.Second
)

func (b *builder) readAuthorizers() {
	b.each("AWS::ApiGateway::Authorizer", func(r *reader) {
		api := b.apiOf(r)
		if api == nil {
			return
		}
		a := &Authorizer{
			ID:           r.id,
			AuthorizerID: r.physicalID(),
			Name:         r.text("Name"),
			Type:         r.need("Type"),
			Credentials:  r.notice().text("AuthorizerCredentials"),
			Validation:   r.text("IdentityValidationExpression"),
			TTL:          authorizerTTL,
		}
		if s := r.integer("AuthorizerResultTtlInSeconds"); s != nil {
			a.TTL = time.Duration(*s) * time.Second
			if a.TTL > maxAuthorizerTTL {
				r.problem("AuthorizerResultTtlInSeconds is %d: API Gateway's maximum is 3600", *s)
			}
		}
		for _, name := range r.names() {
			if _, bad := r.values[name].(cloudassembly.Unresolved); bad {
				a.NotKnown = append(a.NotKnown, name)
			}
		}
		r.identitySources(a)
		switch a.Type {
		case TokenAuthorizer, RequestAuthorizer:
			a.URI = r.text("AuthorizerUri")
			a.Function, a.Qualifier = b.functionFor(r, "AuthorizerUri", a.URI)
		case CognitoAuthorizer:
			for _, arn := range r.texts("ProviderARNs") {
				if p := b.pool(arn); p != nil {
					a.UserPools = append(a.UserPools, p)
				} else {
					r.problem("ProviderARNs: want ARNs of user pools, got %q", arn)
				}
			}
			if len(a.UserPools) == 0 {
				r.problem("ProviderARNs: want at least one user pool")
			}
		case JWTAuthorizer:
			r.jwt(a)
		case "":
		default:
			r.problem("Type: want TOKEN, REQUEST, COGNITO_USER_POOLS or JWT, got %q", a.Type)
		}
		b.authorizers[inAPI{api, a.AuthorizerID}] = a
		api.Authorizers = append(api.Authorizers, a)
	})
}

// identitySources reads the list of sources, separated by commas.
func (r *reader) identitySources(a *Authorizer) {
	for t := range strings.SplitSeq(r.text("IdentitySource"), ",") {
		if t = strings.TrimSpace(t); t == "" {
			continue
		}
		s, ok := identitySource(t)
		if !ok {
			r.problem("IdentitySource: want a header, query string parameter, stage variable or context value, "+
				"such as method.request.header.Authorization, got %q", t)
			continue
		}
		a.IdentitySources = append(a.IdentitySources, s)
	}
	if a.Type == TokenAuthorizer || a.Type == CognitoAuthorizer || a.Type == JWTAuthorizer {
		if n := len(a.IdentitySources); n != 1 || a.IdentitySources[0].In != "header" {
			r.problem("IdentitySource: a %s authorizer has one header, such as method.request.header.Authorization, got %s",
				a.Type, cloudassembly.Describe(r.values["IdentitySource"]))
		}
	} else if a.TTL > 0 && len(a.IdentitySources) == 0 {
		r.problem("IdentitySource: an authorizer whose answers are cached has at least one, or " +
			"AuthorizerResultTtlInSeconds 0")
	}
}

func identitySource(t string) (IdentitySource, bool) {
	for _, in := range []string{"header", "querystring", "stageVariables", "context"} {
		prefix := in + "."
		if in == "header" || in == "querystring" {
			prefix = "method.request." + prefix
		}
		if name, ok := strings.CutPrefix(t, prefix); ok && name != "" {
			return IdentitySource{in, name}, true
		}
	}
	return IdentitySource{}, false
}
