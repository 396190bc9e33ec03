package plan

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
)

// Without this check, a condition that no token can meet would leave a route without callers unnoticed.
func TestConditionsOnTheIssuer(t *testing.T) {
	const a, b = "https://a.example.com/", "https://b.example.com/"
	oneOf := func(values ...string) Requirement { return claim("iss", values...) }
	known := []string{a, b}
	for _, tt := range []struct {
		name    string
		issuers []string // nil for the session of a login of https://idp.example.com/
		words   []Access
		want    string // part of the error; "" for none
	}{
		{"without the slash", known, []Access{oneOf("https://a.example.com")},
			`route "GET /a": it wants the claim iss to be ` +
				`"https://a.example.com", and the API's Included accepts only tokens of "https://a.example.com/", ` +
				`"https://b.example.com/": write the URL of one of its issuers, byte by byte`},
		{"one of two values", known, []Access{oneOf(a, "https://c.example.com/")}, `to be "https://c.example.com/", and`},
		{"in Either", known, []Access{Either{[]Access{anyScope("s"), oneOf("https://c.example.com/")}}},
			`to be "https://c.example.com/", and`},
		{"another than a session's", nil, []Access{oneOf(a)}, `accepts only tokens of "https://idp.example.com/"`},
		{"a session's", nil, []Access{oneOf("https://idp.example.com/")}, ""},
		{"in a list of issuers", known, []Access{claimHas("iss", a)},
			`route "GET /a": it wants the claim iss to be a list, and in each token iss is one text: ` +
				`write Claim("iss").Is in place of Has`},
		{"a list of subjects, in Either", known, []Access{Either{[]Access{anyScope("s"), claimHas("sub", "u")}}},
			`write Claim("sub").Is in place of Has`},
		{"a list of audiences", known, []Access{claimHas("aud", "a")}, ""},
		{"an issuer", known, []Access{oneOf(b)}, ""},
		{"both", known, []Access{oneOf(a, b)}, ""},
		{"in Either, an issuer", known, []Access{Either{[]Access{anyScope("s"), oneOf(a)}}}, ""},
		{"an issuer that is known at deployment", []string{a, "https://${Token[TOKEN.7]}"}, []Access{oneOf(b)}, ""},
		{"another claim", known, []Access{claim("plan", "pro")}, ""},
		{"no condition", known, []Access{Requirement{Kind: access.Scope, AnyOf: []string{"s"}}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			guard := sessionOf(loginOf(nil), true)
			if tt.issuers != nil {
				j := &JWT{}
				for _, url := range tt.issuers {
					j.Issuers = append(j.Issuers, issuer.Issuer{URL: url, Audiences: []string{"a"}})
				}
				guard = deciding(j)
			}
			_, err := New(table(func(p *Props) { p.Authorizer, p.Routes = guard, []Route{handle("GET /a", fn, tt.words...)} }))
			if got := errorText(err); (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", got, tt.want)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
