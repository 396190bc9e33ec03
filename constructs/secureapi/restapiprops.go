package secureapi

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// checkRestApiProps refuses what would work around the table, or say a thing twice.
func checkRestApiProps(props *Props, plan *plan) (errs []error) {
	p := props.RestApiProps
	if p == nil {
		return nil
	}
	instead := func(set bool, field, way string) {
		if set {
			errs = append(errs, fmt.Errorf("RestApiProps.%s is set: %s", field, way))
		}
	}
	instead(p.Policy != nil, "Policy", "use Props.ResourcePolicy, whose Statements take anything")
	instead(p.DefaultCorsPreflightOptions != nil, "DefaultCorsPreflightOptions", "use Props.CORS, which also covers errors and functions")
	instead(p.DefaultMethodOptions != nil, "DefaultMethodOptions", "use Route.MethodOptions, and the table for who may call")
	instead(p.DefaultIntegration != nil, "DefaultIntegration", "each route names its function")
	instead(p.CloneFrom != nil, "CloneFrom", "the methods of another API would come along, and the table says nothing of them")
	instead(p.Deploy != nil && !*p.Deploy && props.Stage != (Stage{}), "Deploy", "it is false, and Stage would have no effect; leave one out")
	instead(p.EndpointTypes != nil && p.EndpointConfiguration != nil, "EndpointTypes", "EndpointConfiguration is set too; leave one out")
	if o := p.DeployOptions; o != nil {
		s := props.Stage
		instead(o.StageName != nil && s.Name != "", "DeployOptions.StageName", "Stage.Name is set too; leave one out")
		if o.StageName != nil && !stageName.MatchString(*o.StageName) {
			errs = append(errs, badStageName("RestApiProps.DeployOptions.StageName", *o.StageName))
		}
		instead((o.ThrottlingRateLimit != nil || o.ThrottlingBurstLimit != nil) && (s.RateLimit != 0 || s.BurstLimit != 0 || s.NoThrottling),
			"DeployOptions.ThrottlingRateLimit or ThrottlingBurstLimit", "Stage says it too; leave one out")
		instead(o.AccessLogDestination != nil && (s.NoAccessLogs || s.AccessLogRetention != ""), "DeployOptions.AccessLogDestination", "Stage says it too; leave one out")
		instead(o.TracingEnabled != nil && s.Tracing, "DeployOptions.TracingEnabled", "Stage.Tracing is set too; leave one out")
	}
	errs = append(errs, checkResponseCache(p.DeployOptions)...)
	errs = append(errs, plan.checkKeySource(p.ApiKeySourceType)...)
	errs = append(errs, checkMutualTLS(p)...)
	if private(p) && props.ResourcePolicy == nil {
		errs = append(errs, errors.New("the endpoint is PRIVATE and there is no ResourcePolicy: API Gateway does not deploy a private API without one; set AllowVPCEndpoints or AllowVPCs"))
	}
	return errs
}

// checkResponseCache refuses the cache of answers: its key has the parameters that a method declares and not the caller,
// so that one caller would get another one's answer.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
func checkResponseCache(o *awsapigateway.StageOptions) []error {
	if o == nil {
		return nil
	}
	on := o.CachingEnabled != nil && *o.CachingEnabled
	if o.MethodOptions != nil {
		for _, m := range *o.MethodOptions {
			on = on || m != nil && m.CachingEnabled != nil && *m.CachingEnabled
		}
	}
	if !on {
		return nil
	}
	return []error{errors.New("RestApiProps.DeployOptions turn the cache of answers on: API Gateway does not key it by the caller, so one would get another one's answer; cache in the function or in front of public routes")}
}

// checkKeySource refuses an API key that nothing names, so that every request got 403. With AUTHORIZER as its source the key
// is the usageIdentifierKey of a Lambda authorizer's answer, and the included function has none to name.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
func (p *plan) checkKeySource(source awsapigateway.ApiKeySourceType) (errs []error) {
	if source != awsapigateway.ApiKeySourceType_AUTHORIZER {
		return nil
	}
	const out = "leave ApiKeySourceType out, so that callers send the key in " + apiKeyHeader + ", or guard the route by a Lambda authorizer with a Function of your own that answers with usageIdentifierKey"
	named := false
	for _, g := range p.guards {
		named = named || namesKey(g)
	}
	for _, r := range p.routes {
		switch {
		case !r.needsKey() || namesKey(r.guard):
		case r.guard == nil:
			errs = append(errs, fmt.Errorf("route %q needs an API key, RestApiProps.ApiKeySourceType is AUTHORIZER, and a public route has no authorizer to name one: %s", r.pattern, out))
		default:
			errs = append(errs, fmt.Errorf("route %q needs an API key, RestApiProps.ApiKeySourceType is AUTHORIZER, and %s names none: %s", r.pattern, r.guard, out))
		}
	}
	if !named && errs == nil {
		errs = append(errs, fmt.Errorf("RestApiProps.ApiKeySourceType is AUTHORIZER, and no authorizer of the API names a key: %s", out))
	}
	return errs
}

// namesKey reports whether a guard may answer with a usageIdentifierKey: a function of the caller's own does what it likes.
func namesKey(g *guard) bool {
	switch a := authorizerOf(g).(type) {
	case TokenAuthorizer:
		return a.Function != nil
	case RequestAuthorizer:
		return a.Function != nil
	}
	return false
}

// checkMutualTLS refuses a domain that asks for client certificates while the API's own endpoint, which asks for none, is
// open beside it.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
func checkMutualTLS(p *awsapigateway.RestApiProps) []error {
	if d := p.DomainName; d == nil || d.Mtls == nil || p.DisableExecuteApiEndpoint != nil && *p.DisableExecuteApiEndpoint {
		return nil
	}
	return []error{errors.New("RestApiProps.DomainName has Mtls, and callers without a certificate reach the API by its execute-api endpoint: set RestApiProps.DisableExecuteApiEndpoint to true")}
}

// private tells whether the API is reached through VPC endpoints only.
func private(p *awsapigateway.RestApiProps) bool {
	if p == nil {
		return false
	}
	var types []awsapigateway.EndpointType
	if p.EndpointTypes != nil {
		types = *p.EndpointTypes
	}
	if c := p.EndpointConfiguration; c != nil && c.Types != nil {
		types = append(types, *c.Types...)
	}
	return slices.Contains(types, awsapigateway.EndpointType_PRIVATE)
}

// restAPIProps are the caller's, copied, with our defaults where they say nothing.
func (b *builder) restAPIProps(policy awsiam.PolicyDocument) *awsapigateway.RestApiProps {
	var p awsapigateway.RestApiProps
	if b.props.RestApiProps != nil {
		p = *b.props.RestApiProps
	}
	if p.EndpointTypes == nil && p.EndpointConfiguration == nil {
		p.EndpointConfiguration = &awsapigateway.EndpointConfiguration{
			Types: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		}
	}
	if p.RestApiName == nil {
		p.RestApiName = jsii.String(strings.ReplaceAll(b.path, "/", "-")) // metrics are kept by this name
	}
	if p.CloudWatchRole == nil {
		p.CloudWatchRole = jsii.Bool(false)
	}
	if policy != nil {
		p.Policy = policy
	}
	if p.Deploy == nil || *p.Deploy {
		p.DeployOptions = b.props.Stage.options(b, p.DeployOptions)
	}
	return &p
}
