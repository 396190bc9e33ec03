package secureapi

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// RequestAuthorizer is a Lambda authorizer of type REQUEST: a function sees the whole request but its body, and its
// answer is cached by the values of the identity sources.
type RequestAuthorizer struct {
	// JWT uses the included function, which verifies JWTs and enforces the routes' requirements.
	// One of JWT and Function is needed.
	JWT *JWT

	// Function is your own, which then decides alone: routes that it guards cannot have requirements.
	Function awslambda.IFunction

	// InvokeRole is what API Gateway assumes to invoke the function; see [TokenAuthorizer.InvokeRole].
	InvokeRole awsiam.IRole

	// TokenSources are the places of a request where the included function looks for its token. Where caching is on
	// there can be one only, since API Gateway then wants every identity source in each request.
	// Default: the Authorization header.
	TokenSources []TokenSource

	// IdentitySources are the values that an answer is cached by. With caching on, API Gateway answers 401 by itself
	// when one is missing. Default: with JWT those that hold its TokenSources, with Function none, which needs [NoCache].
	IdentitySources []IdentitySource

	// CacheTTL is how long API Gateway keeps the function's policy for the same identity sources; see
	// [TokenAuthorizer.CacheTTL]. Default: 5 minutes. [NoCache] turns it off.
	CacheTTL time.Duration
}

// IdentitySource is a value of the request that API Gateway caches an authorizer's answer by: a [Header],
// a [QueryString], a [StageVariable] or a [Context] variable. A path parameter cannot be one.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html
type IdentitySource struct{ prefix, name string }

// Header is the identity source of a request header.
func Header(name string) IdentitySource { return IdentitySource{"method.request.header.", name} }

// QueryString is the identity source of a query string parameter.
func QueryString(name string) IdentitySource {
	return IdentitySource{"method.request.querystring.", name}
}

// StageVariable is the identity source of a stage variable.
func StageVariable(name string) IdentitySource { return IdentitySource{"stageVariables.", name} }

// Context is the identity source of a variable of the request's context, named without "$context.": "httpMethod",
// "path", "identity.sourceIp".
func Context(name string) IdentitySource { return IdentitySource{"context.", name} }

// String is the source as API Gateway writes it.
func (s IdentitySource) String() string { return s.prefix + s.name }

// known before a request is authorized; the rest of $context ("authorizer.", "error.", "integration."...) is not.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
var contextBeforeAuthorization = []string{"accountId", "apiId", "deploymentId", "domainName", "domainPrefix",
	"extendedRequestId", "httpMethod", "path", "protocol", "requestId", "requestTime", "requestTimeEpoch", "resourceId",
	"resourcePath", "stage"}

// identityContext is what $context.identity has before a request is authorized.
var identityContext = []string{"identity.accountId", "identity.apiKey", "identity.apiKeyId", "identity.caller",
	"identity.cognitoAuthenticationProvider", "identity.cognitoAuthenticationType", "identity.cognitoIdentityId",
	"identity.cognitoIdentityPoolId", "identity.clientCert.clientCertPem", "identity.clientCert.subjectDN",
	"identity.clientCert.issuerDN", "identity.clientCert.serialNumber", "identity.clientCert.validity.notBefore",
	"identity.clientCert.validity.notAfter", "identity.principalOrgId", "identity.sourceIp", "identity.user",
	"identity.userAgent", "identity.userArn", "identity.vpcId", "identity.vpceId"}

// ofCaller tells whether a source can differ between two callers of one route.
func (s IdentitySource) ofCaller() bool {
	return strings.HasPrefix(s.prefix, "method.request.") || s.prefix == "context." && slices.Contains(identityContext, s.name)
}

