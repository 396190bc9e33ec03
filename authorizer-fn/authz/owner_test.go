package authz

import (
	"context"
	"strings"
	"testing"
)

// owners is a table of routes whose paths name their owners.
const owners = `{"version":1,"routes":[
{"route":"GET /users/{id}","requires":[{"kind":"either","either":[
	{"kind":"pathIs","parameter":"id","claim":"sub"},{"kind":"group","anyOf":["admins"]}]}]},
{"route":"GET /users/me","requires":[{"kind":"scope","anyOf":["me"]}]},
{"route":"GET /tenants/{tenant}/bills","requires":[
	{"kind":"pathIn","parameter":"tenant","claim":"app.tenants"},{"kind":"scope","anyOf":["orders:read"]}]},
{"route":"DELETE /users/{id}","requires":[{"kind":"pathIs","parameter":"id","claim":"sub"}]}
]}`

func TestOwners(t *testing.T) {
	for _, c := range []struct {
		name, request string
		claims        object
		want          bool
		log           string
	}{
		{"owner", "GET /users/u-17", object{"sub": "u-17"}, true, `"outcome":"allowed"`},
		{"another user", "DELETE /users/u-18", object{"sub": "u-17"}, false,
			`"reason":"rights","missing":"the path's id is the caller's sub",` +
				`"got":"caller's sub is u-17, the path's id is u-18"`},
		{"another user, on a route for owners or a group", "GET /users/u-18", object{"sub": "u-17"}, false,
			`"missing":"either the path's id is the caller's sub or group admins",` +
				`"got":"caller's sub is u-17, the path's id is u-18; groups: none"`},
		{"group", "GET /users/u-18", object{"sub": "u-17", "groups": []string{"admins"}}, true, ""},
		{"subject of Auth0, escaped", "GET /users/auth0%7C7", object{"sub": "auth0|7"}, true, ""},
		{"email address, not escaped", "GET /users/jo@example.com", object{"sub": "jo@example.com"}, true, ""},
		{"subject that is a literal of another route", "GET /users/%6De", object{"sub": "me"}, false,
			`"got":"caller's sub is me, the path's id is %256De; groups: none, and that value is a literal of another route`},
		{"subject with a slash", "DELETE /users/a%2Fb", object{"sub": "a/b"}, false,
			`"got":"caller's sub is a/b, which no segment of a path is compared with, the path's id is a%252Fb"`},
		{"member", "GET /tenants/acme/bills", object{"app": object{"tenants": []string{"b", "acme"}}}, true, ""},
		{"member of another tenant", "GET /tenants/c/bills", object{"app": object{"tenants": []string{"b", "acme"}}}, false,
			`"missing":"the path's tenant is in the caller's app.tenants",` +
				`"got":"caller's app.tenants has b acme, the path's tenant is c"`},
		{"string instead of a list", "GET /tenants/acme/bills", object{"app.tenants": "acme"}, false,
			`"got":"caller's app.tenants is acme, the`},
		{"no claim", "GET /tenants/acme/bills", nil, false,
			`"got":"caller's app.tenants has no text, the path's tenant is acme"`},
		{"member without the scope", "GET /tenants/b/bills", object{"app.tenants": []string{"b"}, "scope": "x"}, false,
			`"missing":"scope orders:read","got":"x"`},
	} {
		for _, perRequest := range []bool{false, true} {
			t.Run(c.name, func(t *testing.T) {
				f := newFixture(t, func(s *setup) { s.routes, s.config.PerRequest = owners, perRequest })
				verb, path, _ := strings.Cut(c.request, " ")
				if got, want := f.outcome(t, on(verb, path, token(c.claims))), outcomes[c.want]; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				if !strings.Contains(f.log.String(), c.log) {
					t.Errorf("got log %s, want %s in it", f.log, c.log)
				}
			})
		}
	}
}

// The cached policy of an owner allows all the owner's requests, and no requests for other owners.
func TestOwnersPolicy(t *testing.T) {
	f := newFixture(t, func(s *setup) { s.routes = owners })
	got := f.rightsOn(t, on("GET", "/users/me", token(object{"sub": "u-17"})),
		"GET /users/u-17", "GET /users/u-18", "GET /users/me", "DELETE /users/u-17", "DELETE /users/u-17/x", "GET /users/*")
	if want := "GET /users/u-17, DELETE /users/u-17"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A cached policy allows fewer escapes of a path than a policy for one request.
func TestOwnersEscapedPaths(t *testing.T) {
	for _, c := range []struct {
		path               string
		cached, perRequest string
	}{
		{"/users/auth0|7", allow, allow},
		{"/users/auth0%7C7", allow, allow},
		{"/users/auth0%7c7", deny, allow},
		{"/users/%61uth0%7C7", deny, allow},
		{"/users/auth0%257C7", deny, deny},
	} {
		for _, perRequest := range []bool{false, true} {
			f := newFixture(t, func(s *setup) { s.routes, s.config.PerRequest = owners, perRequest })
			want := c.cached
			if perRequest {
				want = c.perRequest
			}
			if got := f.outcome(t, on("GET", c.path, token(object{"sub": "auth0|7"}))); got != want {
				t.Errorf("%s, per request %v: got %s, want %s", c.path, perRequest, got, want)
			}
			if logged := strings.Contains(f.log.String(), `"outcome":"allowed"`); logged != (want == allow) {
				t.Errorf("%s, per request %v: got log %s, want the outcome %s", c.path, perRequest, f.log, want)
			}
		}
	}
}

// A hook cannot make a caller an owner.
func TestHookAndOwners(t *testing.T) {
	f := newFixture(t, func(s *setup) { s.routes = owners }, withHook(func(_ context.Context, c *Caller) error {
		c.Principal, c.Groups = "u-18", append(c.Groups, "u-18")
		return nil
	}))
	event := on("GET", "/users/u-17", token(object{"sub": "u-17"}))
	const want = "GET /users/u-17"
	if got := f.rightsOn(t, event, "GET /users/u-17", "GET /users/u-18"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
