package apimodel

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// TestConnections reads what set-up-private-integration.html creates, as a template has it.
func TestConnections(t *testing.T) {
	const far = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/orders/50dc6c495c0c9188"
	backend := func(properties string) string {
		return open(`{"Type": "HTTP_PROXY", "IntegrationHttpMethod": "GET", "Uri": "http://a.internal"` + properties + `}`)
	}
	private := func(link, target string) string {
		properties := `, "ConnectionType": "VPC_LINK", "ConnectionId": ` + link
		if target != "" {
			properties += `, "IntegrationTarget": ` + target
		}
		return backend(properties)
	}
	const v1, v2, balancer = `{"Ref": "V1"}`, `{"Ref": "V2"}`, `{"Ref": "Balancer"}`
	for _, c := range []struct {
		name, method, link, target string
		problem                    string // "" for none
	}{
		{"the internet", backend(""), "", "", ""},
		{"a link and a load balancer of the assembly", private(v2, balancer), "Shop/V2", "Shop/Balancer", ""},
		{"both of elsewhere", private(`"abc123"`, `"`+far+`"`), "abc123", "app/orders/50dc6c495c0c9188", ""},
		{"a link by GetAtt", private(`{"Fn::GetAtt": ["V2", "VpcLinkId"]}`,
			`{"Fn::GetAtt": ["Balancer", "LoadBalancerArn"]}`), "Shop/V2", "Shop/Balancer", ""},
		{"a link V1", private(v1, ""), "Shop/V1", "", ""},
		{"a link V2 without a target", private(v2, ""), "Shop/V2", "", "Shop/Method: ConnectionId is the VPC link V2 " +
			"Shop/V2, but IntegrationTarget is missing: want the ARN of the load balancer"},
		{"a link V1 with a target", private(v1, balancer), "Shop/V1", "Shop/Balancer",
			"Shop/Method: ConnectionId is the VPC link V1 Shop/V1, which takes no IntegrationTarget"},
		{"a target without a link", backend(`, "IntegrationTarget": ` + balancer), "", "",
			"Shop/Method: it has an IntegrationTarget, but no VPC link: ConnectionType is not VPC_LINK"},
		{"what is not a load balancer", private(v2, `"orders"`), "Shop/V2", "orders", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, api(
				"V1", `{"Type": "AWS::ApiGateway::VpcLink"}`,
				"V2", `{"Type": "AWS::ApiGatewayV2::VpcLink"}`,
				"Balancer", `{"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer"}`,
				"Method", c.method,
			)), cloudassembly.Options{})
			i := m.APIs[0].Methods[0].Integration
			if i.VPCLink != c.link || i.Target != c.target {
				t.Errorf("the link is %q and the target %q, want %q and %q", i.VPCLink, i.Target, c.link, c.target)
			}
			var want []string
			if c.problem != "" {
				want = []string{c.problem}
			}
			problems(t, m, want)
		})
	}
}
