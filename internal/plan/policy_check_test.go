package plan

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func policy(r ResourcePolicy) func(*Props) { return func(p *Props) { p.Policy = &r } }

func privately(r ResourcePolicy) func(*Props) {
	return func(p *Props) { p.Policy, p.RestAPI = &r, &RestAPI{EndpointTypes: true, Private: true} }
}

// signed guards a route by signed requests, which have an account.
func signed(r ResourcePolicy) func(*Props) {
	return func(p *Props) { p.Authorizer, p.Routes, p.Policy = signing(), []Route{handle("GET /", fn)}, &r }
}

func TestWrongPolicies(t *testing.T) {
	testRefusals(t, []refusal{
		{"a statement that is nil", policy(ResourcePolicy{Statements: []bool{false}}), "Statements[0] is nil"},
		{"private by address alone", privately(ResourcePolicy{AllowCIDRs: []string{"10.0.0.0/8"}}),
			"every account's VPCs may call it: an address says nothing about whose it is"},
		{"empty policy", policy(ResourcePolicy{}), "ResourcePolicy is empty"},
		{"CIDR too long",
			policy(ResourcePolicy{DenyCIDRs: []string{"203.0.113.0/33"}}),
			`DenyCIDRs[0]: "203.0.113.0/33" is not a CIDR`},
		{"an address of IPv4 as one of IPv6",
			policy(ResourcePolicy{AllowCIDRs: []string{"::ffff:203.0.113.7"}}),
			`AllowCIDRs[0]: "::ffff:203.0.113.7" is IPv4 in the notation of IPv6, which matches no caller: ` +
				`write it as 203.0.113.7/32`},
		{"a range of IPv4 as one of IPv6",
			policy(ResourcePolicy{DenyCIDRs: []string{"::ffff:203.0.113.0/120"}}),
			`DenyCIDRs[0]: "::ffff:203.0.113.0/120" is IPv4 in the notation of IPv6, which matches no caller: ` +
				`write it as 203.0.113.0/24`},
		{"all of IPv4 and more as one of IPv6",
			policy(ResourcePolicy{DenyCIDRs: []string{"::ffff:0.0.0.0/90"}}),
			`DenyCIDRs[0]: "::ffff:0.0.0.0/90" is IPv4 in the notation of IPv6, which matches no caller: ` +
				`write it as ranges of IPv4`},
		{"account too short", func(p *Props) {
			p.Authorizer, p.Routes = signing(), []Route{handle("GET /", fn)}
			p.Policy = &ResourcePolicy{AllowAccounts: []string{"1234"}}
		}, `AllowAccounts[0]: "1234" is not a valid account id: want one like "123456789012"`},
		{"account without IAM",
			policy(ResourcePolicy{AllowAccounts: []string{"123456789012"}}),
			"AllowAccounts: no route takes requests signed with AWS credentials"},
		{"no organization id", func(p *Props) {
			p.Authorizer, p.Routes = signing(), []Route{handle("GET /", fn)}
			p.Policy = &ResourcePolicy{DenyOrganizations: []string{"shop"}}
		}, `DenyOrganizations[0]: "shop" is not a valid organization id`},
		{"VPC on a public API",
			policy(ResourcePolicy{AllowVPCs: []string{"vpc-0a1b2c3d"}}),
			"AllowVPCs: no request to a public endpoint has a VPC"},
		{"no VPC endpoint id",
			privately(ResourcePolicy{AllowVPCEndpoints: []string{"vpc-0a1b2c3d"}}),
			`AllowVPCEndpoints[0]: "vpc-0a1b2c3d" is not a valid VPC endpoint id`},
		{"allowed and denied",
			privately(ResourcePolicy{AllowVPCs: []string{"vpc-0a1b2c3d"}, DenyVPCs: []string{"vpc-0a1b2c3d"}}),
			`AllowVPCs has "vpc-0a1b2c3d", which DenyVPCs takes back`},
		{"all addresses denied",
			policy(ResourcePolicy{DenyCIDRs: []string{"0.0.0.0/1", "128.0.0.0/1"}}),
			"DenyCIDRs covers all IPv4 addresses, which locks every caller out"},
		{"allowed range denied",
			policy(ResourcePolicy{AllowCIDRs: []string{"11.1.0.0/16"}, DenyCIDRs: []string{"11.0.0.0/8"}}),
			`AllowCIDRs[0]: "11.1.0.0/16" is denied as a whole by DenyCIDRs`},
		{"private ranges on a public API",
			policy(ResourcePolicy{AllowCIDRs: []string{"10.0.0.0/8", "fd00::/8"}}),
			"AllowCIDRs has private addresses only"},
		{"an Allow that covers a guarded route", func(p *Props) {
			add(handle("GET /files/{id}", fn, Public{"downloads"}), handle("GET /files/{id}/audit", fn))(p)
			p.Policy = &ResourcePolicy{AllowCIDRs: []string{"203.0.113.0/24"}}
		}, `"GET /files/{id}" needs an Allow in the policy, ` +
			`whose * crosses slashes and would cover "GET /files/{id}/audit" too`},
	})
}

