package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// endpointTypes returns the endpoint types of the props, from either field.
func endpointTypes(p *awsapigateway.RestApiProps) (types []awsapigateway.EndpointType) {
	if p.EndpointTypes != nil {
		types = append(types, *p.EndpointTypes...)
	}
	if c := p.EndpointConfiguration; c != nil && c.Types != nil {
		types = append(types, *c.Types...)
	}
	return types
}

// endpointUnknown reports whether an endpoint type is a CDK token, such as a parameter of the stack.
func endpointUnknown(p *awsapigateway.RestApiProps) bool {
	for _, t := range endpointTypes(p) {
		if cdktoken.Unresolved(string(t)) {
			return true
		}
	}
	return false
}

// literalEndpoint replaces endpoint types and an IpAddressType that are CDK tokens, because CDK's L2 accepts only its
// own names. The returned function writes the tokens into the API's template.
func literalEndpoint(p *awsapigateway.RestApiProps) (write func(awsapigateway.RestApi)) {
	given := p.EndpointConfiguration
	address := given != nil && cdktoken.Unresolved(string(given.IpAddressType))
	unknown := endpointUnknown(p)
	if !unknown && !address {
		return func(awsapigateway.RestApi) {}
	}
	var types []*string
	for _, t := range endpointTypes(p) {
		types = append(types, jsii.String(string(t)))
	}
	var literal awsapigateway.EndpointConfiguration
	if given != nil {
		literal = *given
	}
	if unknown {
		literal.Types = &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL}
	}
	if address {
		literal.IpAddressType = ""
	}
	p.EndpointTypes, p.EndpointConfiguration = nil, &literal
	return func(of awsapigateway.RestApi) {
		api := of.Node().DefaultChild().(awscdk.CfnResource)
		if unknown {
			api.AddPropertyOverride(jsii.String("EndpointConfiguration.Types"), types)
		}
		if address {
			api.AddPropertyOverride(jsii.String("EndpointConfiguration.IpAddressType"), string(given.IpAddressType))
		}
	}
}
