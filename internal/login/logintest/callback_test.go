package logintest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// returned signs in at the provider. It returns the address to which the provider sends the browser back, without
// opening it.
func (a *app) returned(t *testing.T, p *Provider, b *Browser, subject string) *url.URL {
	t.Helper()
	page := a.begin(t, b, "/orders")
	off := *b
	off.Hosts = map[string]http.Handler{shop: http.NotFoundHandler()}
	page.browser = &off
	page = page.Submit(t, url.Values{"subject": {subject}})
	if page.URL.Path != "/auth/callback" || page.URL.Query().Get("code") == "" {
		t.Fatalf("the provider leads to %s", page.URL)
	}
	p.Requests()
	return page.URL
}

// query has the values of query parameters.
type query = map[string][]string

// with returns the address with other parameters. A nil removes a parameter.
func with(u *url.URL, change query) string {
	out, all := *u, u.Query()
	for name, values := range change {
		all[name] = values
	}
	out.RawQuery = all.Encode()
	return out.String()
}

// testHostileCallback answers the login in the provider's place. For each answer it checks the outcome, and whether the
// code was sent to the provider.
func testHostileCallback(t *testing.T, p *peer) {
	other := p.other
	for _, c := range []struct {
		name string
		// back returns the address that the browser opens instead of its own.
		back   func(t *testing.T, a *app, own *url.URL) string
		status int
		sent   bool // the code goes to the provider, which has the last word
	}{
		{"state that was never made", func(_ *testing.T, _ *app, own *url.URL) string {
			return with(own, query{"state": {strings.Repeat("A", 43)}})
		}, 400, false},
		{"state of another browser", func(t *testing.T, a *app, own *url.URL) string {
			return with(own, query{"state": a.returned(t, p.Provider, a.newBrowser(p.Provider), "eve").Query()["state"]})
		}, 400, false},
		{"state changed by a letter", func(_ *testing.T, _ *app, own *url.URL) string {
			state := []byte(own.Query().Get("state"))
			state[7] ^= 1
			return with(own, query{"state": {string(state)}})
		}, 400, false},
		{"state of another attempt of this browser", func(t *testing.T, a *app, own *url.URL) string {
			return with(own, query{"state": a.returned(t, p.Provider, a.Browser, "ada").Query()["state"]})
		}, 400, true}, // the code's challenge is the other attempt's
		{"state missing", func(_ *testing.T, _ *app, own *url.URL) string {
			return with(own, query{"state": nil})
		}, 400, false},
		{"code of another browser (injected)", func(t *testing.T, a *app, own *url.URL) string {
			return with(own, query{"code": a.returned(t, p.Provider, a.newBrowser(p.Provider), "eve").Query()["code"]})
		}, 400, true},
		{"code of another client", func(t *testing.T, _ *app, own *url.URL) string {
			b := newApp(t, p.Provider, as(OtherClient))
			return with(own, query{"code": b.returned(t, p.Provider, b.Browser, "eve").Query()["code"]})
		}, 400, true},
		{"code of another provider (mix-up)", func(t *testing.T, _ *app, own *url.URL) string {
			b := newApp(t, other)
			return with(own, query{"code": b.returned(t, other, b.Browser, "eve").Query()["code"]})
		}, 400, true},
		{"code made up", func(_ *testing.T, _ *app, own *url.URL) string {
			return with(own, query{"code": {"a-code-that-was-never-issued"}})
		}, 400, true},
		{"code missing", func(_ *testing.T, _ *app, own *url.URL) string {
			return with(own, query{"code": nil})
		}, 400, false},
		{"iss of another provider (mix-up)", func(_ *testing.T, _ *app, own *url.URL) string {
			return with(own, query{"iss": {other.URL}})
		}, 400, false},
		{"iss with a slash more", func(_ *testing.T, _ *app, own *url.URL) string {
			return with(own, query{"iss": {p.URL + "/"}})
		}, 400, false},
		{"all of another provider's answer (mix-up)", func(t *testing.T, _ *app, own *url.URL) string {
			b := newApp(t, other)
			foreign := b.returned(t, other, b.Browser, "eve").Query()
			foreign["state"] = own.Query()["state"]
			foreign.Set("iss", other.URL)
			return with(own, foreign)
		}, 400, false},
		{"state twice", func(_ *testing.T, _ *app, own *url.URL) string {
			state := own.Query().Get("state")
			return with(own, query{"state": {state, state}})
		}, 400, false},
		{"code twice", func(_ *testing.T, _ *app, own *url.URL) string {
			code := own.Query().Get("code")
			return with(own, query{"code": {code, code}})
		}, 400, false},
		{"iss twice", func(_ *testing.T, _ *app, own *url.URL) string {
			return with(own, query{"iss": {p.URL, p.URL}})
		}, 400, false},
		{"code and error", func(_ *testing.T, _ *app, own *url.URL) string {
			return with(own, query{"error": {"access_denied"}})
		}, 400, false},
		{"error made up", func(_ *testing.T, _ *app, own *url.URL) string {
			return with(own, query{
				"code": nil, "error": {"<script>alert(1)</script>"}, "error_description": {"<img src=x onerror=alert(1)>"},
			})
		}, 400, false},
		{"huge code", func(_ *testing.T, _ *app, own *url.URL) string {
			return with(own, query{"code": {strings.Repeat("c", 9000)}})
		}, 400, false},
		{"huge state", func(_ *testing.T, _ *app, own *url.URL) string {
			return with(own, query{"state": {strings.Repeat("s", 9000)}})
		}, 400, false},
		{"many parameters", func(_ *testing.T, _ *app, own *url.URL) string {
			return own.String() + strings.Repeat("&x=y", 2000) + "&state=" + own.Query().Get("state")
		}, 400, false},
		{"CRLF in each", func(_ *testing.T, _ *app, own *url.URL) string {
			evil := "x\r\nSet-Cookie: __Host-session=evil; Path=/; Secure\r\n\r\n<script>alert(1)</script>"
			return with(own, query{"code": {evil}, "error": nil, "error_uri": {evil}, "iss": {p.URL + evil}})
		}, 400, false},
		{"NUL and no UTF-8 in the state", func(_ *testing.T, _ *app, own *url.URL) string {
			return with(own, query{"state": {"\x00\xff" + strings.Repeat("A", 41)}})
		}, 400, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newApp(t, p.Provider)
			own := a.returned(t, p.Provider, a.Browser, "ada")
			address := c.back(t, a, own)
			p.Requests()
			other.Requests()
			page := a.Link(t, attacker, address)
			a.refused(t, page, c.status)
			if sent := len(Grants(p.Requests(), "authorization_code")) > 0; sent != c.sent {
				t.Errorf("the code is sent to the provider: %t, want %t", sent, c.sent)
			}
			for _, r := range other.Requests() { // of its keys at most, by the API that took part in it
				if len(r.Form) > 0 {
					t.Errorf("the other provider gets %v", r.Form)
				}
			}
			a.wantNoSession(t, a.Browser)
			if strings.Contains(page.Body, "alert(1)") {
				t.Errorf("the page has the request's markup: %s", page.Body)
			}
		})
	}
	if p.kind == OIDCProvider {
		t.Run("iss missing though the provider sends it", func(t *testing.T) {
			a := newApp(t, p.Provider)
			own := a.returned(t, p.Provider, a.Browser, "ada")
			a.refused(t, a.Link(t, attacker, with(own, query{"iss": nil})), 400)
			if got := p.Requests(); len(got) != 0 {
				t.Errorf("the code is sent: %v", got)
			}
		})
	}
}
