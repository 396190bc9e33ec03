package authz

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// tenants is an access table whose routes require tenant IDs in two claims.
const tenants = `{"version":1,"routes":[
{"route":"GET /documents","requires":[{"kind":"tenant","claim":"org"}]},
{"route":"GET /boards","requires":[{"kind":"tenant","claim":"app.team"},{"kind":"scope","anyOf":["orders:read"]}]},
{"route":"GET /profile"}
]}`

func withTenants(s *setup) { s.routes = tenants }

func TestTenants(t *testing.T) {
	const rights = `"reason":"rights","missing":"claim org is a tenant ID","got":`
	for _, c := range []struct {
		name, path string
		claims     object
		want       bool
		log        string
	}{
		{"a tenant", "/documents", object{"org": "acme"}, true, ""},
		{"a number", "/documents", object{"org": 42}, true, ""},
		{"a nested claim", "/boards", object{"app": object{"team": "blue"}}, true, ""},
		{"a route without a tenant", "/profile", nil, true, ""},
		{"no claim", "/documents", nil, false, rights + `"claim org has no text"`},
		{"the claim of the other route", "/documents", object{"app": object{"team": "blue"}}, false,
			rights + `"claim org has no text"`},
		{"empty", "/documents", object{"org": ""}, false, rights + `"claim org has no text"`},
		{"null", "/documents", object{"org": nil}, false, rights + `"claim org has no text"`},
		{"a list", "/documents", object{"org": []string{"acme", "globex"}}, false, rights + `"claim org has acme globex"`},
		{"a list of one", "/documents", object{"org": []string{"acme"}}, false, rights + `"claim org has acme"`},
		{"an object", "/documents", object{"org": object{"id": "acme"}}, false, rights + `"claim org has no text"`},
		{"a fraction", "/documents", object{"org": json.RawMessage("1.5")}, false, rights + `"claim org has no text"`},
		{"too long", "/documents", object{"org": strings.Repeat("a", 257)}, false, "it has 257 characters: want 1 to 256"},
		{"characters that Lambda refuses", "/documents", object{"org": "acme,globex"}, false,
			rights + `"claim org is acme%2Cglobex: it has \",\": want letters, digits, spaces and . _ : / = + - @"`},
		{"a line break", "/documents", object{"org": "acme\nx"}, false, "want letters, digits"},
		{"a space at the end", "/documents", object{"org": "acme "}, false, "it begins or ends with a space"},
	} {
		for _, perRequest := range []bool{false, true} {
			t.Run(c.name, func(t *testing.T) {
				f := newFixture(t, func(s *setup) { s.routes, s.config.PerRequest = tenants, perRequest })
				if got, want := f.outcome(t, on("GET", c.path, token(c.claims))), outcomes[c.want]; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				if !strings.Contains(f.log.String(), c.log) {
					t.Errorf("got log %s, want %s in it", f.log, c.log)
				}
			})
		}
	}
}

// One cached answer serves the routes of both claims, so the context has a member for each claim. A claim that is not
// a tenant ID gets no member, and API Gateway then passes no tenant.
func TestTenantsInContext(t *testing.T) {
	for _, c := range []struct {
		name   string
		claims object
		want   map[string]string
	}{
		{"both claims", object{"org": "acme", "app": object{"team": "blue"}},
			map[string]string{"tenantId_org": "acme", "tenantId_app_2Eteam": "blue"}},
		{"one claim", object{"org": "acme"}, map[string]string{"tenantId_org": "acme"}},
		{"an invalid claim", object{"org": "a,b", "app": object{"team": "blue"}},
			map[string]string{"tenantId_app_2Eteam": "blue"}},
		{"the same value in both", object{"org": "x", "app": object{"team": "x"}},
			map[string]string{"tenantId_org": "x", "tenantId_app_2Eteam": "x"}},
	} {
		for _, path := range []string{"/documents", "/boards", "/profile"} {
			t.Run(c.name+path, func(t *testing.T) {
				f := newFixture(t, func(s *setup) { s.routes = tenants })
				answer, err := f.invoke(on("GET", path, token(c.claims)))
				if err != nil {
					t.Fatal(err)
				}
				got := map[string]string{}
				for name, value := range readAnswer(t, answer).context {
					if strings.HasPrefix(name, "tenantId") {
						got[name] = value
					}
				}
				if len(got) != len(c.want) {
					t.Errorf("got %v, want %v", got, c.want)
				}
				for name, value := range c.want {
					if got[name] != value {
						t.Errorf("%s: got %q, want %q", name, got[name], value)
					}
				}
			})
		}
	}
}

// A hook can change the caller's rights, but not the tenant.
func TestTenantsAndHook(t *testing.T) {
	t.Run("a hook sets the tenant's context value", func(t *testing.T) {
		f := newFixture(t, func(s *setup) { s.routes = tenants }, withHook(func(_ context.Context, c *Caller) error {
			c.Context["tenantId_org"] = "globex"
			return nil
		}))
		if _, err := f.invoke(on("GET", "/documents", token(object{"org": "acme"}))); err == nil ||
			errors.Is(err, ErrUnauthorized) {
			t.Errorf("got %v, want a 500", err)
		}
		if want := `tenantId_org`; !strings.Contains(f.log.String(), want) {
			t.Errorf("got log %s, want %s in it", f.log, want)
		}
	})
	t.Run("a hook sets another context value", func(t *testing.T) {
		f := newFixture(t, func(s *setup) { s.routes = tenants }, withHook(func(_ context.Context, c *Caller) error {
			c.Context["tenantId"] = "globex"
			return nil
		}))
		answer, err := f.invoke(on("GET", "/documents", token(object{"org": "acme"})))
		if err != nil {
			t.Fatal(err)
		}
		if c := readAnswer(t, answer).context; c["tenantId_org"] != "acme" || c["tenantId"] != "globex" {
			t.Errorf("got context %v, want tenantId_org acme and tenantId globex", c)
		}
	})
	t.Run("a context claim with the tenant's name", func(t *testing.T) {
		_, err := tryFixture(func(s *setup) { s.config.ContextClaims = []string{"tenantId_org"} })
		if err == nil || !strings.Contains(err.Error(), "tenantId_org") {
			t.Errorf("got %v, want an error that names tenantId_org", err)
		}
	})
}
