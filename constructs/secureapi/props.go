package secureapi

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// Props describe an API. An Authorizer is required, unless each route names one of Authorizers or is [Public]. The zero
// value of every other field is the safe one. New reads props and does not change them.
type Props struct {
	// Routes is the access table. API Gateway does not deploy an API without a method, so an empty table gets one route,
	// ANY /, which answers 404. Authorizer guards it; without an Authorizer it is public. API Gateway answers 403 to all
	// other paths. Synthesis then warns ([NoRoutesWarning]).
	Routes []Route

	// Authorizer guards every route that is neither [Public] nor [GuardedBy] another authorizer: a [TokenAuthorizer],
	// [RequestAuthorizer], [SessionAuthorizer], [CognitoAuthorizer], [JWTAuthorizer] or [IAMAuthorizer]. Default: none;
	// each route is then [Public], or [GuardedBy] one of Authorizers.
	Authorizer Authorizer

	// Authorizers are further authorizers, by the name that [GuardedBy] uses. Each must guard a route.
	Authorizers map[string]Authorizer

	// DefaultAccess are the requirements of every guarded route that has none of its own, as if they were written there:
	// methods, metadata, errors and "gatehouse routes" show them on the route. One requirement on a route replaces all of
	// them; [AnyCaller] removes them; [With] adds requirements to routes. They also apply to routes that are [GuardedBy]
	// another authorizer, which has to be able to enforce them. They do not apply to the routes of a [Login]. Allowed are
	// [AnyScope], [AnyGroup], [AnyRole], conditions on a [Claim], and [Either] of these. A [Tenant] is also allowed; it
	// applies to each guarded route whose function has tenant isolation, whatever else the route has. Default: none.
	DefaultAccess []Access

	// ResourcePolicy limits who can reach the API at all, in addition to the authorizers. Default: none; a PRIVATE API
	// does not deploy without one.
	ResourcePolicy *ResourcePolicy

	// CORS lets pages of other origins call the API. Default: they cannot.
	CORS *CORS

	// Stage configures the stage that the API is deployed to, with its limits and logs.
	Stage Stage

	// Domain is a custom domain in front of the API. Default: none; callers use the stage's address.
	Domain *Domain

	// SecurityPolicy sets the TLS versions and ciphers that callers may use, and EndpointAccessMode how strictly their
	// address is compared, as in [Domain]. These are the API's own settings (SecurityPolicy of AWS::ApiGateway::RestApi).
	// API Gateway negotiates by them at the execute-api endpoint and at a domain, whatever the domain has. Defaults: an
	// enhanced SecurityPolicy of Domain with its mode, else API Gateway's default; STRICT with an enhanced policy.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
	SecurityPolicy     awsapigateway.SecurityPolicy
	EndpointAccessMode awsapigateway.EndpointAccessMode

	// WebACL is the ARN of an AWS WAF (WAFv2) web ACL that inspects requests before the authorizers do, as text or as a
	// CDK token. An AWS::WAFv2::WebACLAssociation binds it to the stage. Its scope is REGIONAL and its region the API's,
	// also for an edge-optimized API. Default: none.
	WebACL string

	// ExplainBadRequests makes API Gateway say what is wrong with a body that its [Body] does not accept, as text:
	// "Invalid request body: [...]" in API Gateway's own words, with the CORS headers. It writes an
	// AWS::ApiGateway::GatewayResponse of type BAD_REQUEST_BODY. The answer quotes the schema to every caller that the
	// route's guard admits. Default: false; the answer is {"message": "Invalid request body"}.
	ExplainBadRequests bool

	// Models are further schemas for exports of the API and for SDKs, in addition to those of [Body] and [DescribeBody]. A
	// model is named after its title or with [BodySchema.Named]. Each writes an AWS::ApiGateway::Model. Default: none.
	Models []BodySchema

	// GatewayResponses are answers that API Gateway makes itself, by type: "UNAUTHORIZED", "THROTTLED". The CORS headers
	// are added, also for DEFAULT_4XX and DEFAULT_5XX. Each writes an AWS::ApiGateway::GatewayResponse. Default: only
	// those with the CORS headers.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
	GatewayResponses map[string]GatewayResponse

	// UsagePlans are plans with API keys, for routes with [APIKey] or [KeyOnly]. Default: none; such routes then take keys
	// of plans that are created elsewhere.
	UsagePlans []UsagePlan

	// Condition creates the API, with everything that New and its methods create for it, only if a condition of the stack
	// holds (Condition of each resource and output). Other resources that refer to the API need the condition too, except
	// a policy of [API.GrantInvoke]. For a condition on one route, use [OnlyIf]. Default: none; the API always exists.
	Condition awscdk.CfnCondition

	// NagSuppressions suppresses findings of cdk-nag's AwsSolutions pack on the resources that New creates, each with its
	// reason, in their metadata ("cdk_nag"). The reason for a public route is that of [Public]. It does not cover what you
	// add outside the table, grants of [API.GrantInvoke], or your functions. Default: false.
	NagSuppressions bool

	// RestApiProps are passed to CDK's RestApi for settings that have no field above. Policy, DefaultMethodOptions,
	// DefaultIntegration and DefaultCorsPreflightOptions are refused, because they would bypass the table. Two defaults
	// differ from CDK's: the endpoint is REGIONAL, and there is no account-wide CloudWatch role. The endpoint type and its
	// IpAddressType may be CDK tokens, such as parameters of the stack.
	RestApiProps *awsapigateway.RestApiProps

	noRoutes bool // whether Routes was empty; see [withSomeRoute]
}

