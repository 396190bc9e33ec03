package apigateway

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// addDomain adds the domain api.example.com with a routing mode, and a second API with the stage v2. Both APIs have
// functions at /orders and /v2/orders.
func addDomain(r object, mode string) {
	r["Domain"] = resource("ApiGateway::DomainName", object{"DomainName": "api.example.com", "RoutingMode": mode})
	r["Root"] = resource("ApiGateway::BasePathMapping", object{
		"DomainName": ref("Domain"), "RestApiId": ref("Api"), "Stage": ref("Stage"),
	})
	r["Two"] = resource("ApiGateway::RestApi", object{"Name": "two"})
	r["TwoDeployment"] = resource("ApiGateway::Deployment", object{"RestApiId": ref("Two")})
	r["TwoStage"] = resource("ApiGateway::Stage", object{
		"RestApiId": ref("Two"), "StageName": "v2", "DeploymentId": ref("TwoDeployment"),
	})
	addRoute(r, "GET /orders", proxy("Fn"), object{"AuthorizationType": "NONE"})
	parent := func(api string) object { return object{"Fn::GetAtt": []any{api, "RootResourceId"}} }
	for id, at := range map[string]object{
		"TwoOrders": {"ParentId": parent("Two"), "PathPart": "orders"},
		"TwoV2":     {"ParentId": parent("Two"), "PathPart": "v2"},
		"TwoOrder2": {"ParentId": ref("TwoV2"), "PathPart": "orders"},
	} {
		at["RestApiId"] = ref("Two")
		r[id] = resource("ApiGateway::Resource", at)
		r["Get"+id] = newMethod(id, "GET", proxy("Fn"), object{"AuthorizationType": "NONE"}, object{"RestApiId": ref("Two")})
	}
}

// routing is a routing rule of the domain to the second API.
func routing(priority int, strip bool, conditions ...any) object {
	return resource("ApiGatewayV2::RoutingRule", object{
		"DomainNameArn": object{"Fn::GetAtt": []any{"Domain", "DomainNameArn"}}, "Priority": priority,
		"Conditions": conditions,
		"Actions": []any{object{"InvokeApi": object{
			"ApiId": ref("Two"), "Stage": ref("TwoStage"), "StripBasePath": strip,
		}}},
	})
}

func ofHeader(name, glob string) object {
	return object{"MatchHeaders": object{"AnyOf": []any{object{"Header": name, "ValueGlob": glob}}}}
}

func ofPath(path string) object { return object{"MatchBasePaths": object{"AnyOf": []any{path}}} }

// TestDomainOfTwoAPIs calls a custom domain, whose routing rules choose the API.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-rules.html
func TestDomainOfTwoAPIs(t *testing.T) {
	r := bare()
	addDomain(r, "ROUTING_RULE_THEN_BASE_PATH_MAPPING")
	r["ByHeader"] = routing(10, false, ofHeader("X-Version", "beta*"))
	r["ByPath"] = routing(20, true, ofPath("v2"), ofHeader("x-strip", "yes"))
	r["Whole"] = routing(30, false, ofPath("v2"))
	s := serve(t, r)
	const host = "api.example.com:PORT"
	var rules []string // the IDs of those that led to the API
	for _, tt := range []struct {
		name, target, want string // name, target, and the function's view; see [reply.seen]
		headers            []string
	}{
		{"the mapping", "GET /orders", "/orders /orders /orders prod api.example.com:PORT api", nil},
		{"a rule by a header", "GET /orders", "/orders /orders /orders v2 api.example.com:PORT api",
			[]string{"x-version: beta2"}},
		{"a rule by a path that is stripped", "GET /v2/orders",
			"/v2/orders /v2/orders /orders v2 api.example.com:PORT api", []string{"X-Strip: yes"}},
		{"a rule by a path that is not", "GET /v2/orders",
			"/v2/orders /v2/orders /v2/orders v2 api.example.com:PORT api", nil},
	} {
		answer := s.at(t, host, tt.target, tt.headers...)
		if got := answer.seen(t); got != tt.want {
			t.Errorf("%s: got  %s\nwant %s", tt.name, got, tt.want)
		}
		rules = append(rules, answer.record.Request.Rule)
	}
	if len(rules) != 4 || rules[0] != "" || rules[1] == "" || rules[2] == rules[1] || rules[3] == rules[2] {
		t.Errorf("the IDs of the rules that led to the API are %q", rules)
	}
	if got := s.at(t, host, "GET /prod/orders").String(); got != noSuchRoute {
		t.Errorf("a stage in the path of the domain: got %s", got)
	}
	if got := s.at(t, "127.0.0.1:PORT", "GET /v2/orders").status; got != 200 {
		t.Errorf("the second API at its stage: got %d", got)
	}
	if !s.ForApp(&exchange.Request{Host: "api.example.com"}) || s.ForApp(&exchange.Request{Host: "127.0.0.1"}) {
		t.Error("the console and the issuer answer at the domain, or not at 127.0.0.1")
	}
}

// TestDomainWithoutMatch checks the answers to requests for which a domain has no mapping, or a mapping to an unknown
// API.
func TestDomainWithoutMatch(t *testing.T) {
	unknown := routing(10, false)
	unknown["Properties"].(object)["Actions"] = []any{object{"InvokeApi": object{"ApiId": "a1b2c3", "Stage": "prod"}}}
	for _, tt := range []struct {
		name, mode string
		rule       object
		status     int
		reason     string
	}{
		{"no rule for the request", "ROUTING_RULE_ONLY", routing(10, false, ofHeader("x-version", "beta")), 403,
			"no routing rule and no base path of the domain api.example.com matches"},
		{"an API that is not in the assembly", "ROUTING_RULE_ONLY", unknown, 501,
			"routing rule 10 of the domain api.example.com leads to an API that is not a REST API of the assembly"},
		{"a condition that is not known", "ROUTING_RULE_ONLY",
			routing(10, false, ofHeader("x-version", "a*b")), 501, "a star may only be at the beginning and at the end"},
		{"rules in a mode without", "API_MAPPING_ONLY", unknown, 200, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := bare()
			addDomain(r, tt.mode)
			r["Rule"] = tt.rule
			s := serve(t, r)
			if got := s.at(t, "api.example.com", "GET /orders"); got.status != tt.status {
				t.Errorf("got %s", got)
			}
			reason := s.DryRun(t.Context(), &exchange.Request{Verb: "GET", RawPath: "/orders", Host: "api.example.com"}).Reason
			if !strings.Contains(reason, tt.reason) {
				t.Errorf("got the reason %q, want %q", reason, tt.reason)
			}
		})
	}
}
