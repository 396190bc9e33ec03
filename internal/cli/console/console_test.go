package console

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestMine(t *testing.T) {
	for target, want := range map[string]bool{
		"GET /":                true,
		"HEAD /":               true,
		"GET /?a=b":            true,
		"GET /~/requests":      true,
		"POST /~/prepare":      true,
		"GET /~/gone":          true,
		"POST /":               false,
		"OPTIONS /":            false,
		"GET /prod":            false,
		"GET /prod/~/requests": false,
		"GET //":               false,
		"GET /~":               false,
		"GET /~x/":             false,
		"GET /%7E/requests":    false,
		"GET /favicon.ico":     false,
		"OPTIONS *":            false,
	} {
		if got := Mine(request(target)); got != want {
			t.Errorf("%s: %t, want %t", target, got, want)
		}
	}
}

// TestHosts: another name is another site's that leads here.
func TestHosts(t *testing.T) {
	c := newConsole(t, shop())
	for host, want := range map[string]int{
		"127.0.0.1:3000":                  200,
		"localhost:3000":                  200,
		"LOCALHOST:3000":                  200,
		"":                                403,
		"127.0.0.1":                       403,
		"localhost":                       403,
		"127.0.0.1:3001":                  403,
		"evil.example.com:3000":           403,
		"evil.example.com":                403,
		"127.0.0.1.evil.example.com:3000": 403,
		"localhost:3000.evil.example.com": 403,
		"[::1]:3000":                      403,
		"0.0.0.0:3000":                    403,
		"localhost.:3000":                 403,
	} {
		for _, path := range []string{"/", "/~/app.js", "/~/apis", "/~/requests", "/~/requests?after=0"} {
			r := request("GET " + path)
			r.Host = host
			if got := c.Serve(t.Context(), r).Status; got != want {
				t.Errorf("%s of host %q: %d, want %d", path, host, got, want)
			}
		}
		r := request("POST /~/prepare", "Content-Type: application/json")
		r.Host, r.Body = host, []byte(`{"stage":"prod","route":{"verb":"GET","path":"/open"},"credential":"none"}`)
		if got := c.Serve(t.Context(), r); got.Status != want {
			t.Errorf("POST of host %q: %d, want %d: %s", host, got.Status, want, got.Body)
		}
	}
	if got := hostsOf("http://127.0.0.1:80"); !slices.Contains(got, "localhost") {
		t.Errorf("on port 80 browsers send no port: %q", got)
	}
}

// TestSites checks that only the page's own origin, and programs, may get data or make tokens.
func TestSites(t *testing.T) {
	c := newConsole(t, shop())
	const form = `{"stage":"prod","route":{"verb":"GET","path":"/orders"},` +
		`"credential":"token","token":{"issuer":"https://idp.example.com"}}`
	for _, tt := range []struct {
		name          string
		headers       []string
		page          int // what GET / is answered by
		data, prepare int
	}{
		{"a program", nil, 200, 200, 200},
		{"the page", []string{"Origin: " + base, "Sec-Fetch-Site: same-origin"}, 200, 200, 200},
		{"the address bar", []string{"Sec-Fetch-Site: none"}, 200, 200, 403},
		{"a link of another site", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"}, 200, 403, 403},
		{
			"a script of another site",
			[]string{"Origin: https://evil.example.com", "Sec-Fetch-Site: cross-site"},
			200,
			403,
			403,
		},
		{
			"another port of this machine",
			[]string{"Origin: http://127.0.0.1:5173", "Sec-Fetch-Site: same-site"},
			200,
			403,
			403,
		},
		{"the other name of this machine", []string{"Origin: http://localhost:3000"}, 200, 403, 403},
		{"an old browser", []string{"Origin: https://evil.example.com"}, 200, 403, 403},
		{"a sandbox", []string{"Origin: null"}, 200, 403, 403},
		{"two origins", []string{"Origin: " + base, "Origin: https://evil.example.com"}, 200, 403, 403},
		{"TLS", []string{"Origin: https://" + address}, 200, 403, 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.Serve(t.Context(), request("GET /", tt.headers...)).Status; got != tt.page {
				t.Errorf("the page: %d, want %d", got, tt.page)
			}
			for _, path := range []string{"/~/apis", "/~/requests", "/~/requests?after=1", "/~/openapi.json"} {
				if got := c.Serve(t.Context(), request("GET "+path, tt.headers...)); got.Status != tt.data {
					t.Errorf("%s: %d, want %d: %s", path, got.Status, tt.data, got.Body)
				}
			}
			for _, path := range []string{"/~/replay", "/~/copy"} {
				r := request("POST "+path, append(tt.headers, "Content-Type: application/json")...)
				r.Body = []byte(`{"id":"gone"}`)
				if got := c.Serve(t.Context(), r).Status; (got == 403) != (tt.prepare == 403) {
					t.Errorf("POST %s: %d", path, got)
				}
			}
			id := idOf(c.call(t, "GET /prod/open"))
			clear := request("POST /~/clear", append(tt.headers, "Content-Type: application/json")...)
			clear.Body = []byte(`{}`)
			c.Serve(t.Context(), clear)
			if _, kept := c.ring.find(id); kept != (tt.prepare == 403) {
				t.Errorf("after POST /~/clear the request still exists: %t", kept)
			}
			r := request("POST /~/prepare", append(tt.headers, "Content-Type: application/json")...)
			r.Body = []byte(form)
			if got := c.Serve(t.Context(), r); got.Status != tt.prepare ||
				got.Status != 200 && strings.Contains(string(got.Body), "eyJ") {
				t.Errorf("POST: %d, want %d: %s", got.Status, tt.prepare, got.Body)
			}
		})
	}
	for _, contentType := range []string{
		"Accept: */*",
		"Content-Type: text/plain",
		"Content-Type: application/x-www-form-urlencoded",
		"Content-Type: text/plain, application/json",
	} {
		r := request("POST /~/prepare", contentType)
		r.Body = []byte(form)
		if got := c.Serve(t.Context(), r).Status; got != 403 {
			t.Errorf("POST with %q, as a form of another site can send it: %d", contentType, got)
		}
	}
}

