package localgateway_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/apptest"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// TestLoginWithATable runs an app whose sessions are in a table: the functions of the login and of the guard share it.
func TestLoginWithATable(t *testing.T) {
	functions := apptest.BuildForTables(t)
	app := apptest.Assembly(t, functions, apptest.Options{Table: true, PerRequest: true})
	api := localgateway.Start(t, app, localgateway.Options{})
	get := func(b *apptest.Browser, path string, want int) string {
		t.Helper()
		status, _, body := b.Do("GET", api.AppURL+path, nil, "same-origin")
		if status != want {
			t.Errorf("GET %s: %d, want %d: %s", path, status, want, body)
		}
		return body
	}
	post := func(b *apptest.Browser, path string, want int) {
		t.Helper()
		if status, _, body := b.Do("POST", api.AppURL+path, nil, "same-origin"); status != want {
			t.Errorf("POST %s: %d, want %d: %s", path, status, want, body)
		}
	}
	laptop, phone := apptest.NewBrowser(t, api.URL), apptest.NewBrowser(t, api.URL)
	laptop.SignIn(api.AppURL, "may do everything")
	phone.SignIn(api.AppURL, "may do everything")
	get(laptop, "/orders", http.StatusOK)
	var list struct {
		Sessions []struct{ Current bool }
	}
	if err := json.Unmarshal([]byte(get(laptop, "/auth/sessions", http.StatusOK)), &list); err != nil ||
		len(list.Sessions) != 2 {
		t.Errorf("the sessions are %+v: %v", list, err)
	}
	if err := api.Reload(); err != nil { // which starts other processes, and ends no session
		t.Fatal(err)
	}
	get(laptop, "/orders", http.StatusOK)

	thief := apptest.NewBrowser(t, api.URL)
	thief.Cookies["localhost"] = map[string]string{}
	for name, value := range phone.Cookies["localhost"] {
		if len(value) > 200 {
			t.Errorf("the cookie %s has %d bytes, want a handle", name, len(value))
		}
		thief.Cookies["localhost"][name] = value
	}
	get(thief, "/orders", http.StatusOK)
	post(phone, "/auth/logout", http.StatusOK)
	get(thief, "/orders", http.StatusUnauthorized) // the copy of a cookie that was logged out
	get(laptop, "/orders", http.StatusOK)
	post(laptop, "/auth/logout-all", http.StatusOK)

	r, err := http.NewRequest("GET", api.AppURL+"/orders", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range api.Session(localgateway.TokenRequest{Scopes: []string{"orders:read"}, Subject: "jane"}) {
		r.AddCookie(c)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("a session that a test makes: %d", answer.StatusCode)
	}
	if problems := strings.Join(api.Problems(), "\n"); problems != "" {
		t.Error(problems)
	}
}
