package secureapi_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

const vpcEndpoint = "vpce-0a1b2c3d4e5f60718"

// A private domain gets the policy of AWS's tutorial:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-custom-domains-tutorial.html
func TestPrivateDomain(t *testing.T) {
	stack := newStack()
	api := shop(stack, func(p *secureapi.Props) {
		p.RestApiProps = &awsapigateway.RestApiProps{
			EndpointTypes: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_PRIVATE},
		}
		p.ResourcePolicy = &secureapi.ResourcePolicy{AllowVPCEndpoints: []string{vpcEndpoint}}
		p.Domain = &secureapi.Domain{
			Name:        "orders.internal.example.com",
			Certificate: certificate(stack, "eu-west-1"),
			BasePaths:   []string{"", "v1"},
			DualStack:   true,

			SecurityPolicy: awsapigateway.SecurityPolicy_TLS13_1_3_2025_09,
			Zone: awsroute53.HostedZone_FromHostedZoneAttributes(stack, jsii.String("Zone"), &awsroute53.HostedZoneAttributes{
				HostedZoneId: jsii.String("Z23ABC4XYZL05B"), ZoneName: jsii.String("internal.example.com"),
			}),
			Private: &secureapi.PrivateDomain{
				AllowVPCEndpoints: []string{vpcEndpoint},
				Statements: []awsiam.PolicyStatement{awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
					Effect:     awsiam.Effect_DENY,
					Principals: &[]awsiam.IPrincipal{awsiam.NewStarPrincipal()},
					Actions:    jsii.Strings("execute-api:Invoke"),
					Resources:  jsii.Strings("execute-api:/*/GET/admin"),
				})},
				AssociateVPCEndpoints: []string{vpcEndpoint},
				EndpointDNSName:       "vpce-0a1b2c3d.execute-api.eu-west-1.vpce.amazonaws.com",
				EndpointHostedZoneID:  "Z38GZ743OKFT7T",
			},
		}
	})
	if got := api.DomainURL(); got != "https://orders.internal.example.com/" {
		t.Errorf("DomainURL: got %s, want https://orders.internal.example.com/", got)
	}
	id := *stack.GetLogicalId(api.PrivateDomain())
	statement := func(effect string) map[string]any {
		return map[string]any{
			"Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*",
		}
	}
	allow, deny, given := statement("Allow"), statement("Deny"), statement("Deny")
	deny["Condition"] = map[string]any{"StringNotEquals": map[string]any{"aws:SourceVpce": []any{vpcEndpoint}}}
	given["Resource"] = "execute-api:/*/GET/admin"
	want := map[string]any{
		"DomainName":            "orders.internal.example.com",
		"CertificateArn":        arnOf("eu-west-1"),
		"EndpointConfiguration": map[string]any{"Types": []any{"PRIVATE"}, "IpAddressType": "dualstack"},
		"SecurityPolicy":        "SecurityPolicy_TLS13_1_3_2025_09",
		"EndpointAccessMode":    "STRICT",
		"Policy":                map[string]any{"Version": "2012-10-17", "Statement": []any{allow, deny, given}},
	}
	if diff := cmp.Diff(want, only(t, stack, "AWS::ApiGateway::DomainNameV2")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	ref := map[string]any{"Ref": id}
	paths := map[any]bool{}
	for _, m := range resources(stack, "AWS::ApiGateway::BasePathMappingV2") {
		paths[m["BasePath"]] = cmp.Equal(m["DomainNameArn"], ref) && m["RestApiId"] != nil && m["Stage"] != nil
	}
	if diff := cmp.Diff(map[any]bool{nil: true, "v1": true}, paths); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want = map[string]any{
		"AccessAssociationSource": vpcEndpoint, "AccessAssociationSourceType": "VPCE", "DomainNameArn": ref,
	}
	if diff := cmp.Diff(want, only(t, stack, "AWS::ApiGateway::DomainNameAccessAssociation")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	kinds := map[any]any{}
	for _, r := range resources(stack, "AWS::Route53::RecordSet") {
		kinds[r["Type"]] = r["AliasTarget"].(map[string]any)["HostedZoneId"]
	}
	if diff := cmp.Diff(map[any]any{"A": "Z38GZ743OKFT7T", "AAAA": "Z38GZ743OKFT7T"}, kinds); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	refused(t, func() { api.Domain() }, "Domain: the API's domain is private, which is another type of resource")
	refused(t, func() { shop(newStack(), nil).PrivateDomain() }, "PrivateDomain: the API has no private domain")
	refused(t, func() {
		secureapi.NewDomain(newStack(), "Domain", &secureapi.Domain{
			Name: "a.example.com", Private: &secureapi.PrivateDomain{AllowVPCEndpoints: []string{vpcEndpoint}},
		})
	}, "a private domain cannot be shared with Of")
}