func TestServe(t *testing.T) {
	c := newConsole(t, shop())
	for target, want := range map[string]struct {
		status      int
		contentType string
	}{
		"GET /":                    {200, "text/html; charset=utf-8"},
		"HEAD /":                   {200, "text/html; charset=utf-8"},
		"GET /~/app.js":            {200, "text/javascript; charset=utf-8"},
		"GET /~/style.css":         {200, "text/css; charset=utf-8"},
		"GET /~/icon.svg":          {200, "image/svg+xml; charset=utf-8"},
		"GET /~/apis":              {200, "application/json"},
		"GET /~/requests":          {200, "application/json"},
		"GET /~/requests?after=x":  {400, "application/json"},
		"GET /~/requests?after=-1": {400, "application/json"},
		"GET /~/requests/gone":     {404, "application/json"},
		"GET /~/":                  {404, "application/json"},
		"GET /~/../console.go":     {404, "application/json"},
		"GET /~/gone.js":           {404, "application/json"},
		"GET /~/prepare":           {404, "application/json"},
		"DELETE /~/requests":       {405, "application/json"},
		"POST /~/requests":         {405, "application/json"},
	} {
		a := c.Serve(t.Context(), request(target, "Content-Type: application/json"))
		if got := a.Headers.Get("Content-Type"); a.Status != want.status || got != want.contentType {
			t.Errorf("%s: %d, %s, want %d, %s: %s", target, a.Status, got, want.status, want.contentType, a.Body)
		}
		for name, value := range map[string]string{
			"Cache-Control":                "no-store",
			"X-Content-Type-Options":       "nosniff",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := a.Headers.Get(name); got != value {
				t.Errorf("%s: %s: %q, want %q", target, name, got, value)
			}
		}
		csp := a.Headers.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none'; script-src 'self';") || strings.Contains(csp, "unsafe") ||
			!strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: Content-Security-Policy: %s", target, csp)
		}
		if a.Headers.Has("Access-Control-Allow-Origin") {
			t.Errorf("%s: another origin may read it", target)
		}
	}
}

// TestFiles checks that the page loads nothing from other servers, and does not turn data into markup.
func TestFiles(t *testing.T) {
	elsewhere := regexp.MustCompile(`(?i)(?:src|href|from|import|url\()\s*=?\s*["'(]?(?:https?:)?//`)
	inline := regexp.MustCompile(`(?i)<script(?:[^>]*[^/])?>[^<]|<style|\son\w+=|\sstyle=|javascript:`)
	markup := regexp.MustCompile(
		`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|` +
			`srcdoc|createContextualFragment|DOMParser`,
	)
	seen := 0
	err := fs.WalkDir(files, "page", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		seen++
		text, err := fs.ReadFile(files, path)
		for _, forbidden := range []*regexp.Regexp{elsewhere, inline, markup} {
			if found := forbidden.Find(text); found != nil {
				t.Errorf("%s has %q", path, found)
			}
		}
		return err
	})
	if err != nil || seen < 8 {
		t.Errorf("%d files: %v", seen, err)
	}
}

func TestNewWithoutPort(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a URL without a port is accepted")
		}
	}()
	hostsOf("http://127.0.0.1")
}
