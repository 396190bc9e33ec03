package access

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

func rule(pattern string, requires ...Requirement) Rule {
	return Rule{Pattern: route.MustParse(pattern), Requires: requires}
}

func elsewhere(pattern string) Rule { return Rule{Pattern: route.MustParse(pattern), Elsewhere: true} }

func forwarding(pattern string) Rule { return Rule{Pattern: route.MustParse(pattern), Forward: true} }

func scope(values ...string) Requirement { return Requirement{Kind: Scope, AnyOf: values} }
func group(values ...string) Requirement { return Requirement{Kind: Group, AnyOf: values} }
func role(values ...string) Requirement  { return Requirement{Kind: Role, AnyOf: values} }

func TestNewTableErrors(t *testing.T) {
	anyOwner := either(pathIs("a", "x"), pathIs("a", "y"), pathIs("b", "x"))
	for _, c := range []struct {
		name  string
		rules []Rule
		want  string
	}{
		{"unknown kind", []Rule{rule("GET /a", Requirement{Kind: "ip", AnyOf: []string{"x"}})},
			`access: route "GET /a": unknown kind of requirement "ip": want scope, group, role, claim, claimHas, pathIs, ` +
				`pathIn, tenant or either`},
		{"no value", []Rule{rule("GET /a", scope())},
			`access: route "GET /a": a scope requirement without a value admits no caller: name at least one`},
		{"empty value", []Rule{rule("GET /a", group("staff", ""))},
			`access: route "GET /a": a group requirement has an empty value, which no token brings: leave it out`},
		{"two scopes in one", []Rule{rule("GET /a", scope("a b"))},
			`access: route "GET /a": scope "a b": a space separates scopes (RFC 6749, section 3.3): name each alone`},
		{"line break in a scope", []Rule{rule("GET /a", scope("a\rb"))},
			`access: route "GET /a": scope "a\rb": a space separates scopes (RFC 6749, section 3.3): name each alone`},
		{"line feed in a scope", []Rule{rule("GET /a", scope("a\nb"))},
			`access: route "GET /a": scope "a\nb": a space separates scopes (RFC 6749, section 3.3): name each alone`},
		{"tab in a scope", []Rule{rule("GET /a", scope("a\tb"))},
			`access: route "GET /a": scope "a\tb": a space separates scopes (RFC 6749, section 3.3): name each alone`},
		{"17 requirements", []Rule{rule("GET /a", slices.Repeat([]Requirement{scope("x")}, 17)...)},
			`access: route "GET /a": more than 16 requirements, or more than 16 ways to meet them by parameters of the ` +
				`path: name fewer`},
		{"18 ways", []Rule{rule("GET /{a}/{b}", anyOwner, anyOwner, either(pathIs("a", "x"), pathIs("b", "x")))},
			`access: route "GET /{a}/{b}": more than 16 requirements, or more than 16 ways to meet them by parameters of ` +
				`the path: name fewer`},
		{"not UTF-8", []Rule{rule("GET /a", role("\xff"))},
			`access: route "GET /a": role "\xff" is not valid UTF-8, which no token is either`},
		{"one route twice", []Rule{rule("GET /a"), rule("GET /a", scope("x"))},
			`route: pattern "GET /a" is declared twice: one route has one function and one set of requirements, so ` +
				`leave one out`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := NewTable(c.rules); err == nil || err.Error() != c.want {
				t.Errorf("want %s\n got %v", c.want, err)
			}
		})
	}
	if _, err := NewTable([]Rule{rule("GET /a", group("Order managers"))}); err != nil {
		t.Errorf("a group's name may have spaces: %v", err)
	}
	if _, err := NewTable([]Rule{rule("GET /{a}/{b}", slices.Repeat([]Requirement{scope("x")}, 16)...)}); err != nil {
		t.Errorf("16 requirements: %v", err)
	}
	four := either(pathIs("a", "x"), pathIs("a", "y"), pathIs("b", "x"), pathIs("b", "y"))
	if _, err := NewTable([]Rule{rule("GET /{a}/{b}", four, four)}); err != nil {
		t.Errorf("16 ways: %v", err)
	}
}

func TestTableIsItsOwn(t *testing.T) {
	rules := []Rule{rule("GET /a", scope("x"), either(group("x"), role("x")))}
	table, err := NewTable(rules)
	if err != nil {
		t.Fatal(err)
	}
	rules[0].Requires[0].AnyOf[0] = "y"
	rules[0].Requires[1].Either[0].AnyOf[0] = "y"
	rules[0].Requires[1].Either[1] = scope("y")
	rules[0].Elsewhere = true
	want := rule("GET /a", scope("x"), either(group("x"), role("x")))
	if got := table.Rules()[0]; !cmp.Equal(got, want) {
		t.Errorf("the table changed with its caller's slice: %v", got)
	}
}