// accessTable is a checked access table, with the CDK objects that the plan refers to by numbers and names.
type accessTable struct {
	plan        *plan.Plan
	functions   []awslambda.IFunction // indexed by plan.Route.Function - 1
	authorizers map[string]Authorizer // by the name of plan.Guard; "" for the API's own
}

// newTable checks the props. The error lists everything that is wrong with them.
func newTable(props *Props) (*accessTable, error) {
	if props == nil {
		return nil, errors.New("the props are nil: at least Routes and an Authorizer are needed")
	}
	t := &accessTable{authorizers: map[string]Authorizer{}}
	in := plan.Props{
		Authorizer:  t.authorizer("", props.Authorizer),
		Authorizers: map[string]*plan.Authorizer{},
		Policy:      props.ResourcePolicy.plan(),
		CORS:        (*plan.CORS)(props.CORS),
		Stage:       props.Stage.plan(),
		UsagePlans:  planUsage(props.UsagePlans),
		RestAPI:     planRestAPI(props.RestApiProps),
		Domain:      props.Domain.plan(),
		WebACL:      props.WebACL,

		ExplainBadRequests: props.ExplainBadRequests,
		GatewayResponses:   planGatewayResponses(props.GatewayResponses),
		Conditional:        props.Condition != nil,
		SecurityPolicy:     policyInTemplates(props.SecurityPolicy),
		EndpointAccessMode: string(props.EndpointAccessMode),
	}
	for _, m := range props.Models {
		in.Models = append(in.Models, m.given().body)
	}
	for _, a := range props.DefaultAccess {
		in.DefaultAccess = append(in.DefaultAccess, planned(a))
	}
	for name, a := range props.Authorizers {
		in.Authorizers[name] = t.authorizer(name, a)
	}
	for _, r := range props.Routes {
		in.Routes = append(in.Routes, r.plan(t.functionNumber(r.Function)))
	}
	if slices.ContainsFunc(in.DefaultAccess, func(a plan.Access) bool { _, is := a.(plan.Tenant); return is }) {
		of := make([]bool, len(t.functions))
		for i, f := range t.functions {
			of[i] = isolated(f)
		}
		for i := range in.Routes {
			if n := in.Routes[i].Function; n > 0 {
				in.Routes[i].Isolated = of[n-1]
			}
		}
	}
	p, err := plan.New(in)
	if err != nil {
		return nil, err
	}
	t.plan = p
	return t, nil
}

// authorizer stores an authorizer under its name, and describes it. It returns nil for nil.
func (t *accessTable) authorizer(name string, given Authorizer) *plan.Authorizer {
	if given == nil {
		return nil
	}
	a, err := valueOf(given)
	if err != nil {
		return &plan.Authorizer{Err: err}
	}
	t.authorizers[name] = a
	described := a.plan()
	return &described
}

// functionNumber returns a function's number in the plan.
func (t *accessTable) functionNumber(f awslambda.IFunction) int {
	if f == nil {
		return 0
	}
	i := slices.Index(t.functions, f)
	if i < 0 {
		i = len(t.functions)
		t.functions = append(t.functions, f)
	}
	return i + 1
}

// enhanced reports whether a TLS security policy is an enhanced one for a Region. The policies of edge-optimized
// domains are Amazon CloudFront's.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
func enhanced(p awsapigateway.SecurityPolicy) bool {
	return strings.HasPrefix(string(p), "TLS13_1_")
}

