package rules_test

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// TestPrivateIntegrations checks connections that an app may write by an escape hatch.
func TestPrivateIntegrations(t *testing.T) {
	const balancer = `,"IntegrationTarget":{"Ref":"Balancer"}`
	const link = `,"ConnectionType":"VPC_LINK","ConnectionId":`
	for _, tt := range []struct{ name, connection, want string }{
		{"the internet", "", ""},
		{"a link V2", link + `{"Ref":"V2"}` + balancer, ""},
		{"a link V1", link + `{"Ref":"V1"}`, ""},
		{"a link of another app", link + `"abc123"`, ""},
		{"a link of another app, and a target", link + `"abc123"` + balancer, ""},
		{"a link that the deployment gives", link + `{"Fn::ImportValue":"link"}`, ""},
		{"a stage variable", link + `"${stageVariables.link}"` + balancer, ""},
		{"a type that the deployment gives", `,"ConnectionType":{"Fn::ImportValue":"type"}` + balancer, ""},
		{"a link V2 without a target", link + `{"Fn::GetAtt":["V2","VpcLinkId"]}`,
			"the method GET / is connected to a VPC link V2, and has no IntegrationTarget"},
		{"a link V1 with a target", link + `{"Ref":"V1"}` + balancer,
			"the method GET / is connected to a VPC link V1, and has an IntegrationTarget, which is for VPC links V2"},
		{"a target for the internet", `,"ConnectionType":"INTERNET"` + balancer,
			"the method GET / has an IntegrationTarget, and its ConnectionType is not VPC_LINK"},
		{"a target alone", balancer, "the method GET / has an IntegrationTarget, and its ConnectionType is not VPC_LINK"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := cloudassembly.Parse("Shop", []byte(`{"Resources":{"API":{"Type":"AWS::ApiGateway::RestApi"},`+
				`"V1":{"Type":"AWS::ApiGateway::VpcLink"},"V2":{"Type":"AWS::ApiGatewayV2::VpcLink"},`+
				`"Balancer":{"Type":"AWS::ElasticLoadBalancingV2::LoadBalancer"},"M":{"Type":"AWS::ApiGateway::Method",`+
				`"Properties":{"HttpMethod":"GET","AuthorizationType":"AWS_IAM","RestApiId":{"Ref":"API"},`+
				`"ResourceId":{"Fn::GetAtt":["API","RootResourceId"]},"Integration":{"Type":"HTTP_PROXY",`+
				`"IntegrationHttpMethod":"GET","Uri":"http://a.internal"`+tt.connection+`}}}}}`))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, f := range rules.Check(a, rules.Options{}) {
				if f.Rule == "private-integration" {
					got += f.Message
				}
			}
			if got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}
