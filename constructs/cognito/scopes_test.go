package cognito

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// FuzzScopes checks that a route's scope is either refused or is exactly a scope of one resource server. Clients may
// have the scope. If the server is given, it must list the scope.
func FuzzScopes(f *testing.F) {
	for _, seed := range []string{
		"notes/read", "https://api.example.com/notes/read", "notes", "notes/", "/read", "/", "", "a/b/", "openid", "a b/c",
		`a/"`, "é/é", "a/b\x00", "#{Token[TOKEN.7]}/read", "a//b", strings.Repeat("a", 257) + "/b",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, scope string) {
		routes := []secureapi.Route{secureapi.Handle("GET /", nil, secureapi.AnyScope(scope))}
		s, errs := newScopes(routes, nil)
		if len(errs) > 0 {
			return
		}
		if slices.Contains(standard, scope) {
			if len(s.servers) > 0 {
				t.Errorf("standard scope %q: got the resource servers %+v, want none", scope, s.servers)
			}
			return
		}
		if all := s.all(); len(all) != 1 || all[0] != scope {
			t.Fatalf("%q: got the scopes %q, want only itself", scope, all)
		}
		server := s.servers[0]
		if err := server.check(nil); err != nil {
			t.Errorf("%q: check refuses the derived server: %v", scope, err)
		}
		if !serverNames.MatchString(server.name()) {
			t.Errorf("%q: got the server's name %q, which Cognito refuses", scope, server.name())
		}
		if err := s.known([]string{scope}); err != nil {
			t.Errorf("%q: a client with the scope is refused: %v", scope, err)
		}
		if again, errs := newScopes(routes, s.servers); len(errs) > 0 || !slices.Equal(again.all(), s.all()) {
			t.Errorf("%q, with its server given: got %q, %v, want %q", scope, again.all(), errs, s.all())
		}
		server.Scopes = []Scope{{Name: server.Scopes[0].Name + "x"}}
		if _, errs := newScopes(routes, []ResourceServer{server}); len(errs) == 0 {
			t.Errorf("%q: accepted, but the given server does not list it", scope)
		}
	})
}
