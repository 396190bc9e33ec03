package plan

import (
	"strings"
	"testing"
)

func TestWithheldHeaders(t *testing.T) {
	reads := func(headers ...string) *Authorizer { a := deciding(jwt()); a.Headers = headers; return a }
	for _, tt := range []struct {
		name    string
		allowed []string
		guard   *Authorizer
		other   *Authorizer // of a second route; nil for none
		want    string      // part of the warning; "" for none
	}{
		{"another list", []string{"Content-Type", "X-Trace"}, reads("Authorization"), nil,
			`CORS.AllowHeaders has Content-Type, X-Trace, and not Authorization, which the API's Included reads: a browser does ` +
				`not send it for a page of another origin, so that such a page can call no guarded route. Add it, or leave ` +
				`AllowHeaders out, whose default has it; or acknowledge "x" if pages call public routes alone`},
		{"one of two headers", []string{"Authorization"}, reads("Authorization", "X-Tenant"), nil, "and not X-Tenant, which"},
		{"a guard of programs beside it", []string{"X-Trace"}, reads("Authorization"), signing(), "and not Authorization"},
		{"the default", nil, reads("Authorization"), nil, ""},
		{"in another case", []string{"authorization"}, reads("Authorization"), nil, ""},
		{"a guard for pages beside one for others", []string{"X-Page"}, reads("Authorization"), reads("X-Page"), ""},
		{"a guard that reads a cookie", []string{"X-Trace"}, reads(), nil, ""},
		{"a name that is known at deployment", []string{"${Token[TOKEN.7]}"}, reads("Authorization"), nil, ""},
		{"programs alone", []string{"X-Trace"}, signing(), nil, ""},
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
