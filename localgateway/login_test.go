package localgateway_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/apptest"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// TestLogin runs an app with a login: its function, its provider on this machine and the guard's function are real.
func TestLogin(t *testing.T) {
	functions := apptest.Build(t)
	t.Run("as browsers use it", func(t *testing.T) { testBrowsers(t, functions) })
	t.Run("by sessions that a test makes", func(t *testing.T) { testSessions(t, functions) })
}

func testBrowsers(t *testing.T, functions string) {
	var mu sync.Mutex
	var told []string // all that a test's log could have
	var reason string // of the last request
	tell := func(v any) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		told = append(told, string(text))
	}
	api := localgateway.Start(t, apptest.Assembly(t, functions, apptest.Options{}), localgateway.Options{
		Record: func(r *localgateway.Record) {
			tell(r)
			mu.Lock()
			defer mu.Unlock()
			reason = r.Reason
		},
		Log: func(l localgateway.LogLine) { tell(l) },
	})
	if want := strings.Replace(api.URL, "127.0.0.1", "localhost", 1); api.AppURL != want {
		t.Fatalf("AppURL: got %q, want %q", api.AppURL, want)
	}

	b := apptest.NewBrowser(t, api.URL)
	const page = "Accept: text/html,application/xhtml+xml,*/*;q=0.8"
	status, _, body := b.Do("GET", api.AppURL+"/orders", nil, "none", page)
	if status != 401 || !strings.Contains(body, "/auth/login?return=/") {
		t.Errorf("a navigation without a session: %d: %s", status, body)
	}
	b.SignIn(api.AppURL, "orders:read only")
	const crossSite = "comes from another site: with a session, POST, PUT, PATCH and DELETE are for pages of the app's " +
		"own origin: Sec-Fetch-Site is "
	forged := map[string]string{"__Host-session": "AfejcUW9" + strings.Repeat("x", 300)}
	for _, c := range []struct {
		name, verb, path, site string
		cookies                map[string]string // in place of the session's
		status                 int
		reason                 string // a part of it
	}{
		{"a read", "GET", "/orders", "same-origin", nil, 200, ""},
		{"a read by the stage", "GET", "/prod/orders", "same-origin", nil, 200, ""},
		{"a navigation", "GET", "/orders", "none", nil, 200, ""},
		{"a write without the scope", "POST", "/orders", "same-origin", nil, 403,
			"the route requires a session of /auth with scope orders:write, and the caller has the scopes openid, " +
				"orders:read, offline_access"},
		{"a write from another site", "POST", "/orders", "cross-site", nil, 403, crossSite + "cross-site"},
		{"and again, from the cache", "POST", "/orders", "cross-site", nil, 403, crossSite + "cross-site"},
		{"a write from a sibling host", "POST", "/orders", "same-site", nil, 403, crossSite + "same-site"},
		{"no Sec-Fetch-Site", "GET", "/orders", "", nil, 401, "curl needs -H 'Sec-Fetch-Site: same-origin'"},
		{"no cookie", "GET", "/orders", "same-origin", map[string]string{}, 401,
			"no session cookie: log in first, at /auth/login; "},
		{"another cookie", "GET", "/orders", "same-origin", map[string]string{"theme": "dark"}, 401, "no session cookie"},
		{"a forged cookie", "GET", "/orders", "same-origin", forged, 401, "no session cookie"},
		{"who is it", "GET", "/auth/session", "same-origin", nil, 200, ""},
	} {
		other := b
		if c.cookies != nil {
			other = apptest.NewBrowser(t, api.URL)
			other.Cookies["localhost"] = c.cookies
		}
		status, _, body := other.Do(c.verb, api.AppURL+c.path, nil, c.site)
		mu.Lock()
		if status != c.status || !strings.Contains(reason, c.reason) || (reason == "") != (c.reason == "") {
			t.Errorf("%s: %d, want %d: %s: %q, want %q", c.name, status, c.status, body, reason, c.reason)
		}
		mu.Unlock()
	}
	if len(b.Cookies["127.0.0.1"]) > 0 {
		t.Errorf("the provider has cookies %v", b.Cookies["127.0.0.1"])
	}

	b = apptest.NewBrowser(t, api.URL)
	b.SignIn(api.AppURL, "may do everything")
	for site, want := range map[string]int{"same-origin": 200, "same-site": 403, "cross-site": 403, "none": 403} {
		if status, _, body := b.Do("POST", api.AppURL+"/orders", nil, site); status != want {
			t.Errorf("a write, %s: %d, want %d: %s", site, status, want, body)
		}
	}
	secrets := b.Cookies["localhost"]
	if err := api.Reload(); err != nil {
		t.Fatal(err)
	}
	if status, _, body := b.Do("GET", api.AppURL+"/orders", nil, "same-origin"); status != 200 {
		t.Errorf("after a reload: %d: %s", status, body)
	}
	if status, _, body := b.Do("POST", api.AppURL+"/auth/refresh", nil, "same-origin"); status != 200 {
		t.Errorf("refresh: %d: %s", status, body)
	}
	status, _, body = b.Do("POST", api.AppURL+"/auth/logout", nil, "same-origin")
	if status != 200 || len(b.Cookies["localhost"]) > 0 {
		t.Errorf("logout: %d, with %v: %s", status, b.Cookies["localhost"], body)
	}

	mu.Lock()
	defer mu.Unlock()
	if len(told) < 10 {
		t.Fatalf("told %q", told)
	}
	for _, line := range told {
		for name, secret := range secrets {
			if strings.Contains(line, secret) {
				t.Errorf("the cookie %s is in %s", name, line)
			}
		}
		if strings.Contains(line, "eyJ") || strings.Contains(line, "code=") || strings.Contains(line, "state=") {
			t.Errorf("a token, a code or a state is in %s", line)
		}
	}
}