// planRestAPI converts the props into the form that is checked. It returns nil for nil.
func planRestAPI(p *awsapigateway.RestApiProps) *plan.RestAPI {
	if p == nil {
		return nil
	}
	out := &plan.RestAPI{
		Policy:                      p.Policy != nil,
		DefaultCorsPreflightOptions: p.DefaultCorsPreflightOptions != nil,
		DefaultMethodOptions:        p.DefaultMethodOptions != nil,
		DefaultIntegration:          p.DefaultIntegration != nil,
		CloneFrom:                   p.CloneFrom != nil,
		EndpointTypes:               p.EndpointTypes != nil,
		EndpointConfiguration:       p.EndpointConfiguration != nil,
		EndpointUnknown:             endpointUnknown(p),
		NotDeployed:                 isFalse(p.Deploy),
		Private:                     hasEndpointType(p, awsapigateway.EndpointType_PRIVATE),
		Edge:                        hasEndpointType(p, awsapigateway.EndpointType_EDGE),
		KeysFromAuthorizer:          p.ApiKeySourceType == awsapigateway.ApiKeySourceType_AUTHORIZER,
		KeysFromHeader:              p.ApiKeySourceType == awsapigateway.ApiKeySourceType_HEADER,
		MutualTLS:                   p.DomainName != nil && p.DomainName.Mtls != nil,
		EnhancedTLS:                 p.DomainName != nil && enhanced(p.DomainName.SecurityPolicy),
		NoExecuteAPI:                isTrue(p.DisableExecuteApiEndpoint),
		KeepsExecuteAPI:             isFalse(p.DisableExecuteApiEndpoint),
		DomainName:                  p.DomainName != nil,
		Compresses:                  p.MinCompressionSize != nil,
	}
	//lint:ignore SA1019 callers may still set it
	out.Compresses = out.Compresses || p.MinimumCompressionSize != nil
	if p.BinaryMediaTypes != nil {
		for i, t := range *p.BinaryMediaTypes {
			if t == nil {
				out.NilMediaTypes = append(out.NilMediaTypes, i)
				continue
			}
			out.BinaryMediaTypes = append(out.BinaryMediaTypes, *t)
		}
	}
	if o := p.DeployOptions; o != nil {
		out.DataTrace = tracesData(o)
		if o.AccessLogFormat != nil {
			out.AccessLogFormat = *o.AccessLogFormat.ToString()
		}
		out.StageName = o.StageName
		out.Variables = mapOf(o.Variables)
		out.Throttling = o.ThrottlingRateLimit != nil || o.ThrottlingBurstLimit != nil
		out.AccessLogDestination = o.AccessLogDestination != nil
		out.TracingEnabled = o.TracingEnabled != nil
		out.ResponseCache = cachesResponses(o)
		out.CacheCluster = isTrue(o.CacheClusterEnabled) || o.CacheClusterSize != nil
		out.NoCacheCluster = isFalse(o.CacheClusterEnabled)
		if o.MethodOptions != nil {
			out.MethodOptions = slices.Collect(maps.Keys(*o.MethodOptions))
		}
	}
	return out
}

// tracesData reports whether whole requests and answers are logged, for the stage or a method.
func tracesData(o *awsapigateway.StageOptions) bool {
	return isTrue(o.DataTraceEnabled) ||
		anyMethodOptions(o, func(m *awsapigateway.MethodDeploymentOptions) bool { return isTrue(m.DataTraceEnabled) })
}

// cachesResponses reports whether the response cache is on for the stage or a method.
func cachesResponses(o *awsapigateway.StageOptions) bool {
	return isTrue(o.CachingEnabled) ||
		anyMethodOptions(o, func(m *awsapigateway.MethodDeploymentOptions) bool { return isTrue(m.CachingEnabled) })
}

// anyMethodOptions reports whether something holds for any method's options.
func anyMethodOptions(o *awsapigateway.StageOptions, is func(*awsapigateway.MethodDeploymentOptions) bool) bool {
	if o.MethodOptions == nil {
		return false
	}
	for _, m := range *o.MethodOptions {
		if m != nil && is(m) {
			return true
		}
	}
	return false
}

// hasEndpointType reports whether the API has an endpoint of a type. A PRIVATE one is reached only through VPC
// endpoints.
func hasEndpointType(p *awsapigateway.RestApiProps, kind awsapigateway.EndpointType) bool {
	return slices.Contains(endpointTypes(p), kind)
}
