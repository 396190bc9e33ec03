package plan

import (
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

func included(j *JWT) func(*Props) { return func(p *Props) { p.Authorizer = deciding(j) } }

// asked returns settings with an issuer that is asked about its tokens.
func asked() *JWT {
	j := jwt()
	j.Issuers[0].Introspection = &issuer.Introspection{
		Endpoint:   "https://idp.example.com/introspect",
		ClientID:   "api",
		ClientAuth: issuer.ClientAuth{Method: settings.ClientBasic, Secret: true},
	}
	return j
}

func TestWrongJWTs(t *testing.T) {
	two := asked()
	two.Issuers = append(two.Issuers, asked().Issuers...)
	two.Issuers[1].URL = "https://other.example.com/"
	testRefusals(t, []refusal{
		{"no issuers", included(&JWT{}), "JWT.Issuers is empty"},
		{"reserved context claim", included(&JWT{Issuers: jwt().Issuers, ContextClaims: []string{"scopes"}}),
			`JWT.ContextClaims has "scopes", a name that the context has already`},
		{"the same issuer twice",
			included(&JWT{Issuers: append(jwt().Issuers, jwt().Issuers...)}),
			`JWT.Issuers[1]: issuer "https://idp.example.com/" is listed twice`},
		{"empty context claim",
			included(&JWT{Issuers: jwt().Issuers, ContextClaims: []string{""}}),
			"JWT.ContextClaims has an empty name"},
		{"context claim twice",
			included(&JWT{Issuers: jwt().Issuers, ContextClaims: []string{"email", "email"}}),
			`JWT.ContextClaims has "email" twice: leave one out`},
		{"two issuers of opaque tokens", included(two),
			"JWT.Issuers[0] and [1] both have opaque tokens, which do not name their issuer"},
	})
}

// TestCacheTTLOfIntrospection checks that the default TTL is shorter if tokens are introspected, because API Gateway's
// cache does not know exp or revocation.
func TestCacheTTLOfIntrospection(t *testing.T) {
	verified := asked()
	verified.Issuers[0].Introspection.VerifyJWTs = true
	for _, c := range []struct {
		jwt         *JWT
		given, want time.Duration
	}{
		{jwt(), 0, 0},
		{nil, 0, 0},
		{asked(), 0, time.Minute},
		{verified, 0, time.Minute},
		{asked(), 5 * time.Minute, 5 * time.Minute},
		{asked(), identity.NoCache, identity.NoCache},
	} {
		if got := (Lambda{JWT: c.jwt}).CacheTTL(c.given); got != c.want {
			t.Errorf("%v: got %v, want %v", c.given, got, c.want)
		}
	}
}