func testSessions(t *testing.T, functions string) {
	for _, o := range []apptest.Options{{}, {PerRequest: true}, {BasePath: "/shop"}, {Tokens: true}} {
		api := localgateway.Start(t, apptest.Assembly(t, functions, o), localgateway.Options{})
		if !strings.HasSuffix(api.AppURL, o.BasePath) {
			t.Errorf("%+v: AppURL is %s", o, api.AppURL)
		}
		get := func(request localgateway.TokenRequest) (status int, body string) {
			t.Helper()
			r, err := http.NewRequest("GET", api.AppURL+"/orders", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			for _, c := range api.Session(request) {
				r.AddCookie(c)
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			return answer.StatusCode, string(text)
		}
		if status, body := get(localgateway.TokenRequest{Scopes: []string{"orders:read"}, Subject: "jane"}); status != 200 {
			t.Errorf("%+v: with the scope: %d: %s", o, status, body)
		}
		if status, body := get(localgateway.TokenRequest{Issuer: apptest.Issuer}); status != 403 {
			t.Errorf("%+v: without a scope: %d: %s", o, status, body)
		}
		if status := statusWithJar(t, api, localgateway.TokenRequest{Scopes: []string{"orders:read"}}); status != 200 {
			t.Errorf("%+v: with a cookie jar: %d", o, status)
		}
		if _, err := api.MakeSession(localgateway.TokenRequest{Issuer: "https://other.example.com"}); err == nil ||
			!strings.Contains(err.Error(), "no route takes a session of a login at https://other.example.com") {
			t.Errorf("of another issuer: %v", err)
		}
	}

	dir, remove := shopAssembly()
	defer remove()
	api := localgateway.Start(t, dir, localgateway.Options{})
	_, err := api.MakeSession(localgateway.TokenRequest{})
	if err == nil || !strings.HasSuffix(err.Error(), ": no route takes one") || api.AppURL != "" {
		t.Errorf("without a login: %v, AppURL %q", err, api.AppURL)
	}
	configured := localgateway.Start(t, dir, localgateway.Options{Issuers: localgateway.ConfiguredIssuers})
	_, err = configured.MakeSession(localgateway.TokenRequest{})
	if err == nil || !strings.Contains(err.Error(), "ConfiguredIssuers") {
		t.Errorf("with configured issuers: %v", err)
	}
}

// statusWithJar calls with a session in a cookie jar, which sends Secure cookies to localhost as browsers do.
func statusWithJar(t *testing.T, api *localgateway.Server, request localgateway.TokenRequest) int {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest("GET", api.AppURL+"/orders", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	cookies := api.Session(request)
	for _, c := range cookies {
		c.Secure, c.Path = true, "/" // as the login sets them
	}
	jar.SetCookies(r.URL, cookies)
	answer, err := (&http.Client{Jar: jar}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}
