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

// Props describe an API. Routes and an authorizer (or a reason for each route to be public) are required; the zero
// value of everything else is the safe one. They are read, never changed.
type Props struct {
	// Routes is the access table. API Gateway deploys no API without a method, so an API without routes gets one, ANY /,
	// which answers 404. Authorizer guards it; without an Authorizer it is public. Synthesis warns of it
	// ([NoRoutesWarning]).
	Routes []Route

	// Authorizer guards every route that is not [Public] and is not [GuardedBy] another one: a [TokenAuthorizer],
	// [RequestAuthorizer], [SessionAuthorizer], [CognitoAuthorizer], [JWTAuthorizer] or [IAMAuthorizer]. Default: none, so
	// that each route has to say.
	Authorizer Authorizer

	// Authorizers are further ones, by the name that [GuardedBy] refers to. Each must be used by a route.
	Authorizers map[string]Authorizer

	// DefaultAccess are the requirements of each route that is guarded and has none of its own, as if they were written on
	// it: methods, metadata, errors and "gatehouse routes" show them there. One requirement on the route replaces all of
	// them, and [AnyCaller] leaves them out; [With] adds to what routes have. They also hold for routes that are
	// [GuardedBy] another authorizer, which has to be able to enforce them, and not for those of a [Login]. [AnyScope],
	// [AnyGroup], [AnyRole], conditions on a [Claim], and [Either] of these. Default: none.
	DefaultAccess []Access

	// ResourcePolicy limits who reaches the API at all, before and beside the authorizers. Default: none, which a
	// PRIVATE API does not deploy with.
	ResourcePolicy *ResourcePolicy

	// CORS lets pages of other origins call the API. Default: none may.
	CORS *CORS

	// Stage is where the API is deployed to, with its limits and logs.
	Stage Stage

	// Domain is a custom domain in front of the API. Default: none, callers use the stage's address.
	Domain *Domain

	// SecurityPolicy says which versions of TLS and which ciphers callers may use, and EndpointAccessMode how strictly
	// their address is compared, as in [Domain]. They are the API's own, by which API Gateway negotiates at its
	// execute-api endpoint and, whatever the domain has, at a domain (SecurityPolicy of AWS::ApiGateway::RestApi).
	// Defaults: an enhanced SecurityPolicy of Domain with its mode, or API Gateway's own policy; STRICT where an enhanced
	// policy is set.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
	SecurityPolicy     awsapigateway.SecurityPolicy
	EndpointAccessMode awsapigateway.EndpointAccessMode

	// WebACL is the ARN of a web ACL of AWS WAF (WAFv2) that looks at requests before the authorizers do, as text or as a
	// CDK token; an AWS::WAFv2::WebACLAssociation binds it to the stage. It is one of the scope REGIONAL in the API's
	// region, also where the API is edge-optimized. Default: none.
	WebACL string

	// ExplainBadRequests has API Gateway answer a body that its [Body] does not accept with what is wrong with it, as
	// text: "Invalid request body: [...]" in API Gateway's own words, with the headers of CORS. It writes an
	// AWS::ApiGateway::GatewayResponse of the type BAD_REQUEST_BODY. The words quote the schema to every caller that the
	// route's guard admits. Default: false, and the answer is {"message": "Invalid request body"}.
	ExplainBadRequests bool

	// Models are schemas that exports of the API and SDKs have beside those of [Body] and [DescribeBody]; each is called
	// as its title or by [BodySchema.Named]. Each writes an AWS::ApiGateway::Model. Default: none.
	Models []BodySchema

	// GatewayResponses are answers that API Gateway makes itself, by their type: "UNAUTHORIZED", "THROTTLED". The headers
	// of CORS join them, also for DEFAULT_4XX and DEFAULT_5XX. Each writes an AWS::ApiGateway::GatewayResponse. Default:
	// none but those with the headers of CORS.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
	GatewayResponses map[string]GatewayResponse

	// UsagePlans are plans with API keys, for the routes with [APIKey] or [KeyOnly]. Default: none, so that such a route
	// takes the keys of plans that are made elsewhere.
	UsagePlans []UsagePlan

	// Condition makes the API, with all that New makes for it and what is added to it later, where a condition of the
	// stack holds (Condition of each resource and output). What else refers to the API needs the condition too, but for
	// a policy of [API.GrantInvoke]. Routes with a condition of their own have [OnlyIf]. Default: none, so that the API
	// is there always.
	Condition awscdk.CfnCondition

	// NagSuppressions writes into the metadata of the resources that New makes which findings of cdk-nag's pack
	// AwsSolutions stand, each with its reason ("cdk_nag"): a public route's is the reason of [Public]. What is added
	// beside the table, a grant of [API.GrantInvoke], and functions of your own are not covered. Default: nothing is
	// written.
	NagSuppressions bool

	// RestApiProps is handed to CDK's RestApi for all that is not said above. Policy, DefaultMethodOptions,
	// DefaultIntegration and DefaultCorsPreflightOptions are refused in it, as they would work around the table.
	// Defaults that differ from CDK's: the endpoint is REGIONAL, and there is no account-wide CloudWatch role. The type of
	// the endpoint and its IpAddressType may be CDK tokens, such as parameters of the stack.
	RestApiProps *awsapigateway.RestApiProps

	noRoutes bool // set where Routes was empty; see [withSomeRoute]
}

