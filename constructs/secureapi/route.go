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

// Route is one line of the access table: what is called, what answers, and who may call. [Handle] makes one that a
// function answers, and [Integrate] one that anything else does.
type Route struct {
	// Pattern is a verb and a path as in net/http, with API Gateway's own greedy parameter: "GET /orders/{id}",
	// "ANY /files/{proxy+}". The verbs are GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS and ANY.
	Pattern string

	// Function answers the route, by a Lambda proxy integration. It may live in another stack. A route has a Function or
	// an Integration.
	Function awslambda.IFunction

	// Integration answers the route instead of a Function: see [Integrate]. Default: none.
	Integration awsapigateway.Integration

	// Access restricts who may call. Default: [Props.DefaultAccess], and without it every caller that the API's authorizer
	// admits.
	Access []Access

	// MethodOptions is handed to CDK for all but authorization, which the table decides. Default: none.
	MethodOptions *awsapigateway.MethodOptions

	// IntegrationOptions is handed to CDK, for a time-out or a credentials role. Default: none, which is a time-out
	// of 29 seconds and one Lambda permission for the function.
	IntegrationOptions *awsapigateway.LambdaIntegrationOptions
}

// Handle is a line of the access table. Several requirements must all hold; each is met by any one of its values.
func Handle(pattern string, function awslambda.IFunction, access ...Access) Route {
	return Route{Pattern: pattern, Function: function, Access: slices.Clone(access)}
}

// Scopes are the scopes that [AnyScope] names in routes, in their order and each once, those in [Either] with them:
// what an issuer has to know of whose tokens the routes take.
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
	if i := r.IntegrationOptions; i != nil {
		out.NoProxy = isFalse(i.Proxy)
		out.PassesCredentials = isTrue(i.CredentialsPassthrough)
		out.Streams = i.ResponseTransferMode == awsapigateway.ResponseTransferMode_STREAM
		out.Buffers = i.ResponseTransferMode == awsapigateway.ResponseTransferMode_BUFFERED
		if i.Timeout != nil && !*i.Timeout.IsUnresolved() {
			out.Timeout = time.Duration(*i.Timeout.ToMilliseconds(nil)) * time.Millisecond
		}
		out.LambdaOptions = true
	}
	return out
}

func isTrue(b *bool) bool  { return b != nil && *b }
func isFalse(b *bool) bool { return b != nil && !*b }

// Access restricts who may call a route: [AnyScope], [AnyGroup], [AnyRole], a condition on a [Claim], a
// [PathParameter], [Either], [AnyCaller], [GuardedBy], [Public] or [KeyOnly]. Other words say what a request meets
// besides: [ForwardAccessToken], [APIKey], [FromCIDRs], [Throttle] and more.
type Access interface{ plan() plan.Access }

// restriction is the one kind of Access.
type restriction struct{ access plan.Access }

var _ Access = restriction{}

func (r restriction) plan() plan.Access { return r.access }

// planned describes an Access in plain values. A struct that embeds one has its methods, and must not pass for it.
func planned(a Access) plan.Access {
	if own, ok := a.(restriction); ok {
		return own.plan()
	}
	return plan.Unsupported{Type: fmt.Sprintf("%T", a)}
}

// AnyScope asks for a token with at least one of these OAuth 2.0 scopes, as its issuer writes them. The included
// authorizer, a Cognito authorizer and a JWT authorizer enforce it.
func AnyScope(scopes ...string) Access {
	return restriction{plan.Requirement{Kind: access.Scope, AnyOf: slices.Clone(scopes)}}
}

// AnyGroup asks for a member of at least one of these groups. The included authorizer enforces it.
func AnyGroup(groups ...string) Access {
	return restriction{plan.Requirement{Kind: access.Group, AnyOf: slices.Clone(groups)}}
}

// AnyRole asks for at least one of these application roles. The included authorizer enforces it.
func AnyRole(roles ...string) Access {
	return restriction{plan.Requirement{Kind: access.Role, AnyOf: slices.Clone(roles)}}
}

// Public opens a route to every caller, and says why for those who review it. It leaves the resource policy in force.
func Public(reason string) Access { return restriction{plan.Public{Reason: reason}} }

// ForwardAccessToken hands the access token of the caller's session to the route's function, in the authorizer's
// context as "accessToken", for calls in the caller's name. It needs a [SessionAuthorizer] with [NoCache] on the route:
// API Gateway would keep the token with an answer. The access log must not have it, and does not by default.
func ForwardAccessToken() Access { return restriction{plan.Forward{}} }

// AnyCaller says that a guarded route takes every caller that its authorizer admits, and so leaves
// [Props.DefaultAccess] out. It is refused beside a requirement and beside [Public].
func AnyCaller() Access { return restriction{plan.AnyCaller{}} }

// GuardedBy names one of [Props.Authorizers] as the route's, instead of the API's.
func GuardedBy(name string) Access { return restriction{plan.GuardedBy{Name: name}} }

// ownValidation names the fields of MethodOptions that have requests checked; "" without any. RequestParameters do not
// by themselves, and join those of the words.
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

// requestParameters are those that a method declares, by the table or by its MethodOptions.
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
