package apimodel

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// ruleOf is a routing rule of a domain, which leads requests that meet conditions to the API.
func ruleOf(domainARN string, priority int, conditions string) string {
	return fmt.Sprintf(`{"Type": "AWS::ApiGatewayV2::RoutingRule", "Properties": {"DomainNameArn": %s, "Priority": %d,
		"Conditions": [%s], "Actions": [{"InvokeApi": {"ApiId": {"Ref": "Api"}, "Stage": "prod"}}]}}`,
		domainARN, priority, conditions)
}

// TestRoutingRules reads the routing rules of a domain, in the order of their priorities.
func TestRoutingRules(t *testing.T) {
	const arn = `{"Fn::GetAtt": ["Domain", "DomainNameArn"]}`
	const path = `{"MatchBasePaths": {"AnyOf": ["/users/"]}}`
	const header = `{"MatchHeaders": {"AnyOf": [{"Header": "x-version", "ValueGlob": "%s"}]}}`
	for _, tt := range []struct {
		name, kind, mode string
		rules            []string
		want             string // the rules and mappings that can match
		problems         string
	}{
		{"the default mode", "ApiGateway::DomainName", ``, []string{ruleOf(arn, 1, "")}, "mapping",
			"the routing mode of the domain a.example has no routing rules: API Gateway refuses it"},
		{"only base path mappings", "ApiGateway::DomainName", `"BASE_PATH_MAPPING_ONLY"`, nil, "mapping", ""},
		{"only API mappings", "ApiGatewayV2::DomainName", `"API_MAPPING_ONLY"`, nil, "mapping", ""},
		{"only rules", "ApiGateway::DomainName", `"ROUTING_RULE_ONLY"`,
			[]string{ruleOf(arn, 20, path), ruleOf(arn, 5, fmt.Sprintf(header, "a*")+","+path)},
			"routing rule 5 for header x-version: a* and path /users; routing rule 20 for path /users", ""},
		{"rules, then base path mappings", "ApiGateway::DomainName", `"ROUTING_RULE_THEN_BASE_PATH_MAPPING"`,
			[]string{ruleOf(arn, 1, path)}, "routing rule 1 for path /users; mapping", ""},
		{"rules, then API mappings", "ApiGatewayV2::DomainName", `"ROUTING_RULE_THEN_API_MAPPING"`,
			[]string{ruleOf(arn, 1, path)}, "routing rule 1 for path /users; mapping", ""},
		{"a rule for every request", "ApiGateway::DomainName", `"ROUTING_RULE_THEN_BASE_PATH_MAPPING"`,
			[]string{ruleOf(arn, 9, path), ruleOf(arn, 2, "")}, "routing rule 2", ""},
		{"two rules of one priority", "ApiGateway::DomainName", `"ROUTING_RULE_ONLY"`,
			[]string{ruleOf(arn, 1, path), ruleOf(arn, 1, path)},
			"routing rule 1 for path /users; routing rule 1 for path /users",
			"it has the priority of Shop/Rule0, and API Gateway refuses two rules of one priority"},
		{"a priority out of range", "ApiGateway::DomainName", `"ROUTING_RULE_ONLY"`, []string{ruleOf(arn, 0, path)},
			"routing rule 0, which is not known in full; text Rule0", "its Priority: want one from 1 to 1,000,000"},
		{"a star in a value", "ApiGateway::DomainName", `"ROUTING_RULE_ONLY"`,
			[]string{ruleOf(arn, 1, fmt.Sprintf(header, "a*b"))}, "routing rule 1, which is not known in full; text Rule0",
			`its header value "a*b": a star may only be at the beginning and at the end`},
		{"a mode that there is not", "ApiGateway::DomainName", `"RULES"`, []string{ruleOf(arn, 1, path)},
			"routing rule 1 for path /users; mapping", `its RoutingMode "RULES" is not one: want API_MAPPING_ONLY, ` +
				"ROUTING_RULE_ONLY or ROUTING_RULE_THEN_API_MAPPING"},
		{"the name in an ARN", "ApiGateway::DomainName", `"ROUTING_RULE_ONLY"`,
			[]string{ruleOf(`"arn:aws:apigateway:eu-west-1::/domainnames/a.example"`, 1, "")}, "routing rule 1", ""},
		{"a private domain", "ApiGateway::DomainName", `"ROUTING_RULE_ONLY"`,
			[]string{ruleOf(`"arn:aws:apigateway:eu-west-1:123456789012:/domainnames/a.example+abcd1234"`, 1, "")},
			"text Rule0", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mode := ""
			if tt.mode != "" {
				mode = `, "RoutingMode": ` + tt.mode
			}
			template := `{"Resources": {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "Api"}},
				"Domain": {"Type": "AWS::` + tt.kind + `", "Properties": {"DomainName": "a.example"` + mode + `}},
				"Map": {"Type": "AWS::ApiGateway::BasePathMapping", "Properties": {"DomainName": {"Ref": "Domain"},
					"RestApiId": {"Ref": "Api"}, "Stage": "prod"}}`
			for i, rule := range tt.rules {
				template += fmt.Sprintf(`, "Rule%d": %s`, i, rule)
			}
			a, err := cloudassembly.Parse("Shop", []byte(template+"}}"))
			if err != nil {
				t.Fatal(err)
			}
			m := Read(a, cloudassembly.Options{})
			var got, problems []string
			for _, d := range m.Domains {
				for _, rule := range d.ActiveRules() {
					got = append(got, rule.String())
					if rule.API != m.APIs[0] || rule.Stage != "prod" {
						t.Errorf("%s leads to %v, %s", rule, rule.API, rule.Stage)
					}
				}
				for range d.ActiveMappings() {
					got = append(got, "mapping")
				}
			}
			for _, text := range m.Texts {
				got = append(got, "text "+text.LogicalID)
			}
			for _, p := range m.Problems {
				problems = append(problems, p.What)
				if p.Blocks {
					t.Errorf("%s blocks", p)
				}
			}
			if text := strings.Join(got, "; "); text != tt.want {
				t.Errorf("got  %s\nwant %s", text, tt.want)
			}
			if text := strings.Join(problems, "; "); text != tt.problems {
				t.Errorf("got the problems %q, want %q", text, tt.problems)
			}
		})
	}
}
