package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The four rows of docs/decisions/cors-on-errors.md.
func TestHeadersOfGatewayResponses(t *testing.T) {
	const a, b = "https://a.example.com", "https://b.example.com"
	for _, c := range []struct {
		name string
		cors CORS
		want map[string]string
	}{
		{"one origin", CORS{AllowOrigins: []string{a}}, map[string]string{"Access-Control-Allow-Origin": "'" + a + "'", "Vary": "'Origin'"}},
		{"all origins", CORS{AllowOrigins: []string{"*"}}, map[string]string{"Access-Control-Allow-Origin": "'*'"}},
		{"several", CORS{AllowOrigins: []string{a, b}}, map[string]string{"Access-Control-Allow-Origin": "'*'"}},
		{"several, with credentials: caches must keep the copies apart", CORS{AllowOrigins: []string{a, b}, AllowCredentials: true},
			map[string]string{"Access-Control-Allow-Origin": "method.request.header.Origin", "Access-Control-Allow-Credentials": "'true'", "Vary": "'Origin'"}},
		{"exposed headers", CORS{AllowOrigins: []string{"*"}, ExposeHeaders: []string{"ETag", "X-Total"}},
			map[string]string{"Access-Control-Allow-Origin": "'*'", "Access-Control-Expose-Headers": "'ETag,X-Total'"}},
	} {
		got := map[string]string{}
		for name, value := range c.cors.GatewayHeaders() {
			got[name] = value
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// A browser asks in the preflight for every header that a call to this API takes.
func TestAllowHeadersByDefault(t *testing.T) {
	keyed := PlannedRoute{Route: Route{NeedsKey: true}}
	p := &Plan{
		Guards: []*Guard{{Authorizer: Authorizer{Headers: []string{"Authorization"}}}},
		Routes: []PlannedRoute{{}, keyed, keyed},
		props:  Props{CORS: &CORS{}},
	}
	if diff := cmp.Diff([]string{"Content-Type", "Authorization", "X-Api-Key"}, p.AllowHeaders()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	p.props.CORS.AllowHeaders = []string{"X-Tenant"}
	if diff := cmp.Diff([]string{"X-Tenant"}, p.AllowHeaders()); diff != "" {
		t.Errorf("with AllowHeaders (-want +got):\n%s", diff)
	}
}
