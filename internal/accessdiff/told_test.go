package accessdiff

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// TestCallersOfOtherPatterns compares what a backend gets of the caller if another pattern serves the requests now.
func TestCallersOfOtherPatterns(t *testing.T) {
	// serves returns an API whose first route sends the caller, or does not, and whose others send nothing.
	serves := func(tells bool, routes ...string) matrix.API {
		a := apiOf(routes...)
		for i := range a.Routes {
			a.Routes[i].AnsweredBy = "a backend over HTTP"
		}
		if tells {
			backend(named("context.authorizer.sub"))(&a)
		}
		return a
	}
	const lost = ": its backend no longer gets the header CallerPrincipalId from context.authorizer.sub, so a client " +
		"may write it"
	for _, c := range []struct {
		name    string
		was, is matrix.API
		want    string
	}{
		{"another name of a parameter", serves(true, "GET /a/{id}: token"), serves(false, "GET /a/{key}: token"),
			"? GET /a/{key}" + lost},
		{"one verb of all", serves(true, "ANY /a: token"), serves(false, "GET /a: token"), "? GET /a" + lost +
			"\n- callers with a valid token lost ANY /a (the route is gone)"},
		{"a route of its own", serves(true, "GET /{any+}: token"), serves(false, "GET /a: token", "GET /{any+}: token"),
			"? GET /a" + lost + "\n? GET /{any+}" + lost},
		{"another name, with the caller", serves(true, "GET /a/{id}: token"), serves(true, "GET /a/{key}: token"), ""},
	} {
		if got := linesOf(Compare(matrixOf(c.was), matrixOf(c.is))); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestTenantsOfOtherPatterns compares the tenant of a function if another pattern serves the requests now.
func TestTenantsOfOtherPatterns(t *testing.T) {
	was, is := apiOf("GET /a/{id}: token"), apiOf("GET /a/{key}: token")
	tenantIn("context.authorizer.tenantId_org")(&was)
	if got := linesOf(Compare(matrixOf(was), matrixOf(was))); got != "" {
		t.Errorf("the same API: got\n%s\nwant nothing", got)
	}
	const want = "? GET /a/{key}: its function has no tenant isolation, so one tenant may get what another left in its " +
		"memory or files (the tenant was context.authorizer.tenantId_org)"
	if got := linesOf(Compare(matrixOf(was), matrixOf(is))); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