// accessTable is a checked access table, with CDK's objects that the plan has numbers and names of.
type accessTable struct {
	plan        *plan.Plan
	functions   []awslambda.IFunction // by the number of plan.Route.Function, less one
	authorizers map[string]Authorizer // by the name of plan.Guard; "" is the API's own
}

// newTable checks the props. The error has all that is wrong with them.
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
		in.Routes = append(in.Routes, r.plan(t.number(r.Function)))
	}
	p, err := plan.New(in)
	if err != nil {
		return nil, err
	}
	t.plan = p
	return t, nil
}

// authorizer notes an authorizer under its name, and describes it; nil for none.
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

// number is a function's number in the plan.
func (t *accessTable) number(f awslambda.IFunction) int {
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

// enhanced reports whether a security policy for TLS is one of the enhanced ones of a Region. Those of edge-optimized
// domains are Amazon CloudFront's.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
func enhanced(p awsapigateway.SecurityPolicy) bool {
	return strings.HasPrefix(string(p), "TLS13_1_")
}

// planRestAPI is what the checks look at; nil for none.
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
		Private:                     isOf(p, awsapigateway.EndpointType_PRIVATE),
		Edge:                        isOf(p, awsapigateway.EndpointType_EDGE),
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

// tracesData reports whether requests and answers are logged whole, for the stage or a method.
func tracesData(o *awsapigateway.StageOptions) bool {
	return isTrue(o.DataTraceEnabled) ||
		ofMethods(o, func(m *awsapigateway.MethodDeploymentOptions) bool { return isTrue(m.DataTraceEnabled) })
}

// cachesResponses reports whether the cache of answers is on for the stage or a method.
func cachesResponses(o *awsapigateway.StageOptions) bool {
	return isTrue(o.CachingEnabled) ||
		ofMethods(o, func(m *awsapigateway.MethodDeploymentOptions) bool { return isTrue(m.CachingEnabled) })
}

// ofMethods reports whether something holds for a method's options.
func ofMethods(o *awsapigateway.StageOptions, is func(*awsapigateway.MethodDeploymentOptions) bool) bool {
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

// isOf reports whether the API has an endpoint of a type: PRIVATE is reached through VPC endpoints only.
func isOf(p *awsapigateway.RestApiProps, kind awsapigateway.EndpointType) bool {
	return slices.Contains(endpointTypes(p), kind)
}
