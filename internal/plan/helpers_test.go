package plan

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

const fn = 1 // the number of a function

func handle(pattern string, function int, access ...Access) Route {
	return Route{Pattern: pattern, Function: function, Access: access}
}

func anyScope(scopes ...string) Access { return Requirement{Kind: access.Scope, AnyOf: scopes} }

func claim(path string, texts ...string) Requirement {
	return Requirement{Kind: access.Claim, Claim: path, AnyOf: texts}
}

func jwt() *JWT {
	return &JWT{Issuers: []issuer.Issuer{{URL: "https://idp.example.com/", Audiences: []string{"orders"}}}}
}

// deciding returns an authorizer with the included function, as the kinds of secureapi describe it.
func deciding(j *JWT) *Authorizer {
	l := Lambda{JWT: j}
	return &Authorizer{
		Kind:     "Included",
		Problems: l.Check(),
		Enforces: l.Enforces,
		Headers:  []string{"Authorization"},
		Included: l.Included(true),
		Keeps:    true,
		Tenant:   l.Tenant,
	}
}

// signing returns an authorizer that takes signed requests and enforces no requirement.
func signing() *Authorizer {
	return &Authorizer{Kind: "Signing", Enforces: Lambda{Own: true}.Enforces, Signed: true, Tenant: IAMTenant}
}

// comparing returns an authorizer that compares scopes, and whose routes need an Allow.
func comparing() *Authorizer {
	return &Authorizer{
		Kind:           "Comparing",
		Enforces:       func([]access.Requirement) error { return nil },
		Headers:        []string{"X-Token"},
		Keeps:          true,
		NeedsAllow:     true,
		ComparesScopes: true,
		Tenant:         PoolTenant,
	}
}

// table returns a small valid API with a change that breaks it in one place.
func table(change func(*Props)) Props {
	p := Props{
		Authorizer: deciding(jwt()),
		Routes:     []Route{handle("GET /orders", fn, anyScope("orders:read")), handle("GET /health", fn, Public{"probe"})},
	}
	if change != nil {
		change(&p)
	}
	return p
}

func add(routes ...Route) func(*Props) {
	return func(p *Props) { p.Routes = append(p.Routes, routes...) }
}

// refusal is a change of the table that must be refused.
type refusal struct {
	name   string
	change func(*Props)
	want   string // part of the error's text: the place, the value and the fix
}

func testRefusals(t *testing.T, cases []refusal) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := New(table(tt.change)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error\n\t%v\ndoes not contain\n\t%s", err, tt.want)
			}
		})
	}
}

func pathIs(parameter, claim string) Requirement {
	return Requirement{Kind: access.PathIs, Parameter: parameter, Claim: claim}
}

func anyOfTwo(a, b string) Access { return Either{[]Access{pathIs(a, "sub"), pathIs(b, "sub")}} }

func claimHas(path, text string) Requirement {
	return Requirement{Kind: access.ClaimHas, Claim: path, AnyOf: []string{text}}
}

func mustParse(t *testing.T, pattern string) route.Pattern {
	t.Helper()
	p, err := route.Parse(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func both(changes ...func(*Props)) func(*Props) {
	return func(p *Props) {
		for _, change := range changes {
			change(p)
		}
	}
}
