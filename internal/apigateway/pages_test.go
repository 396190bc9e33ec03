package apigateway

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const vite = "http://localhost:5173"

// TestPages checks that a page of a dev server may call an API without CORS, and that other pages may not.
func TestPages(t *testing.T) {
	r := bare()
	addAuthorizer(r, "Auth", nil)
	addRoute(r, "GET /open", proxy("Fn"))
	addRoute(r, "GET /guarded", proxy("Fn"), guardedBy("Auth"))
	r["Denied"] = gatewayResponse("UNAUTHORIZED", object{"ResponseParameters": object{
		"gatewayresponse.header.Access-Control-Allow-Origin": "'https://shop.example.com'",
		"gatewayresponse.header.Vary":                        "'Accept'",
	}})
	s := serve(t, r)
	s.options.PageOrigins = []string{"http://localhost:4321", vite}
	show := func(got reply) string {
		return got.String() + "; " + got.headers("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials",
			"Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Vary")
	}
	const allowed = "Access-Control-Allow-Origin: " + vite + ", Access-Control-Allow-Credentials: true"
	for _, c := range []struct {
		name, target string
		headers      []string
		want         string
	}{
		{"a preflight", "OPTIONS /prod/open",
			[]string{"Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-a,content-type"},
			"204 ; " + allowed + ", Access-Control-Allow-Methods: PUT, Access-Control-Allow-Headers: x-a,content-type, " +
				"Vary: Access-Control-Request-Method, Access-Control-Request-Headers, Vary: Origin"},
		{"a preflight for a route with a guard", "OPTIONS /prod/guarded", []string{"Access-Control-Request-Method: GET"},
			"204 ; " + allowed + ", Access-Control-Allow-Methods: GET, " +
				"Vary: Access-Control-Request-Method, Access-Control-Request-Headers, Vary: Origin"},
		{"an OPTIONS that is not one", "OPTIONS /prod/open", nil,
			noSuchRoute + "; " + allowed + ", Vary: Origin"},
		{"a function's answer", "GET /prod/open",
			[]string{"Answer: " + `{"statusCode":200,"headers":{"access-control-allow-origin":"*"},"body":"b"}`},
			"; " + allowed + ", Vary: Origin"},
		{"a gateway response", "GET /prod/guarded", nil, unauthorized + "; " + allowed + ", Vary: Accept, Vary: Origin"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := show(s.send(t, c.target, append(c.headers, "Origin: "+vite)...))
			if strings.HasPrefix(c.want, "; ") {
				got = got[strings.LastIndex(got, "; "):]
			}
			if diff := cmp.Diff(c.want, strings.ReplaceAll(got, "204; ", "204 ; ")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	for _, origins := range [][]string{
		{"http://localhost:5174"}, {"HTTP://localhost:5173"}, {vite, "https://evil.example.com"}, {"null"}, nil,
	} {
		r := s.request(t, "GET /prod/guarded", "")
		r.Header["Origin"] = origins
		got := s.do(t, r).headers("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Vary")
		if want := "Access-Control-Allow-Origin: https://shop.example.com, Vary: Accept"; got != want {
			t.Errorf("Origin %q: got %q, want %q", origins, got, want)
		}
	}
	other := []string{"Origin: http://localhost:5174", "Access-Control-Request-Method: GET"}
	if got := s.send(t, "OPTIONS /prod/guarded", other...); got.status != http.StatusForbidden {
		t.Errorf("another page's preflight: %s", got)
	}
}
