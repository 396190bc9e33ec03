package plan

import (
	"slices"
	"strings"
	"testing"
)

func TestWithheldHeaders(t *testing.T) {
	reads := func(headers ...string) *Authorizer { a := deciding(jwt()); a.Headers = headers; return a }
	either := func(enough ...[]string) *Authorizer {
		a := reads(slices.Concat(enough...)...)
		a.Enough = enough
		return a
	}
	cookie, token := []string{"Cookie"}, []string{"X-Token"}
	for _, tt := range []struct {
		name    string
		allowed []string
		guard   *Authorizer
		other   *Authorizer // of a second route; nil for none
		want    string      // part of the warning; "" for none
	}{
		{"another list", []string{"Content-Type", "X-Trace"}, reads("Authorization"), nil,
			`CORS.AllowHeaders has Content-Type, X-Trace, and not Authorization, which the API's Included reads: a browser ` +
				`does not send it for a page of another origin, so that such a page can call no guarded route. Add it, or leave ` +
				`AllowHeaders out, whose default has it; or acknowledge "x" if pages call public routes alone`},
		{"one of two headers", []string{"Authorization"}, reads("Authorization", "X-Tenant"), nil, "and not X-Tenant, which"},
		{"a guard of programs beside it", []string{"X-Trace"}, reads("Authorization"), signing(), "and not Authorization"},
		{"the default", nil, reads("Authorization"), nil, ""},
		{"in another case", []string{"authorization"}, reads("Authorization"), nil, ""},
		{"a guard for pages beside one for others", []string{"X-Page"}, reads("Authorization"), reads("X-Page"), ""},
		{"a guard that reads a cookie", []string{"X-Trace"}, reads(), nil, ""},
		{"a name that is known at deployment", []string{"${Token[TOKEN.7]}"}, reads("Authorization"), nil, ""},
		{"programs alone", []string{"X-Trace"}, signing(), nil, ""},
		{"one of two that are enough", []string{"X-Token"}, either([]string{"Authorization"}, token), nil, ""},
		{"none of two that are enough", []string{"X-Trace"}, either(token, []string{"Authorization"}), nil,
			"and not X-Token, which"},
		{"a header or a query", []string{"X-Trace"}, either([]string{"Authorization"}, nil), nil, ""},
		{"a header or a cookie that no page brings", []string{"X-Trace"}, either([]string{"Authorization"}, cookie), nil,
			"and not Authorization, which"},
		{"a cookie that no page brings, or a header", []string{"X-Trace"}, either(cookie, []string{"Authorization"}), nil,
			"and not Authorization, which"},
		{"a cookie that no page brings", []string{"X-Trace"}, either(cookie), nil, ""},
		{"a cookie that no page brings beside a header", []string{"X-Trace"}, either(cookie), reads("Authorization"),
			"and not Authorization, which"},
		{"a part of the one, and of the other", []string{"X-Token"}, either([]string{"X-Token", "X-Tenant"}, token), nil, ""},
		{"what browsers send by themselves", []string{"Authorization"},
			reads("Authorization", "Origin", "user-agent", "Sec-Fetch-Site"), nil, ""},
		{"what AWS adds", []string{"Authorization"}, reads("Authorization", "X-Forwarded-For", "CloudFront-Viewer-Country"),
			nil, ""},
		{"what is like a browser's", []string{"Authorization"}, reads("Authorization", "X-Origin"), nil, "and not X-Origin"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := New(table(func(p *Props) {
				p.Authorizer, p.Routes = tt.guard, []Route{handle("GET /a", fn)}
				if tt.other != nil {
					p.Authorizers = map[string]*Authorizer{"other": tt.other}
					p.Routes = append(p.Routes, handle("GET /b", fn, GuardedBy{"other"}))
				}
				p.CORS = &CORS{AllowOrigins: []string{"https://shop.example.com"}, AllowHeaders: tt.allowed}
			}))
			if err != nil {
				t.Fatal(err)
			}
			got := p.WithheldHeaders("x")
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", got, tt.want)
			}
		})
	}
}

// With credentials, a page sends a cookie, which is sufficient.
func TestWithheldHeadersBesideACookie(t *testing.T) {
	for _, credentials := range []bool{true, false} {
		guard := deciding(jwt())
		guard.Enough = [][]string{{"Authorization"}, {"Cookie"}}
		p, err := New(table(func(p *Props) {
			p.Authorizer, p.Routes = guard, []Route{handle("GET /a", fn)}
			p.CORS = &CORS{AllowOrigins: []string{"https://shop.example.com"}, AllowHeaders: []string{"X-Trace"},
				AllowCredentials: credentials}
		}))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.WithheldHeaders("x"); (got == "") != credentials {
			t.Errorf("AllowCredentials %t: %s", credentials, got)
		}
	}
}

// A page must also be able to send the API key that a route needs, unless the authorizer's answer names the key.
func TestWithheldKeys(t *testing.T) {
	naming := func() *Authorizer { a := deciding(jwt()); a.NamesKeys, a.UsageKeyClaim = true, "key"; return a }
	bearer, key := []string{"Authorization"}, []string{"Authorization", "x-api-key"}
	keyed := func() Route { return handle("GET /a", fn, APIKey{}) }
	for _, tt := range []struct {
		name    string
		allowed []string
		guard   *Authorizer // nil for a table without one
		routes  []Route
		want    string // part of the warning; "" for none
	}{
		{"a key beside a guard", bearer, deciding(jwt()), []Route{keyed()},
			"CORS.AllowHeaders has Authorization, and not X-Api-Key, which has the API key: a browser does not send it for"},
		{"a key alone", bearer, nil, []Route{handle("GET /a", fn, KeyOnly{"counted"})},
			"and not X-Api-Key, which has the API key"},
		{"the guard's header is missing too", []string{"X-Trace"}, deciding(jwt()), []Route{keyed()},
			"and not Authorization, which"},
		{"the key's header is allowed", key, deciding(jwt()), []Route{keyed()}, ""},
		{"another route needs none", bearer, deciding(jwt()), []Route{keyed(), handle("GET /b", fn)}, ""},
		{"the authorizer names the key", bearer, naming(), []Route{keyed()}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := New(table(func(p *Props) {
				p.Authorizer, p.Routes = tt.guard, tt.routes
				p.CORS = &CORS{AllowOrigins: []string{"https://shop.example.com"}, AllowHeaders: tt.allowed}
			}))
			if err != nil {
				t.Fatal(err)
			}
			got := p.WithheldHeaders("x")
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", got, tt.want)
			}
		})
	}
}
