package logintest

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
)

// TestJar checks the cookie rules that attacks on sessions try to circumvent.
func TestJar(t *testing.T) {
	here := mustParse(t, "https://shop.example.test/auth/callback")
	for name, c := range map[string]struct {
		source string
		lines  []string
		want   string // the Cookie header to shop.example.test
	}{
		"its own":                      {"https://shop.example.test", []string{"a=1; Secure; Path=/"}, "a=1"},
		"by a sibling":                 {"https://evil.example.test", []string{"a=1"}, ""},
		"by a sibling, for the domain": {"https://evil.example.test", []string{"a=1; Domain=example.test; Path=/"}, "a=1"},
		"by another site":              {"https://evil.test", []string{"a=1; Domain=example.test; Path=/"}, ""},
		"for a public suffix":          {"https://evil.test", []string{"a=1; Domain=test; Path=/"}, ""},
		"__Host- by a sibling, for the domain": {
			"https://evil.example.test",
			[]string{"__Host-a=1; Domain=example.test; Secure; Path=/"},
			"",
		},
		"__Host- in capitals":        {"https://shop.example.test", []string{"__HOST-a=1; Path=/"}, ""},
		"__Host- without a path":     {"https://shop.example.test", []string{"__Host-a=1; Secure"}, ""},
		"__Host- as it should be":    {"https://shop.example.test", []string{"__Host-a=1; Secure; Path=/"}, "__Host-a=1"},
		"over plain HTTP":            {"http://shop.example.test", []string{"__Host-a=1; Secure; Path=/"}, ""},
		"the longer path first":      {"https://shop.example.test", []string{"a=1; Path=/", "a=2; Path=/auth"}, "a=2; a=1"},
		"the older first":            {"https://shop.example.test", []string{"b=1; Path=/", "a=2; Path=/"}, "b=1; a=2"},
		"cleared":                    {"https://shop.example.test", []string{"a=1; Path=/", "a=; Path=/; Max-Age=0"}, ""},
		"too large":                  {"https://shop.example.test", []string{"a=" + string(make([]byte, maxCookie))}, ""},
		"of a path that begins same": {"https://shop.example.test", []string{"a=1; Path=/au"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			j := &Jar{}
			j.Set(mustParse(t, c.source), c.lines)
			if got := j.Header(here, true, true, "GET"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestBrowser checks that cookies and Sec-Fetch headers depend on what caused the request.
func TestBrowser(t *testing.T) {
	const provider = "https://idp.test"
	var got http.Header
	b := &Browser{Jar: &Jar{}, Hosts: map[string]http.Handler{
		shop:     http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }),
		provider: http.RedirectHandler(shop+"/", http.StatusFound),
	}}
	b.Jar.Set(mustParse(t, shop), []string{
		"__Host-strict=1; Secure; Path=/; SameSite=Strict", "__Host-lax=1; Secure; Path=/; SameSite=Lax",
	})
	const all, lax = "__Host-strict=1; __Host-lax=1", "__Host-lax=1"
	for name, c := range map[string]struct {
		send               func()
		site, mode, origin string
		cookies            string
	}{
		"typed":                {func() { b.Open(t, shop) }, "none", "navigate", "", all},
		"typed, by a provider": {func() { b.Open(t, provider) }, "none", "navigate", "", lax},
		"its own link":         {func() { b.Link(t, shop, shop) }, "same-origin", "navigate", "", all},
		"its own, by a provider": {
			func() { b.Link(t, shop, provider) }, "cross-site", "navigate", "", lax,
		},
		"a sibling's link":      {func() { b.Link(t, sibling, shop) }, "same-site", "navigate", "", all},
		"another site's link":   {func() { b.Link(t, attacker, shop) }, "cross-site", "navigate", "", lax},
		"another site's form":   {func() { b.Post(t, attacker, shop, url.Values{}) }, "cross-site", "navigate", attacker, ""},
		"a sibling's form":      {func() { b.Post(t, sibling, shop, url.Values{}) }, "same-site", "navigate", sibling, all},
		"its own fetch":         {func() { b.Fetch(t, shop, "GET", shop) }, "same-origin", "cors", "", all},
		"its own fetch, POST":   {func() { b.Fetch(t, shop, "POST", shop) }, "same-origin", "cors", shop, all},
		"another site's fetch":  {func() { b.Fetch(t, attacker, "GET", shop) }, "cross-site", "cors", attacker, ""},
		"a sibling's fetch":     {func() { b.Fetch(t, sibling, "POST", shop) }, "same-site", "cors", sibling, all},
		"another scheme's link": {func() { b.Link(t, "http://shop.example.test", shop) }, "cross-site", "navigate", "", lax},
	} {
		t.Run(name, func(t *testing.T) {
			c.send()
			have := []string{
				got.Get("Sec-Fetch-Site"), got.Get("Sec-Fetch-Mode"), got.Get("Origin"), got.Get("Cookie"),
			}
			if want := []string{c.site, c.mode, c.origin, c.cookies}; !slices.Equal(have, want) {
				t.Errorf("got %q, want %q", have, want)
			}
		})
	}
}
