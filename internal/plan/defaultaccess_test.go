package plan

import (
	"testing"
)

func defaults(access ...Access) func(*Props) {
	return func(p *Props) { p.DefaultAccess = access }
}

func TestDefaultAccess(t *testing.T) {
	p, err := New(table(both(
		defaults(anyScope("api"), Either{[]Access{claim("plan", "pro"), anyScope("admin")}}),
		func(p *Props) { p.Authorizers = map[string]*Authorizer{"more": deciding(jwt())} },
		add(
			handle("GET /bare", fn),
			handle("GET /more", fn, GuardedBy{"more"}),
			handle("GET /all", fn, AnyCaller{}),
		),
	)))
	if err != nil {
		t.Fatal(err)
	}
	const both = "scope api and either claim plan is pro or scope admin"
	for _, tt := range []struct{ route, requires, why string }{
		{"GET /orders", "scope orders:read", "its own requirement replaces the defaults"},
		{"GET /health", "", "it is public"},
		{"GET /bare", both, "it says nothing"},
		{"GET /more", both, "another guard is not a requirement"},
		{"GET /all", "", "AnyCaller leaves them out"},
	} {
		for _, r := range p.Routes {
			if r.Pattern.String() == tt.route && JoinRequirements(r.Requires) != tt.requires {
				t.Errorf("%s requires %q, want %q: %s", tt.route, JoinRequirements(r.Requires), tt.requires, tt.why)
			}
		}
	}
	for _, rule := range p.Guard("").Table.Rules() {
		if rule.Pattern.String() == "GET /bare" && len(rule.Requires) != 2 {
			t.Errorf("the function's table has %v for GET /bare", rule.Requires)
		}
	}
}

func TestWrongDefaultAccess(t *testing.T) {
	testRefusals(t, []refusal{
		{"another word", defaults(Public{"x"}), "Props.DefaultAccess holds a word that is not a requirement: it takes " +
			"AnyScope"},
		{"a guard", defaults(GuardedBy{"x"}), "for other words that routes share use With"},
		{"an empty requirement", defaults(anyScope()),
			"Props.DefaultAccess: a scope requirement without a value admits no caller"},
		{"one alternative", defaults(Either{[]Access{anyScope("s")}}), "Props.DefaultAccess: Either has 1 alternatives"},
		{"a word in Either", defaults(Either{[]Access{anyScope("s"), AnyCaller{}}}),
			"Props.DefaultAccess: its Either holds AnyCaller, which each caller meets: leave the Either out"},
		{"a parameter", defaults(pathIs("id", "sub")),
			"Props.DefaultAccess requires that the path's id is the caller's sub, and not every route has the parameter: " +
				"use With for the routes that have it"},
		{"a guard that cannot enforce them", both(defaults(anyScope("api")), func(p *Props) {
			p.Authorizers = map[string]*Authorizer{"ops": signing()}
		}, add(handle("GET /ops", fn, GuardedBy{"ops"}))),
			`route "GET /ops": by Props.DefaultAccess it requires scope api, which the Signing "ops" cannot enforce: ` +
				`your own Function decides alone, so nothing here enforces a scope: use JWT instead of Function, or leave the ` +
				`requirement out and let the function check it; or write AnyCaller() on the route, if each caller that the ` +
				`authorizer admits may call it`},
		{"AnyCaller and a requirement", add(handle("GET /a", fn, AnyCaller{}, anyScope("s"))),
			`route "GET /a": it has AnyCaller and yet requires scope s: leave one of them out`},
		{"AnyCaller and public", add(handle("GET /a", fn, AnyCaller{}, Public{"x"})),
			`route "GET /a": it is Public and has AnyCaller, which is for guarded routes: leave one of them out`},
	})
}
