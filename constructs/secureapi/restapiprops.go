package secureapi

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// restAPIProps returns a copy of the caller's props, with our defaults for what they do not set.
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
		p.RestApiName = jsii.String(strings.ReplaceAll(b.path, "/", "-")) // metrics use this name
	}
	if p.CloudWatchRole == nil {
		p.CloudWatchRole = jsii.Bool(false)
	}
	if b.plan.KeysFromAuthorizer() {
		p.ApiKeySourceType = awsapigateway.ApiKeySourceType_AUTHORIZER
	}
	if b.plan.ClosesExecuteAPI() {
		p.DisableExecuteApiEndpoint = jsii.Bool(true)
	}
	if policy != nil {
		p.Policy = policy
	}
	if !isFalse(p.Deploy) {
		quoted := slices.ContainsFunc(b.plan.Guards, func(g *plan.Guard) bool { return g.JSONClaims })
		p.DeployOptions = b.props.Stage.options(b.site, p.DeployOptions, accessLogFormat(quoted))
		b.methodSettings(p.DeployOptions)
	}
	return &p
}
