package authz

import "testing"

// adminRoutes sets a literal route, which requires a scope, and a greedy route, which requires none.
func adminRoutes(s *setup) {
	routes(`{"route":"GET /admin","requires":[{"kind":"scope","anyOf":["admin"]}]}`, `{"route":"GET /{proxy+}"}`)(s)
}

func denyEscapes(s *setup) {
	adminRoutes(s)
	s.config.DenyEscapedPaths = true
}

// escapeRules has the authorizer's part of line 56. A path with an escaped letter does not match the literal route.
// With DenyEscapedPaths, the authorizer denies every escaped path. The tests in bench/paths show that the function
// serves the authorized route.
func escapeRules() []rule {
	some, all := token(object{"scope": "orders:read"}), token(object{"scope": "admin"})
	both := func(change func(*setup)) func(*setup) { return func(s *setup) { change(s); perRequest(s) } }
	asked := []string{"GET /admin", "GET /%61dmin", "GET /files/a%20b", "GET /files/a"}
	rights := func(token string) func(*testing.T, *fixture) string {
		return func(t *testing.T, f *fixture) string { return f.rightsOn(t, on("GET", "/files/a", token), asked...) }
	}
	return []rule{
		{line: 56, name: "a literal, without its scope", want: deny, change: adminRoutes,
			event: on("GET", "/admin", some)},
		{line: 56, name: "a literal with an escaped letter matches the parameter", want: allow, change: adminRoutes,
			event: on("GET", "/%61dmin", some)},
		{line: 56, name: "a literal with an escaped letter, one request", want: allow, change: both(adminRoutes),
			event: on("GET", "/%61dmin", some)},
		{line: 56, name: "a cached policy", want: "GET /%61dmin, GET /files/a%20b, GET /files/a", change: adminRoutes,
			do: rights(some)},
		{line: 56, name: "escapes are denied", want: deny, change: denyEscapes, event: on("GET", "/%61dmin", some)},
		{line: 56, name: "escapes are denied, one request", want: deny, change: both(denyEscapes),
			event: on("GET", "/%61dmin", some)},
		{line: 56, name: "no escape, one request", want: allow, change: both(denyEscapes),
			event: on("GET", "/files/a", some)},
		{line: 56, name: "escapes are denied by a cached policy", want: "GET /files/a", change: denyEscapes,
			do: rights(some)},
		{line: 56, name: "escapes are denied to a caller with all rights", want: "GET /admin, GET /files/a",
			change: denyEscapes, do: rights(all)},
	}
}