func TestPermitted(t *testing.T) {
	table, err := NewTable([]Rule{
		rule("GET /any"),
		rule("GET /scope", scope("orders:read", "orders:write")),
		rule("GET /both", scope("orders:read"), group("staff", "admins")),
		rule("GET /role", role("admin")),
		elsewhere("GET /health"),
		rule("GET /two", scope("a"), scope("b")),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		rights Rights
		want   []bool
	}{
		{"none: only a valid token", Rights{}, []bool{true, false, false, false, false, false}},
		{"one of the alternatives", Rights{Scopes: []string{"orders:write"}}, []bool{true, true, false, false, false, false}},
		{"all requirements hold", Rights{Scopes: []string{"x", "orders:read"}, Groups: []string{"admins"}},
			[]bool{true, true, true, false, false, false}},
		{"one requirement of two", Rights{Groups: []string{"admins"}}, []bool{true, false, false, false, false, false}},
		{"a part of a value does not count", Rights{Roles: []string{"nonadmin", "admins", "Admin"}},
			[]bool{true, false, false, false, false, false}},
		{"a scope is not a role, a role is not a group",
			Rights{Scopes: []string{"admin", "staff"}, Roles: []string{"orders:read", "staff"}},
			[]bool{true, false, false, false, false, false}},
		{"two requirements of one kind", Rights{Scopes: []string{"a", "b"}}, []bool{true, false, false, false, false, true}},
		{"the same value twice", Rights{Scopes: []string{"a", "a"}}, []bool{true, false, false, false, false, false}},
		{"the empty string", Rights{Scopes: []string{""}, Groups: []string{""}, Roles: []string{""}},
			[]bool{true, false, false, false, false, false}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, table.Grant(c.rights).All); diff != "" {
				t.Error(diff)
			}
		})
	}
	if (Rights{Scopes: []string{"x"}}).has(value{"ip", "", "x"}) {
		t.Error("an unknown kind of requirement was met")
	}
	if (Rights{}).has(value{Claim, "plan", ""}) {
		t.Error("a missing claim is treated as an empty one")
	}
}

// letters are the values of random requirements and rights.
var letters = []string{"a", "b", "c", "d"}

func randomRules(r *rand.Rand) []Rule {
	rules := make([]Rule, 1+r.IntN(6))
	for i := range rules {
		rules[i] = rule(fmt.Sprintf("GET /r%d", i))
		rules[i].Elsewhere = r.IntN(6) == 0
		for range r.IntN(3) {
			req := randomRequirement(r)
			if r.IntN(4) == 0 {
				for req = (Requirement{Kind: Either}); len(req.Either) < 2; {
					req.Either = append(req.Either, randomRequirement(r))
				}
				if req.Either[0].Equal(req.Either[1]) {
					req = req.Either[0]
				}
			}
			rules[i].Requires = append(rules[i].Requires, req)
		}
	}
	return rules
}

func randomRequirement(r *rand.Rand) Requirement {
	req := Requirement{Kind: []Kind{Scope, Group, Role}[r.IntN(3)]}
	for range 1 + r.IntN(3) {
		req.AnyOf = append(req.AnyOf, letters[r.IntN(len(letters))])
	}
	return req
}

// TestPermittedIsPermits checks that the numbered form of the requirements decides like the plain one.
func TestPermittedIsPermits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	some := func() (out []string) {
		for _, l := range append([]string{"other"}, letters...) {
			if r.IntN(2) == 0 {
				out = append(out, l)
			}
		}
		return out
	}
	for range 2000 {
		table, err := NewTable(randomRules(r))
		if err != nil {
			t.Fatal(err)
		}
		rights := Rights{Scopes: some(), Groups: some(), Roles: some()}
		for i, got := range table.Grant(rights).All {
			rule := table.Rules()[i]
			if want := !rule.Elsewhere && rule.Permits(rights); got != want {
				t.Fatalf("%v with %v: want %v, got %v", rule, rights, want, got)
			}
		}
	}
}

func TestMatch(t *testing.T) {
	table, err := NewTable([]Rule{rule("GET /a"), elsewhere("ANY /{proxy+}")})
	if err != nil {
		t.Fatal(err)
	}
	if i, ok := table.Match("GET", "/a"); i != 0 || !ok {
		t.Errorf("GET /a: want 0, got %d, %v", i, ok)
	}
	if i, ok := table.Match("PUT", "/a"); i != 1 || !ok {
		t.Errorf("PUT /a falls through: want 1, got %d, %v", i, ok)
	}
	if i, ok := table.Match("PUT", "/"); i != -1 || ok {
		t.Errorf("PUT /: want no match, got %d, %v", i, ok)
	}
	if got := table.Routes().Patterns()[1].String(); got != "ANY /{proxy+}" {
		t.Errorf("Routes: got %s", got)
	}
}

// lacking returns the least rights that permit all of some rules but not another one.
func lacking(other Rule, permitted ...Rule) (Rights, bool) {
	var needs []Requirement
	for _, rule := range permitted {
		needs = append(needs, rule.Requires...)
	}
	for _, unmet := range other.Requires {
		if r, ok := Meeting(needs, []Requirement{unmet}); ok {
			return r, true
		}
	}
	return Rights{}, false
}

