package secureapi

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// Route is one row of the access table: what is called, what answers, and who may call. Make one with [Handle] for a
// function, or with [Integrate] for any other integration.
type Route struct {
	// Pattern is a verb and a path as in net/http, with API Gateway's greedy parameter: "GET /orders/{id}", "ANY
	// /files/{proxy+}". The verb is GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or ANY.
	Pattern string

	// Function answers the route through a Lambda proxy integration. It may be in another stack. A route has either a
	// Function or an Integration.
	Function awslambda.IFunction

	// Integration answers the route instead of a Function; see [Integrate]. Default: none.
	Integration awsapigateway.Integration

	// Access restricts who may call. Default: [Props.DefaultAccess]; if that is empty, every caller that the API's
	// authorizer admits.
	Access []Access

	// MethodOptions are passed to CDK for everything except authorization, which the table decides. Default: none.
	MethodOptions *awsapigateway.MethodOptions

	// IntegrationOptions are passed to CDK, for example for a timeout or a credentials role. Default: none, which means a
	// timeout of 29 seconds and one Lambda permission for the function.
	IntegrationOptions *awsapigateway.LambdaIntegrationOptions
}

// Handle returns a route that a Lambda function answers. If there are several requirements, callers have to meet all of
// them; any one value of a requirement is enough to meet it.
func Handle(pattern string, function awslambda.IFunction, access ...Access) Route {
	return Route{Pattern: pattern, Function: function, Access: slices.Clone(access)}
}

// Scopes returns the scopes that [AnyScope] names in routes, also inside [Either], each once and in order. These are
// the scopes that an issuer of tokens for the routes has to know.
func Scopes(routes ...Route) (out []string) {
	var add func(accesses []plan.Access)
	add = func(accesses []plan.Access) {
		for _, a := range accesses {
			switch a := a.(type) {
			case plan.Either:
				add(a.Of)
			case plan.Requirement:
				for _, scope := range a.AnyOf {
					if a.Kind == access.Scope && !slices.Contains(out, scope) {
						out = append(out, scope)
					}
				}
			}
		}
	}
	for _, r := range routes {
		add(r.plan(0).Access)
	}
	return out
}

// plan describes the route in plain values, with the number of its function.
func (r Route) plan(function int) plan.Route {
	out := plan.Route{Pattern: r.Pattern, Function: function, Integrated: r.Integration != nil}
	for _, a := range r.Access {
		out.Access = append(out.Access, planned(a))
	}
	if o := r.MethodOptions; o != nil {
		out.SetsAuthorization = o.Authorizer != nil || o.AuthorizationType != "" || o.AuthorizationScopes != nil
		out.OwnValidation = ownValidation(o)
		out.NeedsKey, out.NeedsNoKey = isTrue(o.ApiKeyRequired), isFalse(o.ApiKeyRequired)
	}
	if late, ok := r.Integration.(*lateIntegration); ok {
		out.Invokes, out.Calls = late.invokes, !late.noCaller
	}
	if i := r.IntegrationOptions; i != nil {
		out.NoProxy = isFalse(i.Proxy)
		out.PassesCredentials = isTrue(i.CredentialsPassthrough)
		out.Streams = i.ResponseTransferMode == awsapigateway.ResponseTransferMode_STREAM
		out.Buffers = i.ResponseTransferMode == awsapigateway.ResponseTransferMode_BUFFERED
		if i.Timeout != nil && !*i.Timeout.IsUnresolved() {
			out.Timeout = time.Duration(*i.Timeout.ToMilliseconds(nil)) * time.Millisecond
		}
		out.LambdaOptions = true
		out.OwnTenant = mapsTenant(i)
	}
	return out
}

// Access restricts who may call a route: [AnyScope], [AnyGroup], [AnyRole], a condition on a [Claim], a
// [PathParameter], [Either], [AnyCaller], [GuardedBy], [Public] or [KeyOnly]. Other values set what else a route needs
// or does: [ForwardAccessToken], [ForwardCaller], [APIKey], [FromCIDRs], [Throttle] and more.
type Access interface{ plan() plan.Access }

// restriction is the only implementation of Access.
type restriction struct{ access plan.Access }

var _ Access = restriction{}

func (r restriction) plan() plan.Access { return r.access }

// planned describes an Access in plain values. A struct that embeds an Access has its methods, and must not pass for
// it.
func planned(a Access) plan.Access {
	if own, ok := a.(restriction); ok {
		return own.plan()
	}
	return plan.Unsupported{Type: fmt.Sprintf("%T", a)}
}

// AnyScope requires a token with at least one of these OAuth 2.0 scopes, spelled as the issuer spells them. The
// included authorizer, a Cognito authorizer and a JWT authorizer enforce it.
func AnyScope(scopes ...string) Access {
	return restriction{plan.Requirement{Kind: access.Scope, AnyOf: slices.Clone(scopes)}}
}

// AnyGroup requires membership in at least one of these groups. The included authorizer enforces it.
func AnyGroup(groups ...string) Access {
	return restriction{plan.Requirement{Kind: access.Group, AnyOf: slices.Clone(groups)}}
}

// AnyRole requires at least one of these application roles. The included authorizer enforces it.
func AnyRole(roles ...string) Access {
	return restriction{plan.Requirement{Kind: access.Role, AnyOf: slices.Clone(roles)}}
}

// Public opens a route to every caller. The reason says why, for reviewers. The resource policy still applies.
func Public(reason string) Access { return restriction{plan.Public{Reason: reason}} }

// ForwardAccessToken passes the access token of the caller's session to the route's function, as "accessToken" in the
// authorizer's context. The function can then call other services on behalf of the caller. The route needs a
// [SessionAuthorizer] with [NoCache], because API Gateway would cache the token with the policy. The access log must
// not contain the token; by default it does not.
func ForwardAccessToken() Access { return restriction{plan.Forward{}} }

// AnyCaller accepts every caller that the route's authorizer admits, and so opts out of [Props.DefaultAccess]. It
// cannot be combined with a requirement or with [Public].
func AnyCaller() Access { return restriction{plan.AnyCaller{}} }

// GuardedBy selects one of [Props.Authorizers] for the route, instead of the API's authorizer.
func GuardedBy(name string) Access { return restriction{plan.GuardedBy{Name: name}} }

// ownValidation lists the fields of MethodOptions that make API Gateway check requests, or returns "".
// RequestParameters are not among them: they check nothing by themselves, and are joined with those of the table.
func ownValidation(o *awsapigateway.MethodOptions) string {
	var fields []string
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"RequestModels", o.RequestModels != nil},
		{"RequestValidator", o.RequestValidator != nil},
		{"RequestValidatorOptions", o.RequestValidatorOptions != nil},
	} {
		if f.set {
			fields = append(fields, f.name)
		}
	}
	return strings.Join(fields, " and ")
}

// requestParameters returns the parameters that a method declares, by the table or by its MethodOptions.
func (r Route) requestParameters(p *awsapigateway.CfnMethodProps) map[string]any {
	out := map[string]any{}
	if o := r.MethodOptions; o != nil && o.RequestParameters != nil {
		for name, required := range *o.RequestParameters {
			out[name] = isTrue(required)
		}
	}
	if have, ok := p.RequestParameters.(*map[string]any); ok {
		maps.Copy(out, *have)
	}
	return out
}
