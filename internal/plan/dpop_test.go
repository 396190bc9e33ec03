package plan

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

func TestDPoPBound(t *testing.T) {
	bound := func(c identity.Cache) func(*Props) {
		return func(p *Props) {
			l := Lambda{JWT: jwt()}
			l.JWT.Issuers[0].DPoPBound = true
			p.Authorizer = deciding(l.JWT)
			p.Authorizer.Problems = append(p.Authorizer.Problems, l.CheckDPoP(c)...)
			p.Authorizer.Headers = append(c.Headers(), l.ProofHeaders()...)
		}
	}
	uncached := identity.Cache{Included: true, TTL: identity.NoCache}
	p, err := New(table(bound(uncached)))
	if err != nil {
		t.Fatal(err)
	}
	p.props.CORS = &CORS{}
	if got := p.AllowHeaders(); !slices.Contains(got, "DPoP") || !slices.Contains(got, "Authorization") {
		t.Errorf("preflights allow the headers %q", got)
	}

	from := func(sources ...settings.TokenSource) identity.Cache {
		return identity.Cache{Included: true, TTL: identity.NoCache, Tokens: sources}
	}
	const (
		issuerIs = `issuer "https://idp.example.com/" is DPoPBound, and `
		cached   = issuerIs + "caching is on: each request has a proof of its own, and a cached answer would serve " +
			"requests whose proof nothing checks: set CacheTTL to NoCache"
		elsewhere = issuerIs + "such tokens come in the Authorization header alone (RFC 9449, section 7.1): leave " +
			"TokenSources out"
	)
	header := settings.TokenSource{Kind: settings.Header, Name: "Authorization"}
	cookie := settings.TokenSource{Kind: settings.Cookie, Name: "t"}
	authorization := identity.Header("Authorization")
	testRefusals(t, []refusal{
		{"a cache", bound(identity.Cache{Included: true, TTL: time.Minute}), cached},
		{"the default cache", bound(identity.Cache{Included: true}), cached},
		{"a cache by the proof", bound(identity.Cache{Included: true, TTL: time.Second,
			Identity: []identity.Source{authorization, identity.Header("DPoP")}}), cached},
		{"a cache by verb and path", bound(identity.Cache{Included: true, TTL: time.Second,
			Identity: []identity.Source{authorization, identity.Context("path"), identity.Context("httpMethod")}}), cached},
		{"a cookie", bound(from(cookie)), elsewhere},
		{"a cookie too", bound(from(header, cookie)), elsewhere},
		{"another header", bound(from(settings.TokenSource{Kind: settings.Header, Name: "X-Token"})), elsewhere},
		{"the query", bound(from(settings.TokenSource{Kind: settings.QueryString, Name: "t"})), elsewhere},
		{"a TOKEN authorizer", func(p *Props) {
			l := Lambda{JWT: jwt()}
			l.JWT.Issuers[0].DPoPBound = true
			p.Authorizer = deciding(l.JWT)
			p.Authorizer.Problems = append(p.Authorizer.Problems, l.CheckTokenEvent())
		}, issuerIs + "the event of a TOKEN authorizer has neither the proof nor the request that it is for: use a " +
			"RequestAuthorizer with CacheTTL NoCache"},
	})
}

// TestEnoughWithProofs requires the DPoP header of CORS.AllowHeaders only if no token does without.
func TestEnoughWithProofs(t *testing.T) {
	enough := [][]string{{"Authorization"}}
	for name, c := range map[string]struct {
		issuers []issuer.Issuer
		want    [][]string
	}{
		"bearers":     {[]issuer.Issuer{{URL: "b"}}, enough},
		"both":        {[]issuer.Issuer{{URL: "a", DPoPBound: true}, {URL: "b"}}, enough},
		"bound alone": {[]issuer.Issuer{{URL: "a", DPoPBound: true}}, [][]string{{"Authorization", "DPoP"}}},
	} {
		if got := (Lambda{JWT: &JWT{Issuers: c.issuers}}).EnoughWithProofs(enough); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
