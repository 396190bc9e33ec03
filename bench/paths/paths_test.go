package main

import (
	"context"
	"flag"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/trial"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

var seed = flag.Uint64("seed", 1, "the seed of the random numbers")

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	m.Run()
}

// TestPaths makes a hundredth of the command's requests.
func TestPaths(t *testing.T) {
	c, err := run(10_000, *seed, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + c.String())
	if c[requests] != 10_000 || c[authorized] < c[requests]/4 || c[served] < c[authorized] ||
		c[refused] < c[authorized]/10 || c[conflicts] > c[tables]/2 {
		t.Errorf("too few requests match a route:\n%s", c)
	}
}

// adminTable has routes whose handlers "/%61dmin" and "/users/%6De" reached in a router that decodes paths.
func adminTable(t testing.TB) *access.Table {
	t.Helper()
	admin := []access.Requirement{{Kind: access.Scope, AnyOf: []string{"r"}}}
	table, err := access.NewTable([]access.Rule{
		{Pattern: route.MustParse("GET /admin"), Requires: admin},
		{Pattern: route.MustParse("GET /users/me"), Requires: admin},
		{Pattern: route.MustParse("GET /users/{p1}")},
		{Pattern: route.MustParse("ANY /{p0+}")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestARouterWithoutStrictIsFound expects that http.ServeMux behind the adapter serves requests with the handler of
// another route. So the search would find it.
func TestARouterWithoutStrictIsFound(t *testing.T) {
	table := adminTable(t)
	router := serveMux(table)
	mux := lambdahttp.NewMux() // passes every request to the router
	mux.Handle("GET /users/{p1}", http.HandlerFunc(router.ServeHTTP))
	mux.Handle("ANY /{p0+}", http.HandlerFunc(router.ServeHTTP))
	call := lambdahttp.Handler(mux)
	for _, tt := range []struct{ verb, path, resource, parameter, want string }{
		{"GET", "/%61dmin", "/{p0+}", "p0", "0"},
		{"GET", "/users/%6De", "/users/{p1}", "p1", "1"},
		{"HEAD", "/admin", "/{p0+}", "p0", "0"},
	} {
		answer, err := call(context.Background(), events.APIGatewayProxyRequest{
			HTTPMethod: tt.verb, Path: tt.path, Resource: tt.resource,
			PathParameters: map[string]string{tt.parameter: tt.path[strings.LastIndex(tt.path, "/")+1:]},
		})
		if err != nil || len(answer.MultiValueHeaders[servedBy]) != 1 || answer.MultiValueHeaders[servedBy][0] != tt.want {
			t.Errorf("%s %s: %v %v, want the handler of rule %s", tt.verb, tt.path, answer.MultiValueHeaders, err,
				tt.want)
		}
	}
}

// FuzzPath fuzzes the verb, the path and the caller of requests to one table.
func FuzzPath(f *testing.F) {
	for _, path := range []string{
		"/%61dmin",
		"/users/%6De",
		"/users/me/",
		"/users/a%2Fb",
		"/x/../admin",
		"//admin",
		"/%2561dmin",
		"/users/%24x",
		"/admin/",
	} {
		f.Add("GET", path, uint8(0))
		f.Add("HEAD", path, uint8(1))
	}
	s, err := newSetup(adminTable(f), false, false)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, verb, path string, who uint8) {
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "\r\n ?#") || len(path) > 1000 {
			return // a request line cannot have such a path
		}
		if err := s.request(verb, path, "", callers[int(who)%len(callers)], trial.Tally{}); err != nil {
			t.Fatal(err)
		}
	})
}
