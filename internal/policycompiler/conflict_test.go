package policycompiler

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// needing returns a table from lines such as "GET /orders orders:read": a route and the scope that it needs, or none.
func needing(tb testing.TB, lines ...string) *access.Table {
	tb.Helper()
	var rules []access.Rule
	for _, line := range lines {
		line, minus := strings.CutPrefix(line, "-")
		fields := strings.Fields(line)
		rule := access.Rule{Pattern: route.MustParse(fields[0] + " " + fields[1]), Elsewhere: minus}
		for _, clause := range fields[2:] {
			rule.Requires = append(rule.Requires, access.Requirement{Kind: access.Scope, AnyOf: strings.Split(clause, "|")})
		}
		rules = append(rules, rule)
	}
	t, err := access.NewTable(rules)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func TestConflicts(t *testing.T) {
	for _, c := range []struct {
		name  string
		rules []string
		want  []string // denied, hit, request
	}{
		{"read and write of one resource",
			[]string{"GET /orders r", "POST /orders w", "GET /orders/{id} r", "DELETE /orders/{id} w"}, nil},
		{"sub-resources with the same scopes",
			[]string{"GET /orders r", "GET /orders/{id} r", "GET /orders/{id}/items r", "GET /orders/{id}/items/{item} r",
				"POST /orders/{id}/items w"}, nil},
		{"a sub-resource with a scope of its own, and nothing permitted below it",
			[]string{"GET /orders/{id} r", "GET /orders/{id}/items i", "GET /orders/{id}/items/{item} i"}, nil},
		{"what is below needs more",
			[]string{"GET /orders/{id} r", "GET /orders/{id}/items i", "GET /orders/{id}/items/{item} i j"}, nil},
		{"what is below implies it by a narrower choice",
			[]string{"GET /orders/{id} r", "GET /orders/{id}/items i|j", "GET /orders/{id}/items/{item} i"}, nil},
		{"the one above implies it",
			[]string{"GET /orders/{id} r", "GET /orders/{id}/items r|i", "GET /orders/{id}/items/{item} j"}, nil},
		{"me beside an administrator's parameter",
			[]string{"GET /users/me", "GET /users/{id} admin", "GET /users/{id}/posts", "GET /users/{id}/posts/{post}"}, nil},
		{"an administrator's literal beside everybody's parameter", []string{"GET /orders/{id}", "GET /orders/export admin"},
			nil},
		{"a catch-all over literals",
			[]string{"ANY /{proxy+}", "ANY /admin admin", "ANY /admin/users admin", "ANY /admin/{proxy+} admin"}, nil},
		{"tenants first", []string{"GET /{tenant}/orders o", "GET /{tenant}/orders/{id} o", "GET /{tenant}/invoices i",
			"GET /{tenant}/invoices/{id} i", "GET /health", "GET /admin/{what} a"}, nil},
		{"a tenant that is called as a literal",
			[]string{"GET /{tenant}/orders/{id} o", "GET /admin/{what} a", "GET /admin/{what}/logs a"},
			[]string{"0 2: GET/admin/orders/?* hits GET /admin/orders/logs"}},
		{"public routes do not count",
			[]string{"GET /orders/{id} r", "GET /orders/{id}/items i", "-GET /orders/{id}/items/{item}"}, nil},
		{"nor do those of other authorizers that would be denied",
			[]string{"GET /orders/{id} r", "-GET /orders/{id}/items", "GET /orders/{id}/items/{item} j"}, nil},
		{"other verbs", []string{"GET /orders/{id} r", "POST /orders/{id}/items i", "GET /orders/{id}/items/{item} j"}, nil},
		{"an item that is called as its collection",
			[]string{"GET /orders/{id} r", "GET /orders/{id}/items i", "GET /orders/{id}/items/{item} r"},
			[]string{"1 2: GET/orders/*/items hits GET /orders/x/items/items"}},
		{"a value that is called as a barred sibling",
			[]string{"GET /orders/{id} r", "GET /orders/{id}/audit a", "GET /orders/{id}/items/{item} r"},
			[]string{"1 2: GET/orders/*/audit hits GET /orders/x/items/audit"}},
		{"the word is reserved: no conflict",
			[]string{"GET /orders/{id} r", "GET /orders/{id}/audit a", "GET /orders/{id}/items/{item} r",
				"GET /orders/{id}/items/audit a"}, nil},
		{"a parameter under a catch-all", []string{"GET /{proxy+}", "GET /orders/{id} r"},
			[]string{"1 0: GET/orders/?* hits GET /orders/x/x"}},
		{"the same with the rest declared", []string{"GET /{proxy+}", "GET /orders/{id} r", "GET /orders/{id}/{rest+} r"},
			nil},
		{"ANY: once, not for each verb", []string{"ANY /{proxy+}", "ANY /orders/{id} r"},
			[]string{"1 0: DELETE/orders/?* hits DELETE /orders/x/x"}},
		{"only the part that an Allow matches is denied",
			[]string{"GET /{t}/users u", "GET /admin/{what} a", "GET /admin/{what}/logs l"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := needing(t, c.rules...)
			var got []string
			for _, f := range compilerOf(t, table).Conflicts() {
				got = append(got, fmt.Sprintf("%d %d: %s hits %s", f.Denied, f.Hit, f.Pattern, f.Request))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestConflictString(t *testing.T) {
	got := compilerOf(t, needing(t, "GET /orders/{id} r", "GET /orders/{id}/items i",
		"GET /orders/{id}/items/{item} r")).Conflicts()
	const want = `a caller who may call "GET /orders/{id}" and not "GET /orders/{id}/items" gets a policy that denies ` +
		`GET/orders/*/items, since the * of the first matches the second; that denies GET /orders/x/items/items too, a ` +
		`request to "GET /orders/{id}/items/{item}", which this caller may make`
	if len(got) != 1 || got[0].String() != want {
		t.Errorf("want %s\n got %v", want, got)
	}
	if diff := cmp.Diff(access.Rights{Scopes: []string{"r"}}, got[0].Rights); diff != "" {
		t.Error(diff)
	}
}

func TestConflictNarrower(t *testing.T) {
	for name, c := range map[string]struct {
		rules []string
		want  string
	}{
		"an item that is called as its collection": {[]string{"GET /orders/{id} r", "GET /orders/{id}/items i",
			"GET /orders/{id}/items/{item} r"}, "GET /orders/{id}/items/items"},
		"a barred sibling's name": {[]string{"GET /orders/{id} r", "GET /orders/{id}/audit a",
			"GET /orders/{id}/items/{item} r"}, "GET /orders/{id}/items/audit"},
		"below a catch-all": {[]string{"GET /{proxy+}", "GET /orders/{id} r"},
			"GET /orders/{id}/{rest+}"},
		"a tenant that is called as a literal": {[]string{"GET /{tenant}/orders/{id} o", "GET /admin/{what} a",
			"GET /admin/{what}/logs a"}, "GET /admin/orders/logs"},
	} {
		t.Run(name, func(t *testing.T) {
			found := compilerOf(t, needing(t, c.rules...)).Conflicts()
			if len(found) != 1 || found[0].Narrower() != c.want {
				t.Fatalf("%v, want %s", found, c.want)
			}
			// If the route has the requirement of the denied rule, as the construct's error suggests, the conflict is gone.
			needs := strings.Fields(c.rules[found[0].Denied])[2]
			if rest := compilerOf(t, needing(t, append(c.rules, c.want+" "+needs)...)).Conflicts(); len(rest) != 0 {
				t.Errorf("a conflict is left: %v", rest)
			}
		})
	}
}

// TestConflictsAreAll checks that every set of rights has its policy if no conflict is found, and that each conflict is
// real.
func TestConflictsAreAll(t *testing.T) {
	r := newRand(21)
	with, without := 0, 0
	for range 1500 {
		table := randomTable(r, 14)
		c := compilerOf(t, table)
		conflicts := c.Conflicts()
		if len(conflicts) == 0 {
			without++
		} else {
			with++
		}
		for range 20 {
			rights := randomRights(r)
			if _, err := c.Append(nil, prefix, allOf(table.Grant(rights).All)); err != nil &&
				(len(conflicts) == 0 || !errors.Is(err, ErrConflict)) {
				t.Fatalf("%v: with %v: %v", table.Routes().Patterns(), rights, err)
			}
		}
		if len(conflicts) > 0 {
			paths, all := allPaths(table)
			for _, f := range conflicts {
				checkConflict(t, c, table, f)
				if all {
					checkDenied(t, table, f, paths)
				}
			}
		}
	}
	if with < 200 || without < 200 {
		t.Errorf("%d tables with conflicts and %d without: too few of one to prove anything", with, without)
	}
}

func checkConflict(t *testing.T, c *Compiler, table *access.Table, f Conflict) {
	t.Helper()
	permitted := table.Grant(f.Rights).All
	if !permitted[f.Allowed] || !permitted[f.Hit] || permitted[f.Denied] {
		t.Fatalf("%v: with %v: %v", f, f.Rights, permitted)
	}
	if _, err := c.Append(nil, prefix, allOf(permitted)); !errors.Is(err, ErrConflict) {
		t.Fatalf("%v\n%v: but there is a policy", table.Routes().Patterns(), f)
	}
	verb, path, _ := strings.Cut(f.Request, " ")
	if hit, ok := table.Match(verb, path); !ok || hit != f.Hit {
		t.Fatalf("%v\n%v: the request goes to %d", table.Routes().Patterns(), f, hit)
	}
	if !iampolicy.Match(f.Pattern, verb+path) {
		t.Fatalf("%v: the pattern does not match the request", f)
	}
}

// checkDenied checks that some path must be denied: a barred request that both the pattern and the Allow match.
func checkDenied(t *testing.T, table *access.Table, f Conflict, paths []string) {
	t.Helper()
	verb, _, _ := strings.Cut(f.Request, " ")
	allow := verb + table.Rules()[f.Allowed].Pattern.Wildcard()
	for _, path := range paths {
		if rule, ok := table.Match(verb, path); ok && rule == f.Denied && iampolicy.Match(f.Pattern, verb+path) &&
			iampolicy.Match(allow, verb+path) {
			return
		}
	}
	t.Fatalf("%v\n%v: but no request has to be denied", table.Routes().Patterns(), f)
}

func TestTangled(t *testing.T) {
	var lines []string
	for i := range 20 {
		lines = append(lines, fmt.Sprintf("GET /x%d/{b}/{c}/{d}", i), fmt.Sprintf("GET /{a}/y%d/{c}/{d}", i),
			fmt.Sprintf("GET /{a}/{b}/z%d/{d}", i))
	}
	if _, err := NewCompiler(needing(t, lines...)); !errors.Is(err, route.ErrTangled) {
		t.Errorf("want ErrTangled, got %v", err)
	}
}
