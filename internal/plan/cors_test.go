package plan

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func crossOrigin(c CORS) func(*Props) { return func(p *Props) { p.CORS = &c } }

func TestWrongCORS(t *testing.T) {
	testRefusals(t, []refusal{
		{"no origin", crossOrigin(CORS{}), "CORS: AllowOrigins is empty"},
		{"own OPTIONS beside CORS", func(p *Props) {
			add(handle("OPTIONS /orders", fn, Public{"by hand"}))(p)
			crossOrigin(CORS{AllowOrigins: []string{"*"}})(p)
		}, `route "OPTIONS /orders" is declared too`},
		{"origins known at deployment",
			crossOrigin(CORS{AllowOrigins: []string{"#{Token[TOKEN.7]}"}}),
			"CORS: AllowOrigins is a list known only when the stack is deployed: take single values of it with " +
				"awscdk.Fn_Select"},
		{"credentials with any origin",
			crossOrigin(CORS{AllowOrigins: []string{"*"}, AllowCredentials: true}),
			`CORS: AllowCredentials with the origin "*": browsers refuse that`},
		{"any origin and another",
			crossOrigin(CORS{AllowOrigins: []string{"*", "https://a.example.com"}}),
			`AllowOrigins has "*" and others`},
		{"origin with a path",
			crossOrigin(CORS{AllowOrigins: []string{"https://a.example.com/"}}),
			`origin "https://a.example.com/": an origin ends with the host or the port: write "https://a.example.com"`},
		{"origin in capitals",
			crossOrigin(CORS{AllowOrigins: []string{"https://A.example.com"}}),
			"browsers send origins in lower case"},
		{"origin pattern",
			crossOrigin(CORS{AllowOrigins: []string{"https://*.example.com"}}),
			`origin "https://*.example.com": origins match exactly: list each one`},
		{
			"origin null",
			crossOrigin(CORS{AllowOrigins: []string{"null"}}),
			`origin "null": every sandboxed page and local file sends it`,
		},
		{"any header",
			crossOrigin(CORS{AllowOrigins: []string{"*"}, AllowHeaders: []string{"*"}}),
			`AllowHeaders has "*", which does not stand for Authorization`},
		{"unknown method",
			crossOrigin(CORS{AllowOrigins: []string{"*"}, AllowMethods: []string{"get"}}),
			`CORS: method "get": want some of DELETE, GET`},
		{"age in milliseconds",
			crossOrigin(CORS{AllowOrigins: []string{"*"}, MaxAge: time.Millisecond}),
			"MaxAge 1ms: want whole seconds"},
		{"origin with its scheme's port",
			crossOrigin(CORS{AllowOrigins: []string{"https://a.example.com:443"}}),
			`browsers leave the scheme's own port out: write "https://a.example.com"`},
		{"origin outside of ASCII",
			crossOrigin(CORS{AllowOrigins: []string{"https://bücher.example"}}),
			"want a host name in ASCII"},
		{"any exposed header, with credentials",
			crossOrigin(
				CORS{AllowOrigins: []string{"https://a.example.com"}, AllowCredentials: true, ExposeHeaders: []string{"*"}},
			),
			`AllowCredentials is set and ExposeHeaders has "*"`},
	})
}

// The four rows of docs/decisions/cors-on-errors.md.
func TestHeadersOfGatewayResponses(t *testing.T) {
	const a, b = "https://a.example.com", "https://b.example.com"
	for _, c := range []struct {
		name string
		cors CORS
		want map[string]string
	}{
		{
			"one origin",
			CORS{AllowOrigins: []string{a}},
			map[string]string{"Access-Control-Allow-Origin": "'" + a + "'", "Vary": "'Origin'"},
		},
		{"all origins", CORS{AllowOrigins: []string{"*"}}, map[string]string{"Access-Control-Allow-Origin": "'*'"}},
		{"several", CORS{AllowOrigins: []string{a, b}}, map[string]string{"Access-Control-Allow-Origin": "'*'"}},
		{
			"several, with credentials: caches must keep the copies apart",
			CORS{AllowOrigins: []string{a, b}, AllowCredentials: true},
			map[string]string{
				"Access-Control-Allow-Origin":      "method.request.header.Origin",
				"Access-Control-Allow-Credentials": "'true'",
				"Vary":                             "'Origin'",
			},
		},
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

// TestAllowHeadersByDefault checks that a preflight of a browser may request every header that a call of this API
// needs.
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
