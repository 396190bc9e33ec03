package access

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

func tenantOf(path string) Requirement { return Requirement{Kind: Tenant, Claim: path} }

func TestCheckTenant(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []Requirement
		want string // "" if it is correct
	}{
		{"a claim", []Requirement{tenantOf("org")}, ""},
		{"with a scope and an owner", []Requirement{scope("a"), tenantOf("org"), claim("plan", "pro")}, ""},
		{"with a text of the claim", []Requirement{tenantOf("org"), claim("org", "acme", "globex")}, ""},
		{"without a claim", []Requirement{tenantOf("")}, "a claim requirement without the name of the claim"},
		{"with values", []Requirement{{Kind: Tenant, Claim: "org", AnyOf: []string{"acme"}}},
			"a tenant requirement has values of its own: the claim has them"},
		{"with a parameter", []Requirement{{Kind: Tenant, Claim: "org", Parameter: "id"}},
			`a tenant requirement names the path's parameter "id", which it does not look at`},
		{"as an alternative", []Requirement{either(tenantOf("org"), scope("a"))},
			"a tenant requirement is an alternative of Either: each caller of the route needs a tenant"},
		{"twice", []Requirement{tenantOf("org"), tenantOf("org")}, "it requires twice that claim org is a tenant ID: " +
			"leave one out"},
		{"a claim that has another form", []Requirement{tenantOf("org"), claim("org", "a,b")},
			"no token meets all that it requires"},
		{"a claim that is a list", []Requirement{tenantOf("org"), claimHas("org", "acme")},
			"no token meets all that it requires"},
	} {
		t.Run(c.name, func(t *testing.T) {
			errs := CheckAll(route.MustParse("GET /a"), c.in)
			if c.want == "" && errs != nil || c.want != "" && (len(errs) != 1 || !strings.Contains(errs[0].Error(), c.want)) {
				t.Errorf("want %q, got %v", c.want, errs)
			}
		})
	}
}

func TestPermittedByTenant(t *testing.T) {
	table, err := NewTable([]Rule{
		rule("GET /org", tenantOf("org")),
		rule("GET /team", tenantOf("team"), scope("s")),
		rule("GET /acme", tenantOf("org"), claim("org", "acme")),
		rule("GET /all"),
	})
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(table.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"org", "team"}, again.Tenants()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"org", "team"}, again.Claims()); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		name   string
		rights Rights
		want   []bool
	}{
		{"no claim", Rights{Scopes: []string{"s"}}, []bool{false, false, false, true}},
		{"a tenant", Rights{Claims: []ClaimValue{{Path: "org", Text: "globex"}}}, []bool{true, false, false, true}},
		{"that another requirement names", Rights{Claims: []ClaimValue{{Path: "org", Text: "acme"}}},
			[]bool{true, false, true, true}},
		{"of the other claim", Rights{Scopes: []string{"s"}, Claims: []ClaimValue{{Path: "team", Text: "7"}}},
			[]bool{false, true, false, true}},
		{"not a tenant ID", Rights{Scopes: []string{"s"}, Claims: []ClaimValue{{Path: "org", Text: "a,b"},
			{Path: "team", Text: strings.Repeat("x", 257)}}}, []bool{false, false, false, true}},
		{"a list of one", Rights{Claims: []ClaimValue{{Path: "org", List: []string{"acme"}}}},
			[]bool{false, false, false, true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, again.Grant(c.rights).All); diff != "" {
				t.Error(diff)
			}
			for i, r := range again.Rules() {
				if r.Permits(c.rights) != c.want[i] {
					t.Errorf("%s: Permits is %t", r.Pattern, !c.want[i])
				}
			}
		})
	}
}

// TestMeetingTenants checks the smallest rights with a tenant and without one.
func TestMeetingTenants(t *testing.T) {
	for _, c := range []struct {
		name       string
		met, unmet []Requirement
		want       string // the claims; "none" if there are no such rights
	}{
		{"a tenant", []Requirement{tenantOf("org")}, nil, "org=acme"},
		{"the same tenant must not be there", []Requirement{tenantOf("org")}, []Requirement{tenantOf("org")}, "none"},
		{"another one must not", []Requirement{tenantOf("org")}, []Requirement{tenantOf("team")}, "org=acme"},
		{"not the first sample", []Requirement{tenantOf("org")}, []Requirement{claim("org", "acme")}, "org=acme-"},
		{"a text that is a tenant ID", []Requirement{tenantOf("org"), claim("org", "globex")}, nil, "org=globex"},
		{"a text is a tenant ID that must not be there", []Requirement{claim("org", "globex")},
			[]Requirement{tenantOf("org")}, "none"},
		{"a text that is not a tenant ID", []Requirement{claim("org", "a,b")}, []Requirement{tenantOf("org")}, "org=a,b"},
		{"one of two texts is not", []Requirement{claim("org", "globex", "a,b")}, []Requirement{tenantOf("org")}, "org=a,b"},
		{"one of two texts is", []Requirement{tenantOf("org"), claim("org", "a,b", "globex")}, nil, "org=globex"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := "none"
			if r, ok := Meeting(c.met, c.unmet); ok {
				got = ""
				for _, v := range r.Claims {
					got += v.Path + "=" + v.Text
				}
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestGrantOfTenants compares grants of random tables with what each rule permits by itself.
func TestGrantOfTenants(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	texts := []string{"", "acme", "globex", "a,b", " acme", "7"}
	for range 2000 {
		rules := randomRules(r)
		for i := range rules {
			if r.IntN(2) == 0 {
				rules[i].Requires = append(rules[i].Requires, tenantOf([]string{"org", "team"}[r.IntN(2)]))
			}
			if r.IntN(3) == 0 {
				rules[i].Requires = append(rules[i].Requires, claim("org", texts[1+r.IntN(len(texts)-1)]))
			}
		}
		table, err := NewTable(rules)
		if err != nil {
			t.Fatal(err)
		}
		rights := Rights{Scopes: letters[:r.IntN(len(letters)+1)], Claims: []ClaimValue{
			{Path: "org", Text: texts[r.IntN(len(texts))]}, {Path: "team", Text: texts[r.IntN(len(texts))]},
		}}
		for i, got := range table.Grant(rights).All {
			rule := table.Rules()[i]
			if want := !rule.Elsewhere && rule.Permits(rights); got != want {
				t.Fatalf("%v with %v: want %v, got %v", rule, rights, want, got)
			}
		}
	}
}
