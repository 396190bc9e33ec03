package cognito

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// FuzzScopes: a scope of the table is refused, or is one of a resource server, to the letter, and then clients may have
// it; of the servers that are given it is one that they list.
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
				t.Errorf("%q, which each pool has, is of the resource server %+v", scope, s.servers)
			}
			return
		}
		if all := s.all(); len(all) != 1 || all[0] != scope {
			t.Fatalf("%q became %q", scope, all)
		}
		server := s.servers[0]
		if err := server.check(nil); err != nil {
			t.Errorf("%q: a server that is given as it was made is refused: %v", scope, err)
		}
		if !serverNames.MatchString(server.name()) {
			t.Errorf("%q: the server's name is %q", scope, server.name())
		}
		if err := s.known([]string{scope}); err != nil {
			t.Errorf("%q: a client cannot have it: %v", scope, err)
		}
		if again, errs := newScopes(routes, s.servers); len(errs) > 0 || !slices.Equal(again.all(), s.all()) {
			t.Errorf("%q: with its server given: %q, %v", scope, again.all(), errs)
		}
		server.Scopes = []Scope{{Name: server.Scopes[0].Name + "x"}}
		if _, errs := newScopes(routes, []ResourceServer{server}); len(errs) == 0 {
			t.Errorf("%q: a server that does not list it has it", scope)
		}
	})
}
