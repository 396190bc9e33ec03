package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/apptest"
)

// TestDevLogin runs an app with a login.
func TestDevLogin(t *testing.T) {
	t.Parallel()
	builtFromRepository(t)
	functions := apptest.Build(t)
	t.Run("printed requests and the console", func(t *testing.T) { devSessions(t, functions) })
	t.Run("behind a proxy", func(t *testing.T) { devProxy(t, functions) })
	t.Run("for a page of another port", func(t *testing.T) { devPages(t, functions) })
	t.Run("watched", func(t *testing.T) { devWatched(t, functions) })
}

// devSessions: printed requests bring a session, and get the status that is printed, and the console's form makes one.
func devSessions(t *testing.T, functions string) {
	r, _ := start(t, t.TempDir(), "--assembly", apptest.Assembly(t, functions, apptest.Options{}))
	r.wait(t, func() bool { return strings.Contains(r.stdout.String(), "users log in at") })
	if got, want := r.tryAll(t), []int{200, 200, 401, 401, 403, 403}; !slices.Equal(got, want) {
		t.Errorf("statuses: got %d, want %d\n%s", got, want, &r.stdout)
	}
	for _, want := range []string{
		"GET /orders             request sessions        1m      -               a session of /auth with scope orders:read\n",
		"GET /auth/login         none                    -       -               anyone: the login itself\n",
		"# 200: GET /orders with a session that has scope orders:read\ncurl -i -b __Host-session=",
		"# 401: GET /orders without a session\ncurl -i -H 'Sec-Fetch-Site: same-origin' http://localhost:",
		"# 401: GET /orders without Sec-Fetch-Site, which browsers send\n",
		"# 403: GET /orders with a session that lacks scope orders:read\n",
		"# 403: POST /orders with such a session, sent by a page of another site\ncurl -i -X POST -b __Host-session=",
	} {
		if !strings.Contains(r.stdout.String(), want) {
			t.Errorf("%q is not in\n%s", want, &r.stdout)
		}
	}

	type prepared struct {
		URL, Curl, Error string
		Cookies          []string
		Token            any
	}
	prepare := func(credential string, scopes ...string) (out prepared, status int) {
		t.Helper()
		form, err := json.Marshal(map[string]any{
			"stage": "prod", "route": map[string]string{"verb": "GET", "path": "/orders"},
			"credential": credential, "bearer": "a.b.c", "token": map[string]any{"scopes": scopes}})
		if err != nil {
			t.Fatal(err)
		}
		request, err := http.NewRequest(http.MethodPost, r.url+"/~/prepare", strings.NewReader(string(form)))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err == nil {
			err = json.Unmarshal(text, &out)
		}
		if err != nil {
			t.Fatal(err)
		}
		return out, answer.StatusCode
	}
	for _, c := range []struct {
		scope string
		want  int
	}{{"orders:read", 200}, {"orders:write", 403}} {
		made, status := prepare("token", c.scope)
		if status != http.StatusOK || len(made.Cookies) != 1 || made.Token != nil || made.URL != "/prod/orders" {
			t.Fatalf("%d: %+v", status, made)
		}
		if got := do(t, made.Curl).StatusCode; got != c.want {
			t.Errorf("%s: %d, want %d: %s", c.scope, got, c.want, made.Curl)
		}
	}
	made, status := prepare("bearer")
	if status != http.StatusBadRequest || !strings.Contains(made.Error, "choose a new session") {
		t.Errorf("with a token: %d: %+v", status, made)
	}
	r.stop(t)
	if log := r.stdout.String(); strings.Count(log, "__Host-session=") != 4 {
		t.Errorf("a session is in the log, besides the printed lines:\n%s", log)
	}
}

const devServer = "http://localhost:4321"

// devProxy checks that the app has the proxy's origin behind the proxy of a dev server that keeps the Host header.
func devProxy(t *testing.T, functions string) {
	r, _ := start(t, t.TempDir(), "--assembly", apptest.Assembly(t, functions, apptest.Options{}),
		"--app-origin", devServer)
	b := apptest.NewBrowser(t, r.url)
	b.SignIn(devServer, "may do everything")
	if status, _, body := b.Do("POST", devServer+"/orders", nil, "same-origin"); status != http.StatusOK {
		t.Errorf("by a proxy: %d: %s", status, body)
	}
	if r.stop(t); strings.Contains(r.stdout.String(), "code=") {
		t.Errorf("a code is in the log:\n%s", &r.stdout)
	}
}

// devPages checks that a page on another port can write if the guard does not cache.
func devPages(t *testing.T, functions string) {
	for perRequest, want := range map[bool]int{true: http.StatusOK, false: http.StatusForbidden} {
		r, _ := start(t, t.TempDir(), "--cors-origin", devServer, "--assembly",
			apptest.Assembly(t, functions, apptest.Options{PerRequest: perRequest}))
		_, port, _ := strings.Cut(strings.TrimPrefix(r.url, "http://"), ":")
		own := "http://localhost:" + port
		b := apptest.NewBrowser(t, r.url)
		b.SignIn(own, "may do everything")
		for _, path := range []string{"/orders", "/auth/refresh"} {
			status, _, body := b.Do("POST", own+path, nil, "same-site", "Origin: "+devServer)
			if path == "/auth/refresh" {
				want = http.StatusOK
			}
			if status != want {
				t.Errorf("POST %s of a page of another port, without a cache %t: %d, want %d: %s", path, perRequest, status,
					want, body)
			}
		}
		status, _, _ := b.Do("POST", own+"/orders", nil, "same-site", "Origin: http://localhost:9999")
		if status != http.StatusForbidden {
			t.Errorf("of another page: %d", status)
		}
		r.stop(t)
	}
}

// devWatched checks that a session survives changes of the app, including one that replaces the provider and restarts
// the functions.
func devWatched(t *testing.T, functions string) {
	dir := fakeApp(t)
	serve := func(o apptest.Options) {
		t.Helper()
		if err := os.RemoveAll(filepath.Join(dir, "source")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(apptest.Assembly(t, functions, o), filepath.Join(dir, "source")); err != nil {
			t.Fatal(err)
		}
	}
	serve(apptest.Options{})
	r, _ := start(t, dir, "--watch")
	_, port, _ := strings.Cut(strings.TrimPrefix(r.url, "http://"), ":")
	app := "http://localhost:" + port
	b := apptest.NewBrowser(t, r.url)
	b.SignIn(app, "may do everything")
	for n, o := range []apptest.Options{{PerRequest: true}, {Another: "https://another.example.com"}} {
		serve(o)
		r.wait(t, func() bool { return strings.Count(r.stdout.String(), "  the new API is served, after ") > n })
		for _, request := range []string{"POST /orders", "POST /auth/refresh", "GET /auth/session"} {
			verb, path, _ := strings.Cut(request, " ")
			if status, _, body := b.Do(verb, app+path, nil, "same-origin"); status != http.StatusOK {
				t.Errorf("%s after change %d: %d: %s\n%s", request, n+1, status, body, &r.stdout)
			}
		}
	}
	if status, _, body := b.Do("POST", app+"/auth/logout", nil, "same-origin"); status != http.StatusOK {
		t.Errorf("logout: %d: %s", status, body)
	}
}
