package pages

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
)

const vite = "http://localhost:5173"

// TestAddTo checks that functions that decide by the page's origin accept it, as far as they can.
func TestAddTo(t *testing.T) {
	for _, c := range []struct{ name, variable, settings, want string }{
		{"a login", login.Variable, `{"clientId":"a&b","maxAgeSeconds":12345678901234567}`,
			`{"allowOrigins":["http://localhost:5173"],"clientId":"a&b","maxAgeSeconds":12345678901234567}`},
		{"with its own origins", login.Variable, `{"allowOrigins":["https://www.example.com","http://localhost:5173"]}`,
			`{"allowOrigins":["https://www.example.com","http://localhost:5173"]}`},
		{"a session for each request", authz.ConfigVariable, `{"perRequest":true,"session":{"host":"h"}}`,
			`{"perRequest":true,"session":{"allowOrigins":["http://localhost:5173"],"host":"h"}}`},
		{"a session with a cache", authz.ConfigVariable, `{"session":{"host":"h"}}`, `{"session":{"host":"h"}}`},
		{"no session", authz.ConfigVariable, `{"perRequest":true}`, `{"perRequest":true}`},
		{"another variable", "OTHER", `{"session":`, `{"session":`},
	} {
		env := map[string]string{c.variable: c.settings}
		if err := (Origins{vite}).AddTo(env); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(map[string]string{c.variable: c.want}, env); diff != "" {
			t.Errorf("%s: -want +got:\n%s", c.name, diff)
		}
	}
	if err := (Origins{vite}).AddTo(map[string]string{login.Variable: "no object"}); err == nil ||
		!strings.HasPrefix(err.Error(), login.Variable+": ") {
		t.Errorf("got %v", err)
	}
	if err := Origins(nil).AddTo(map[string]string{login.Variable: "no object"}); err != nil {
		t.Errorf("without a page: got %v", err)
	}
}
