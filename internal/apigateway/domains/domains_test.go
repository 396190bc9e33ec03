package domains

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// rule is a routing rule to an API with conditions such as "hello: World" and "/users".
func rule(priority int, api string, strip bool, conditions ...string) *apimodel.RoutingRule {
	out := &apimodel.RoutingRule{Priority: priority, API: &apimodel.API{Name: api}, Stage: "prod", StripBasePath: strip}
	for _, text := range conditions {
		c := apimodel.RoutingCondition{}
		if name, value, header := strings.Cut(text, ": "); header {
			c.Headers = []apimodel.HeaderGlob{{Name: name, Value: value}}
		} else {
			c.Paths = []string{text[1:]}
		}
		out.Conditions = append(out.Conditions, c)
	}
	return out
}

func mapping(api, path string) apimodel.Mapping {
	return apimodel.Mapping{API: &apimodel.API{Name: api}, Stage: "prod", Path: path}
}

func TestChoose(t *testing.T) {
	// The domain of https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-rules-examples.html,
	// example 1.
	pets := &apimodel.Domain{Routing: apimodel.RulesOnly, Rules: []*apimodel.RoutingRule{
		rule(10, "1", false, "Hello: World"),
		rule(50, "2", false, "Accept: image/webp", "Pet: Dog-*", "/PetStoreShopper"),
		rule(100, "3", false),
	}, Mappings: []apimodel.Mapping{mapping("4", "PetStoreShopper/dogs")}}
	both := &apimodel.Domain{Routing: apimodel.RulesThenMappings, Rules: []*apimodel.RoutingRule{
		rule(1, "beta", false, "x-version: beta"),
		rule(2, "any", false, "x-any: *"),
		rule(3, "ends", false, "x-ends: *a"),
		rule(4, "has", false, "x-has: *et*"),
		rule(5, "stripped", true, "/users/v2"),
		rule(6, "whole", false, "/users"),
	}, Mappings: []apimodel.Mapping{
		mapping("root", ""), mapping("orders", "orders"), mapping("items", "orders/items"),
		{API: &apimodel.API{Name: "staged"}, Path: "staged"},
	}}
	mapped := &apimodel.Domain{Routing: apimodel.MappingsOnly, Rules: both.Rules, Mappings: []apimodel.Mapping{
		mapping("orders", "orders"),
	}}
	for _, tt := range []struct {
		name   string
		domain *apimodel.Domain
		path   string
		want   string // the API, its stage and the path that it receives; "" for no API
		lines  []string
	}{
		{"the first rule", pets, "/", `1 prod "" /`, []string{"Hello: World"}},
		{"two rules that match", pets, "/PetStoreShopper", `1 prod "" /PetStoreShopper`,
			[]string{"Hello: World", "Pet: Dog-Bella", "Accept: image/webp"}},
		{"all conditions of a rule", pets, "/PetStoreShopper", `2 prod "" /PetStoreShopper`,
			[]string{"Pet: Dog-Bella", "Accept: image/webp"}},
		{"one header too few", pets, "/PetStoreShopper", `3 prod "" /PetStoreShopper`, []string{"Pet: Dog-Bella"}},
		{"a mapping in a mode without", pets, "/PetStoreShopper/dogs", `3 prod "" /PetStoreShopper/dogs`, nil},
		{"another case of a header's name", pets, "/", `1 prod "" /`, []string{"hELLO: World"}},
		{"another case of a header's value", pets, "/", `3 prod "" /`, []string{"Hello: world"}},
		{"another case of a path", pets, "/petstoreshopper", `3 prod "" /petstoreshopper`,
			[]string{"Pet: Dog-Bella", "Accept: image/webp"}},
		{"one of several lines of a header", both, "/", `beta prod "" /`, []string{"x-version: alpha", "x-version: beta"}},
		{"a value that is longer", both, "/", `root prod "" /`, []string{"x-version: beta2"}},
		{"any value", both, "/", `any prod "" /`, []string{"x-any: "}},
		{"the end of a value", both, "/", `ends prod "" /`, []string{"x-ends: alpha"}},
		{"another end", both, "/", `root prod "" /`, []string{"x-ends: account"}},
		{"a part of a value", both, "/", `has prod "" /`, []string{"x-has: beta"}},
		{"a base path that is stripped", both, "/users/v2/7", `stripped prod "/users/v2" /7`, nil},
		{"no path after a stripped base path", both, "/users/v2", `stripped prod "/users/v2" /`, nil},
		{"a base path that is not stripped", both, "/users/7", `whole prod "" /users/7`, nil},
		{"a segment that only begins so", both, "/users2", `root prod "" /users2`, nil},
		{"the longest base path", both, "/orders/items/1", `items prod "/orders/items" /1`, nil},
		{"a shorter base path", both, "/orders/1", `orders prod "/orders" /1`, nil},
		{"a stage in the path", both, "/staged/beta/x", `staged beta "/staged" /x`, nil},
		{"rules in a mode without", mapped, "/orders", `orders prod "/orders" /`, []string{"x-version: beta"}},
		{"no base path", mapped, "/", "", []string{"x-version: beta"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var headers exchange.Headers
			for _, line := range tt.lines {
				name, value, _ := strings.Cut(line, ": ")
				headers = append(headers, exchange.Header{Name: name, Value: value})
			}
			target, found := Choose(tt.domain, tt.path, headers)
			got := ""
			if found {
				got = fmt.Sprintf("%s %s %q %s", target.API.Name, target.Stage, target.Base, target.Path)
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestFind(t *testing.T) {
	list := []*apimodel.Domain{{Name: "*.example.com"}, {Name: "api.example.com"}, {Name: "else.example", Outside: true}}
	for host, want := range map[string]string{
		"api.example.com":      "api.example.com",
		"API.example.com:3000": "api.example.com",
		"web.example.com":      "*.example.com",
		"a.web.example.com":    "",
		"example.com":          "",
		"else.example":         "",
		"127.0.0.1:3000":       "",
		"localhost":            "",
	} {
		got := ""
		if d := Find(list, host); d != nil {
			got = d.Name
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", host, got, want)
		}
	}
}