func (s IdentitySource) check() error {
	if unresolved(s.name) {
		return nil
	}
	switch s.prefix {
	case "method.request.header.":
		return checkHeader(s.name)
	case "context.":
		if !slices.Contains(contextBeforeAuthorization, s.name) && !slices.Contains(identityContext, s.name) {
			return fmt.Errorf("Context(%q): API Gateway has no such value before a request is authorized: it has %s and %s",
				s.name, strings.Join(contextBeforeAuthorization, ", "), strings.Join(identityContext, ", "))
		}
	case "":
		return errors.New("an empty IdentitySource: make it with Header, QueryString, StageVariable or Context")
	}
	if bare, found := strings.CutPrefix(s.name, s.prefix); found {
		return fmt.Errorf("identity source %q: want the name alone: %q", s, bare)
	}
	if s.name == "" || strings.ContainsAny(s.name, ", \t\r\n") {
		return fmt.Errorf("identity source %q: a name without commas and spaces is needed", s)
	}
	return nil
}

// TokenSource is a place of a request where the included function looks for its token: a [BearerHeader], a [Cookie]
// or a [QueryToken].
type TokenSource struct{ source authz.TokenSource }

// BearerHeader is a header that holds "Bearer TOKEN".
func BearerHeader(name string) TokenSource {
	return TokenSource{authz.TokenSource{Kind: authz.Header, Name: name}}
}

// Cookie is a cookie whose value is the token. Guard against cross-site request forgery: a cookie is sent by itself.
func Cookie(name string) TokenSource {
	return TokenSource{authz.TokenSource{Kind: authz.Cookie, Name: name}}
}

// QueryToken is a query string parameter whose value is the token. It ends up in logs and browser histories, so use
// it only for what cannot send a header.
func QueryToken(name string) TokenSource {
	return TokenSource{authz.TokenSource{Kind: authz.QueryString, Name: name}}
}

// check refuses what the function would not start with.
func (t TokenSource) check() error {
	switch {
	case t.source.Kind == "":
		return errors.New("an empty TokenSource: make it with BearerHeader, Cookie or QueryToken")
	case unresolved(t.source.Name):
		return nil
	default:
		return t.source.Check()
	}
}

// identity is the identity source that holds the token.
func (t TokenSource) identity() IdentitySource {
	switch t.source.Kind {
	case authz.Cookie:
		return Header("Cookie")
	case authz.QueryString:
		return QueryString(t.source.Name)
	}
	return Header(t.source.Name)
}

func (RequestAuthorizer) kind() string { return "RequestAuthorizer" }

func (r RequestAuthorizer) check() []error {
	errs := r.lambda().check()
	ttl, err := cacheTTL(r.CacheTTL)
	if err != nil {
		errs = append(errs, err)
	}
	sources := r.identitySources()
	for _, s := range sources {
		if err := s.check(); err != nil {
			errs = append(errs, err)
		}
	}
	if r.Function != nil && len(r.TokenSources) > 0 {
		errs = append(errs, errors.New("TokenSources are for the included function: your own Function finds its token itself"))
	}
	for i, t := range r.TokenSources {
		if err := t.check(); err != nil {
			errs = append(errs, fmt.Errorf("TokenSources[%d]: %w", i, err))
		} else if slices.Contains(r.TokenSources[:i], t) {
			errs = append(errs, fmt.Errorf("TokenSources[%d]: the %s %q is there twice: leave one out", i, t.source.Kind, t.source.Name))
		}
	}
	if ttl > 0 && (r.JWT != nil || r.Function != nil) { // what to cache by depends on which of them it is
		errs = append(errs, r.checkCache(sources)...)
	}
	return errs
}

