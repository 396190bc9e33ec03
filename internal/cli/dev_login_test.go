package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/apptest"
)

// TestDevLogin runs an app with a login: printed requests bring a session, and get the status that is printed, and the
// console's form makes one.
func TestDevLogin(t *testing.T) {
	functions := apptest.Build(t)
	r, _ := start(t, t.TempDir(), "--assembly", apptest.Assembly(t, functions, apptest.Options{}))
	r.wait(t, func() bool { return strings.Contains(r.stdout.String(), "users log in at") })
	if got, want := r.tryAll(t), []int{200, 200, 401, 401, 403, 403}; !slices.Equal(got, want) {
		t.Errorf("statuses: got %d, want %d\n%s", got, want, &r.stdout)
	}
	for _, want := range []string{
		"GET /orders             request sessions        1m      -               a session of /auth with any scope of orders:read\n",
		"GET /auth/login         none                    -       -               anyone: the login itself\n",
		"# 200: GET /orders with a session that has any scope of orders:read\ncurl -i -b __Host-session=",
		"# 401: GET /orders without a session\ncurl -i -H 'Sec-Fetch-Site: same-origin' http://localhost:",
		"# 401: GET /orders without Sec-Fetch-Site, which browsers send\n",
		"# 403: GET /orders with a session that lacks any scope of orders:read\n",
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

	// Behind the proxy of a dev server that keeps the Host, the app has the proxy's origin.
	const app = "http://localhost:4321"
	r, _ = start(t, t.TempDir(), "--assembly", apptest.Assembly(t, functions, apptest.Options{}), "--app-origin", app)
	b := apptest.NewBrowser(t, r.url)
	b.SignIn(app, "may everything")
	if status, _, body := b.Do("POST", app+"/orders", nil, "same-origin"); status != http.StatusOK {
		t.Errorf("by a proxy: %d: %s", status, body)
	}
	if r.stop(t); strings.Contains(r.stdout.String(), "code=") {
		t.Errorf("a code is in the log:\n%s", &r.stdout)
	}

	// A page on another port writes where the guard does not cache.
	for perRequest, want := range map[bool]int{true: http.StatusOK, false: http.StatusForbidden} {
		r, _ = start(t, t.TempDir(), "--cors-origin", app, "--assembly",
			apptest.Assembly(t, functions, apptest.Options{PerRequest: perRequest}))
		_, port, _ := strings.Cut(strings.TrimPrefix(r.url, "http://"), ":")
		own := "http://localhost:" + port
		b = apptest.NewBrowser(t, r.url)
		b.SignIn(own, "may everything")
		for _, path := range []string{"/orders", "/auth/refresh"} {
			status, _, body := b.Do("POST", own+path, nil, "same-site", "Origin: "+app)
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
