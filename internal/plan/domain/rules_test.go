package domain

import (
	"slices"
	"strings"
	"testing"
)

// ruled is a domain with routing rules.
func ruled(rules ...Rule) *Domain {
	return with(func(d *Domain) { d.Rules = rules })
}

// byHeader is a rule of a priority for the header x-version.
func byHeader(priority int, value string) Rule {
	return Rule{Priority: priority, Headers: map[string]string{"x-version": value}}
}

func byPath(priority int, path string) Rule {
	return Rule{Priority: priority, BasePath: path}
}

// TestWrongRoutingRules checks the limits of
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-routingrule.html,
// "Priority values 1-1,000,000 are supported", and of
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigatewayv2-routingrule-matchheadervalue.html,
// "The header name must be less than 40 characters", "The header glob value must be less than 128 characters".
func TestWrongRoutingRules(t *testing.T) {
	named := func(name, value string) *Domain {
		return ruled(Rule{Priority: 1, Headers: map[string]string{name: value}})
	}
	testRefusals(t, []refusal{
		{"no priority", ruled(byHeader(0, "beta")), "Domain.Rules[0].Priority is 0: want a number from 1 to 1000000"},
		{"a priority that is too high", ruled(byHeader(1_000_001, "beta")), "Domain.Rules[0].Priority is 1000001"},
		{"a priority twice", ruled(byHeader(5, "a"), byHeader(5, "b")),
			"Domain.Rules has the priority 5 twice: give each rule its own"},
		{"no condition", ruled(Rule{Priority: 1}), "Domain.Rules[0] has neither Headers nor a BasePath, and would take " +
			"each request of the domain"},
		{"three headers", ruled(Rule{Priority: 1, Headers: map[string]string{"a": "1", "b": "1", "c": "1"}}),
			"Domain.Rules[0].Headers has 3 headers, and a rule of API Gateway has up to 2"},
		{"a header twice", ruled(Rule{Priority: 1, Headers: map[string]string{"X-a": "1", "x-A": "2"}}),
			`Domain.Rules[0].Headers has "x-a" twice, as API Gateway compares names without case`},
		{"a star in a name", named("x-*", "1"), `Domain.Rules[0].Headers: the name "x-*": want up to 39 letters`},
		{"a name of 40 characters", named(strings.Repeat("x", 40), "1"), "want up to 39 letters"},
		{"no value", named("x-version", ""), `Domain.Rules[0].Headers: the value "" of x-version: want up to 127 letters`},
		{"a star in a value", named("x-version", "a*b"), `the value "a*b" of x-version`},
		{"a value of 128 characters", named("x-version", strings.Repeat("x", 128)), "want up to 127 letters"},
		{"a space in a value", named("x-version", "a b"), `the value "a b" of x-version`},
		{"a slash before a path", ruled(byPath(1, "/v2")), `Domain.Rules[0].BasePath "/v2": want segments of letters`},
		{"nothing to strip", ruled(Rule{Priority: 1, Headers: map[string]string{"a": "1"}, StripBasePath: true}),
			"Domain.Rules[0].StripBasePath is true, and BasePath is empty"},
		{"a rule behind a wider one", ruled(byPath(1, "v2"), byPath(2, "v2/orders")),
			"Domain.Rules[1] is never reached: Rules[0] matches all of its requests first; give it a lower priority than 1"},
		{"a rule before a wider one that comes first", ruled(byHeader(9, "a"),
			Rule{Priority: 2, Headers: map[string]string{"X-Version": "*"}}),
			"Domain.Rules[0] is never reached: Rules[1] matches all of its requests first"},
		{"of a private domain", inVPC(func(d *Domain) { d.Rules = []Rule{byPath(1, "v2")} }),
			"Domain.Rules is set, and the domain is private: add awsapigatewayv2.NewCfnRoutingRule for its " +
				"PrivateDomain() instead"},
		{"of an imported domain", &Domain{Of: &Shared{Imported: true}, Rules: []Rule{byPath(1, "v2")}},
			"Domain.Rules is set, and the domain is imported, so that its RoutingMode is not known"},
		{"in a mode without rules", &Domain{Of: &Shared{RoutingMode: mappingsOnly}, Rules: []Rule{byPath(1, "v2")}},
			"Domain.Rules is set, and the RoutingMode of the domain is BASE_PATH_MAPPING_ONLY"},
		{"a base path in a mode without", shared(Shared{RoutingMode: rulesOnly}),
			"Domain.BasePaths: the RoutingMode of the domain is ROUTING_RULE_ONLY, so that it has no base paths"},
	})
}

// TestRoutingRules: rules that API Gateway has, and where their API's routes are.
func TestRoutingRules(t *testing.T) {
	for _, tt := range []struct {
		name        string
		domain      *Domain
		paths, root []string
	}{
		{"a header", ruled(byHeader(1, "beta*")), nil, []string{""}},
		{"parts of a value", ruled(byHeader(1, "*beta*"), byHeader(2, "*")), nil, []string{""}},
		{"a path that is stripped", ruled(Rule{Priority: 1, BasePath: "v2", StripBasePath: true}), nil, []string{"v2"}},
		{"a path that is not", ruled(byPath(1, "v2")), nil, []string{""}},
		{"a narrower rule first", ruled(byPath(1, "v2/orders"), byPath(2, "v2")), nil, []string{""}},
		{"beside base paths", with(func(d *Domain) {
			d.BasePaths, d.Rules = []string{"orders"}, []Rule{byHeader(1_000_000, "beta")}
		}), []string{"orders"}, []string{"orders", ""}},
		{"values that the deployment gives", ruled(byHeader(1, "${Token[1]}"), byPath(2, "${Token[2]}")), nil, []string{""}},
		{"of a shared domain", &Domain{Of: &Shared{RoutingMode: rulesOnly}, Rules: []Rule{byPath(1, "v2")}},
			nil, []string{""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if errs := tt.domain.Check(); errs != nil {
				t.Fatal(errs)
			}
			if got := tt.domain.Paths(); !slices.Equal(got, tt.paths) {
				t.Errorf("the base paths are %q, want %q", got, tt.paths)
			}
			if got := tt.domain.Roots(); !slices.Equal(got, tt.root) {
				t.Errorf("the routes are at %q, want %q", got, tt.root)
			}
		})
	}
}
