package domain

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

func TestDomainsBeside(t *testing.T) {
	use := func(api, construct, name string, paths []string, patterns ...string) Use {
		u := Use{API: api, Domain: construct, Name: name, Place: "here", BasePaths: paths}
		for _, text := range patterns {
			p, err := route.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			u.Patterns = append(u.Patterns, p)
		}
		return u
	}
	by := func(rule Rule) Use {
		u := use("B", "One", "a.example.com", nil)
		u.Rules = []Rule{rule}
		return u
	}
	root, orders := []string{""}, []string{"orders"}
	elsewhere := use("B", "Two/Domain", "a.example.com", root)
	elsewhere.Place = "there"
	for _, tt := range []struct {
		name string
		a, b Use
		want string // "" for nothing wrong
	}{
		{"other domains", use("A", "One", "a.example.com", root), use("B", "Two", "b.example.com", root), ""},
		{"one name in two regions", use("A", "One", "a.example.com", root), elsewhere, ""},
		{"one name twice", use("A", "One", "a.example.com", root), use("B", "Two", "a.example.com", orders),
			`Domain.Name "a.example.com" is also the name of the domain Two, and a name is unique in an account and region`},
		{"one path", use("A", "One", "a.example.com", orders), use("B", "One", "a.example.com", []string{"x", "orders"}),
			`the base path "/orders" of the domain "a.example.com" is also that of B: give one of the APIs another one`},
		{"one path of an imported domain", use("A", "", "a.example.com", root), use("B", "", "a.example.com", root),
			`the base path "/" of the domain "a.example.com" is also that of B`},
		{"two imported domains", use("A", "", "a.example.com", root), use("B", "", "b.example.com", root), ""},
		{
			"a path of tokens",
			use("A", "One", "a", []string{"${Token[1]}"}),
			use("B", "One", "a", []string{"${Token[1]}"}),
			"",
		},
		{"a route below the other's path", use("A", "One", "a.example.com", root, "GET /orders/{id}"),
			use("B", "One", "a.example.com", orders), `route "GET /orders/{id}" of A, which the domain "a.example.com" has at ` +
				`"/", is never reached: requests for it go to B at "/orders"; give one of the APIs another base path`},
		{"the same the other way round", use("B", "One", "a.example.com", orders),
			use("A", "One", "a.example.com", root, "GET /orders"), `route "GET /orders" of A`},
		{"below a path of two segments", use("A", "One", "a.example.com", orders, "GET /v2/x"),
			use("B", "One", "a.example.com", []string{"orders/v2"}), `route "GET /v2/x" of A`},
		{"the rest", use("A", "One", "a.example.com", root, "GET /{page+}", "GET /ordersheet"),
			use("B", "One", "a.example.com", orders), ""},
		{"beside each other", use("A", "One", "a.example.com", []string{"order"}, "GET /s"),
			use("B", "One", "a.example.com", orders), ""},
		{"a rule by a header", use("A", "One", "a.example.com", root, "GET /orders"), by(byHeader(1, "beta")), ""},
		{"rules of one priority", by(byHeader(1, "beta")), by(byHeader(1, "alpha")),
			`Domain.Rules has the priority 1, which a rule of B has at the domain "a.example.com" too`},
		{"a rule that another API's hides", by(byHeader(2, "beta")), by(byHeader(1, "*")),
			`the rule 2 of B at the domain "a.example.com" is never reached: the rule 1 of B matches all of its requests first`},
		{"a base path that a rule hides", use("A", "One", "a.example.com", []string{"orders/v2"}), by(byPath(1, "orders")),
			`the base path "/orders/v2" of A at the domain "a.example.com" is never reached: ` +
				`the rule 1 of B takes its requests`},
		{"a route that a rule hides", use("A", "One", "a.example.com", root, "GET /orders/{id}"), by(byPath(1, "orders")),
			`route "GET /orders/{id}" of A, which the domain "a.example.com" has at "/", is never reached: requests for it go ` +
				`to B at "/orders"`},
		{"a rule by a path and a header", use("A", "One", "a.example.com", root, "GET /orders"),
			by(Rule{Priority: 1, BasePath: "orders", Headers: map[string]string{"a": "b"}}), ""},
	} {
		err := tt.a.Beside(tt.b)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}