// checkCache refuses identity sources under which one caller could be served another one's answer, or nobody any.
func (r RequestAuthorizer) checkCache(sources []IdentitySource) (errs []error) {
	if len(sources) == 0 {
		return []error{errors.New("caching is on and there is no identity source to cache by: add IdentitySources, or set CacheTTL to NoCache")}
	}
	if !slices.ContainsFunc(sources, IdentitySource.ofCaller) {
		return []error{errors.New("caching is on and no identity source tells callers apart, so one caller's answer would serve all: add a Header, a QueryString or Context(\"identity.sourceIp\"), or set CacheTTL to NoCache")}
	}
	if r.JWT == nil {
		return nil
	}
	tokens := r.tokenSources()
	if len(tokens) > 1 {
		errs = append(errs, fmt.Errorf("caching is on with %d TokenSources: API Gateway wants every identity source in each request, so a request with one token would get 401: use one, or set CacheTTL to NoCache", len(tokens)))
	}
	for _, t := range tokens {
		held := func(s IdentitySource) bool {
			want := t.identity()
			return s.prefix == want.prefix && (s.name == want.name || s.prefix == "method.request.header." && strings.EqualFold(s.name, want.name))
		}
		if !slices.ContainsFunc(sources, held) {
			errs = append(errs, fmt.Errorf("caching is on and the token in %s is not among the identity sources, so one caller's answer would serve another: add it, or set CacheTTL to NoCache", t.identity()))
		}
	}
	return errs
}

func (r RequestAuthorizer) tokenSources() []TokenSource {
	if len(r.TokenSources) == 0 {
		return []TokenSource{BearerHeader("Authorization")}
	}
	return r.TokenSources
}

// identitySources are those given or, for the included function with caching on, those of its token.
func (r RequestAuthorizer) identitySources() []IdentitySource {
	if len(r.IdentitySources) > 0 || r.JWT == nil || r.CacheTTL == NoCache {
		return r.IdentitySources
	}
	var out []IdentitySource
	for _, t := range r.tokenSources() {
		if s := t.identity(); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// perRequest tells whether an answer serves one verb and path only, so that its policy can be for that alone.
func (r RequestAuthorizer) perRequest() bool {
	return r.CacheTTL == NoCache ||
		slices.Contains(r.IdentitySources, Context("path")) && slices.Contains(r.IdentitySources, Context("httpMethod"))
}

func (r RequestAuthorizer) headers() []string {
	var out []string
	add := func(s IdentitySource) {
		if s.prefix == "method.request.header." && s.name != "Cookie" {
			out = append(out, s.name)
		}
	}
	for _, s := range r.identitySources() {
		add(s)
	}
	if r.JWT != nil {
		for _, t := range r.tokenSources() {
			add(t.identity())
		}
	}
	return out
}

func (r RequestAuthorizer) enforces(requires []access.Requirement) error {
	return r.lambda().enforces(requires)
}

func (r RequestAuthorizer) lambda() lambdaAuthorizer {
	return lambdaAuthorizer{jwt: r.JWT, function: r.Function, invokeRole: r.InvokeRole}
}

func (r RequestAuthorizer) attach(b *builder, g *guard) attached {
	ttl, _ := cacheTTL(r.CacheTTL)
	config := authz.Config{PerRequest: r.perRequest()}
	for _, t := range r.tokenSources() {
		config.TokenSources = append(config.TokenSources, t.source)
	}
	function, role := r.lambda().handler(b, g, config)
	sources := []*string{}
	for _, s := range r.identitySources() {
		sources = append(sources, jsii.String(s.String()))
	}
	authorizer := awsapigateway.NewRequestAuthorizer(b.api, jsii.String(g.id()), &awsapigateway.RequestAuthorizerProps{
		Handler:         function,
		AssumeRole:      role,
		IdentitySources: &sources,
		ResultsCacheTtl: awscdk.Duration_Seconds(jsii.Number(ttl.Seconds())),
	})
	if len(sources) == 0 {
		// CDK writes an empty string here, which says something else than no identity source.
		authorizer.Node().DefaultChild().(awsapigateway.CfnAuthorizer).SetIdentitySource(nil)
	}
	return attached{
		authorizationType: awsapigateway.AuthorizationType_CUSTOM,
		authorizer:        authorizer,
		fingerprint: map[string]any{"type": "REQUEST", "function": function.FunctionArn(), "role": roleARN(role),
			"sources": sources, "ttl": ttl.Seconds()},
	}
}