// Each list becomes a statement with its condition key.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
func TestPolicyOfEachList(t *testing.T) {
	const all = `"Action":"execute-api:Invoke","Condition":%s,"Effect":%q,"Principal":"*","Resource":"execute-api:/*"`
	for _, tt := range []struct {
		name, effect, condition string
		change                  func(*Props)
	}{
		{"AllowCIDRs", "Deny", `{"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24"]}}`,
			policy(ResourcePolicy{AllowCIDRs: []string{"203.0.113.0/24"}})},
		{"DenyCIDRs", "Deny", `{"IpAddress":{"aws:SourceIp":["203.0.113.0/24"]}}`,
			policy(ResourcePolicy{DenyCIDRs: []string{"203.0.113.0/24"}})},
		{"AllowCIDRs of a private API", "Deny", `{"NotIpAddress":{"aws:VpcSourceIp":["10.0.0.0/8"]}}`,
			privately(ResourcePolicy{AllowCIDRs: []string{"10.0.0.0/8"}, AllowVPCs: []string{"vpc-0a1b2c3d"}})},
		{"AllowVPCs", "Deny", `{"StringNotEquals":{"aws:SourceVpc":["vpc-0a1b2c3d"]}}`,
			privately(ResourcePolicy{AllowVPCs: []string{"vpc-0a1b2c3d"}})},
		{"AllowVPCEndpoints", "Deny", `{"StringNotEquals":{"aws:SourceVpce":["vpce-0a1b2c3d"]}}`,
			privately(ResourcePolicy{AllowVPCEndpoints: []string{"vpce-0a1b2c3d"}})},
		{"AllowVPCs or AllowVPCEndpoints", "Deny",
			`{"StringNotEquals":{"aws:SourceVpc":["vpc-0a1b2c3d"],"aws:SourceVpce":["vpce-0a1b2c3d"]}}`,
			privately(ResourcePolicy{AllowVPCs: []string{"vpc-0a1b2c3d"}, AllowVPCEndpoints: []string{"vpce-0a1b2c3d"}})},
		{"DenyVPCs", "Deny", `{"StringEquals":{"aws:SourceVpc":["vpc-0a1b2c3d"]}}`,
			privately(ResourcePolicy{AllowVPCEndpoints: []string{"vpce-0a1b2c3d"}, DenyVPCs: []string{"vpc-0a1b2c3d"}})},
		{"DenyVPCEndpoints", "Deny", `{"StringEquals":{"aws:SourceVpce":["vpce-0a1b2c3d"]}}`,
			privately(ResourcePolicy{AllowVPCs: []string{"vpc-0a1b2c3d"}, DenyVPCEndpoints: []string{"vpce-0a1b2c3d"}})},
		{"AllowAccounts", "Allow", `{"StringEquals":{"aws:PrincipalAccount":["123456789012"]}}`,
			signed(ResourcePolicy{AllowAccounts: []string{"123456789012"}})},
		{"DenyAccounts", "Deny", `{"StringEquals":{"aws:PrincipalAccount":["123456789012"]}}`,
			signed(ResourcePolicy{DenyAccounts: []string{"123456789012"}})},
		{"AllowOrganizations", "Allow", `{"StringEquals":{"aws:PrincipalOrgID":["o-a1b2c3d4e5"]}}`,
			signed(ResourcePolicy{AllowOrganizations: []string{"o-a1b2c3d4e5"}})},
		{"DenyOrganizations", "Deny", `{"StringEquals":{"aws:PrincipalOrgID":["o-a1b2c3d4e5"]}}`,
			signed(ResourcePolicy{DenyOrganizations: []string{"o-a1b2c3d4e5"}})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := New(table(tt.change))
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(p.PolicyStatements())
			if want := fmt.Sprintf(all, tt.condition, tt.effect); err != nil || !strings.Contains(string(got), want) {
				t.Errorf("got %s, %v, want a statement with %s", got, err, want)
			}
		})
	}
}
