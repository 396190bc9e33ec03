package plan

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
)

func TestSharedOwners(t *testing.T) {
	own, tenant := pathIs("id", "sub"), Requirement{Kind: access.PathIn, Parameter: "id", Claim: "tenants"}
	oneOf := func(values ...string) Requirement { return claim("iss", values...) }
	two := []string{"https://a.example.com/", "https://b.example.com/"}
	for _, tt := range []struct {
		name    string
		issuers []string
		routes  []Route
		want    string // part of the warning; "" for none
	}{
		{"an owner and two issuers", two, []Route{handle("GET /users/{id}", fn, own)},
			`route "GET /users/{id}" requires that the path's id is the caller's sub, and the API's Included takes tokens of ` +
				`2 issuers: a claim says who the caller is within its issuer alone, so a caller of one gets what belongs to a ` +
				`caller of another with the same sub. Add Claim("iss").Is("https://a.example.com/") to the route, or guard it ` +
				`with an authorizer of one issuer; or acknowledge "x" once you know that the claim names the same callers in ` +
				`the tokens of all of them`},
		{"a member, by an alternative", two, []Route{handle("GET /users/{id}", fn, Either{[]Access{tenant, anyScope("s")}})},
			`requires that the path's id is in the caller's tenants`},
		{"several routes", two, []Route{handle("GET /users/{id}", fn, own), handle("PUT /users/{id}", fn, own)},
			`route "GET /users/{id}" (and 1 more routes) requires`},
		{"an issuer that is known at deployment", []string{"https://${Token[TOKEN.7]}", two[1]},
			[]Route{handle("GET /users/{id}", fn, own)}, `Claim("iss").Is("https://b.example.com/")`},
		{"issuers that are known at deployment", []string{"https://${Token[TOKEN.7]}", "https://${Token[TOKEN.8]}"},
			[]Route{handle("GET /users/{id}", fn, own)}, "with the same sub. Guard it with an authorizer of one issuer; or " +
				`acknowledge "x"`},
		{"callers of either issuer", two, []Route{handle("GET /users/{id}", fn, own, oneOf(two...))},
			"takes tokens of 2 issuers"},
		{"an owner and one scope", two, []Route{handle("GET /users/{id}", fn, own, anyScope("s"))},
			"takes tokens of 2 issuers"},
		{"an owner and another claim", two, []Route{handle("GET /users/{id}", fn, own, claim("plan", "pro"))},
			"takes tokens of 2 issuers"},
		{"the issuer as the tenant", two, []Route{handle("GET /users", fn, Tenant{Claim: "iss"})}, ""},
		{"a tenant", two, []Route{handle("GET /users", fn, Tenant{Claim: "org"})},
			`route "GET /users" requires that claim org is a tenant ID, and the API's Included takes tokens of 2 issuers: a ` +
				`claim says who the caller is within its issuer alone, so a caller of one gets what belongs to a caller of ` +
				`another with the same org.`},
		{"a tenant of one of two issuers", two, []Route{handle("GET /users", fn, Tenant{Claim: "org"}, oneOf(two[0]))}, ""},
		{"one issuer", two[:1], []Route{handle("GET /users/{id}", fn, own)}, ""},
		{"callers of one of two issuers", two, []Route{handle("GET /users/{id}", fn, own, oneOf(two[0]))}, ""},
		{"the issuer itself", two, []Route{handle("GET /users/{id}", fn, pathIs("id", "iss"))}, ""},
		{"no owner", two, []Route{handle("GET /users/{id}", fn, anyScope("s"))}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := &JWT{}
			for _, url := range tt.issuers {
				j.Issuers = append(j.Issuers, issuer.Issuer{URL: url, Audiences: []string{"a"}})
			}
			p, err := New(table(func(p *Props) { p.Authorizer, p.Routes = deciding(j), tt.routes }))
			if err != nil {
				t.Fatal(err)
			}
			got := p.SharedOwners("x")
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", got, tt.want)
			}
		})
	}
}

// Keys do not belong to an authorizer, so the keys that any authorizer lets callers name count.
func TestSharedKeys(t *testing.T) {
	const a, b = "https://a.example.com/", "https://b.example.com/"
	oneOf := func(values ...string) Requirement { return claim("iss", values...) }
	naming := func(urls ...string) *Authorizer {
		j := &JWT{UsageKeyClaim: "customer_key"}
		for _, url := range urls {
			j.Issuers = append(j.Issuers, issuer.Issuer{URL: url, Audiences: []string{"a"}})
		}
		out := deciding(j)
		out.NamesKeys, out.UsageKeyClaim = true, j.UsageKeyClaim
		return out
	}
	without := func(url string) *Authorizer { a := naming(url); a.UsageKeyClaim = ""; return a }
	for _, tt := range []struct {
		name  string
		guard *Authorizer
		other *Authorizer // of GET /b, if that is a route
		words []Access    // of GET /a
		want  string      // part of the warning; "" for none
	}{
		{"two issuers", naming(a, b), nil, []Access{APIKey{}},
			`UsageKeyClaim "customer_key" takes API keys from tokens of 2 ` +
				`issuers: a token of one can have the key of a customer of another, whose quota and rate its requests then use ` +
				`up. Let the callers of one issuer alone name keys, by an authorizer of that issuer or by ` +
				`Claim("iss").Is("https://a.example.com/") on each route that needs a key; or acknowledge "x" once you know that ` +
				`each issuer writes the keys of its own customers alone`},
		{"two authorizers of one each", naming(a), naming(b), []Access{APIKey{}}, "from tokens of 2 issuers"},
		{"callers with a scope", naming(a, b), nil, []Access{APIKey{}, anyScope(a)}, "from tokens of 2 issuers"},
		{"callers with another claim", naming(a, b), nil, []Access{APIKey{}, claim("plan", a)}, "from tokens of 2 issuers"},
		{"routes of the same two", naming(a, b), naming(b, a), []Access{APIKey{}}, "from tokens of 2 issuers"},
		{"either of two", naming(a, b), nil, []Access{APIKey{}, oneOf(a, b)}, "from tokens of 2 issuers"},
		{"an issuer that is known at deployment", naming("https://${Token[TOKEN.7]}", b), nil, []Access{APIKey{}},
			`Claim("iss").Is("https://b.example.com/")`},
		{"issuers that are known at deployment", naming("https://${Token[TOKEN.7]}", "https://${Token[TOKEN.8]}"), nil,
			[]Access{APIKey{}}, `name keys, by an authorizer of that issuer; or acknowledge "x"`},
		{"one issuer", naming(a), nil, []Access{APIKey{}}, ""},
		{"two authorizers of the same", naming(a), naming(a), []Access{APIKey{}}, ""},
		{"callers of one of two", naming(a, b), nil, []Access{APIKey{}, oneOf(a)}, ""},
		{"the other names no keys", naming(a), without(b), []Access{APIKey{}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := New(table(func(p *Props) {
				p.Authorizer, p.Routes = tt.guard, []Route{handle("GET /a", fn, tt.words...)}
				if tt.other != nil {
					p.Authorizers = map[string]*Authorizer{"other": tt.other}
					p.Routes = append(p.Routes, handle("GET /b", fn, GuardedBy{"other"}, APIKey{}))
				}
			}))
			if err != nil {
				t.Fatal(err)
			}
			got := p.SharedKeys("x")
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", got, tt.want)
			}
		})
	}
}
