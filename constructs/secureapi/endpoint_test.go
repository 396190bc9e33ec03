package secureapi_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// The endpoint type may be a parameter of the stack, which CDK's L2 does not accept.
func TestEndpointFromParameter(t *testing.T) {
	stack := newStack()
	parameter := func(id string) string { return *awscdk.NewCfnParameter(stack, &id, nil).ValueAsString() }
	given := &awsapigateway.EndpointConfiguration{
		Types:         &[]awsapigateway.EndpointType{awsapigateway.EndpointType(parameter("Type"))},
		IpAddressType: awsapigateway.IpAddressType(parameter("Addresses")),
	}
	shop(stack, func(p *secureapi.Props) {
		p.RestApiProps = &awsapigateway.RestApiProps{EndpointConfiguration: given}
	})
	if diff := cmp.Diff(map[string]any{
		"Types": []any{map[string]any{"Ref": "Type"}}, "IpAddressType": map[string]any{"Ref": "Addresses"},
	}, only(t, stack, "AWS::ApiGateway::RestApi")["EndpointConfiguration"]); diff != "" {
		t.Errorf("EndpointConfiguration (-want +got):\n%s", diff)
	}
	if *given == (awsapigateway.EndpointConfiguration{}) || (*given.Types)[0] == awsapigateway.EndpointType_REGIONAL {
		t.Error("New changed the caller's props")
	}
}