func TestLacking(t *testing.T) {
	for _, c := range []struct {
		name      string
		permitted []Rule
		other     Rule
		want      Rights
		ok        bool
	}{
		{"no requirement: every caller may", nil, rule("GET /n"), Rights{}, false},
		{"no rights at all", nil, rule("GET /n", scope("a")), Rights{}, true},
		{"the same requirement", []Rule{rule("GET /p", scope("a"))}, rule("GET /n", scope("a")), Rights{}, false},
		{"another scope", []Rule{rule("GET /p", scope("b"))}, rule("GET /n", scope("a")), Rights{Scopes: []string{"b"}},
			true},
		{"another kind with the same text", []Rule{rule("GET /p", group("a"))}, rule("GET /n", scope("a")),
			Rights{Groups: []string{"a"}}, true},
		{"narrower alternatives imply wider ones", []Rule{rule("GET /p", scope("a"))}, rule("GET /n", scope("a", "b")),
			Rights{}, false},
		{"wider ones do not imply narrower", []Rule{rule("GET /p", scope("a", "b"))}, rule("GET /n", scope("a")),
			Rights{Scopes: []string{"b"}}, true},
		{"two rules together imply", []Rule{rule("GET /p", scope("a")), rule("GET /q", group("g"))},
			rule("GET /n", scope("a"), group("g")), Rights{}, false},
		{"one of the other's requirements is enough", []Rule{rule("GET /p", scope("a"))},
			rule("GET /n", scope("a"), group("g")), Rights{Scopes: []string{"a"}}, true},
		{"least rights", []Rule{rule("GET /p", scope("a", "b")), rule("GET /q", scope("b", "c"))}, rule("GET /n", scope("a")),
			Rights{Scopes: []string{"b"}}, true},
		{"roles", []Rule{rule("GET /p", role("x"))}, rule("GET /n", role("y")), Rights{Roles: []string{"x"}}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := lacking(c.other, c.permitted...)
			if diff := cmp.Diff(c.want, got); ok != c.ok || diff != "" {
				t.Errorf("want %v, got %v: %s", c.ok, ok, diff)
			}
		})
	}
}

// TestLackingSearch compares lacking with a search through all sets of rights.
func TestLackingSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		rules := randomRules(r)
		other, permitted := rules[0], rules[1:]
		want := false
		for bits := range 1 << (3 * len(letters)) {
			var rights Rights
			for i, l := range letters {
				if bits>>i&1 != 0 {
					rights.Scopes = append(rights.Scopes, l)
				}
				if bits>>(4+i)&1 != 0 {
					rights.Groups = append(rights.Groups, l)
				}
				if bits>>(8+i)&1 != 0 {
					rights.Roles = append(rights.Roles, l)
				}
			}
			all := !other.Permits(rights)
			for _, p := range permitted {
				all = all && p.Permits(rights)
			}
			if want = all; want {
				break
			}
		}
		got, ok := lacking(other, permitted...)
		if ok != want {
			t.Fatalf("%v without %v: want %v, got %v", permitted, other, want, ok)
		}
		if ok && other.Permits(got) {
			t.Fatalf("%v without %v: %v permit it", permitted, other, got)
		}
		for _, p := range permitted {
			if ok && !p.Permits(got) {
				t.Fatalf("%v do not permit %v", got, p)
			}
		}
	}
}

func TestRequirementSubject(t *testing.T) {
	for want, r := range map[string]Requirement{
		"scopes":                 scope("a"),
		"groups":                 group("a"),
		"roles":                  role("a"),
		"claims":                 claimHas("amr", "a"),
		"parameters of the path": pathIn("id", "ids"),
		"alternatives of Either": either(scope("a"), scope("b")),
	} {
		if got := r.Subject(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := claim("plan", "a").Subject(); got != "claims" {
		t.Errorf("got %s", got)
	}
	if got := pathIs("id", "sub").Subject(); got != "parameters of the path" {
		t.Errorf("got %s", got)
	}
}

func TestRequirementString(t *testing.T) {
	if got := scope("a", "b").String(); got != "scope a or b" {
		t.Errorf("got %s", got)
	}
}

func BenchmarkPermitted(b *testing.B) {
	var rules []Rule
	for i := range 100 {
		rules = append(rules, rule(fmt.Sprintf("GET /r%d", i),
			scope(fmt.Sprintf("r%d:read", i/4), fmt.Sprintf("r%d:write", i/4)), group("staff", "admins")))
	}
	table, err := NewTable(rules)
	if err != nil {
		b.Fatal(err)
	}
	rights := Rights{Scopes: []string{"r1:read", "r5:write", "openid", "r20:read"}, Groups: []string{"staff"}}
	b.ReportAllocs()
	for b.Loop() {
		table.Grant(rights)
	}
}
