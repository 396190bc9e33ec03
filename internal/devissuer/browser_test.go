package devissuer

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// TestSignInInABrowser signs in with only the keyboard, and without JavaScript, for an app on another site. axe-core
// checks the pages at two widths and in both colour schemes. With a folder in GATEHOUSE_PICTURES, the test writes
// pictures of them there.
func TestSignInInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it starts a browser")
	}
	nodepeer.Need(t, "playwright-core", "axe-core")
	chromium := nodepeer.Browser(t)
	script, err := os.ReadFile("testdata/signin.cjs")
	if err != nil {
		t.Fatal(err)
	}
	axe, err := filepath.Abs("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	s := serveShop(t)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("site " + r.Header.Get("Sec-Fetch-Site") + ", code " + r.FormValue("code")))
	}))
	t.Cleanup(app.Close)
	s.appOrigin = strings.Replace(app.URL, "127.0.0.1", "localhost", 1)
	callback := s.appOrigin + "/auth/callback"
	start := authURL(s, "redirect_uri", callback)

	browser := nodepeer.Start(t, string(script), []string{"playwright-core"}, chromium, axe,
		os.Getenv("GATEHOUSE_PICTURES"))
	say := func(answer any, command ...string) {
		t.Helper()
		line := browser.Say(t, strings.Join(command, " "))
		if err := json.Unmarshal([]byte(line), answer); err != nil {
			t.Fatalf("%s: %v: %s", command[0], err, line)
		}
	}
	see := func(state string, address ...string) {
		t.Helper()
		var found []string
		if say(&found, append([]string{"see", state}, address...)...); len(found) > 0 {
			t.Errorf("%s: axe-core finds\n%s", state, strings.Join(found, "\n"))
		}
	}
	signedIn := func(name string, at []string) {
		t.Helper()
		if !strings.HasPrefix(at[0], callback+"?code=") || !strings.HasPrefix(at[1], "site cross-site, code ") {
			t.Errorf("%s: the browser is at %s, which says %s", name, at[0], at[1])
		}
	}

	see("refused", authURL(s, "redirect_uri", "https://evil.example.com/callback"))
	see("signed-out", s.LogoutURL(shopURL)+"?post_logout_redirect_uri=https://evil.example.com/")
	hosted := serveShop(t, poolIssuer())
	hosted.appOrigin = s.appOrigin
	see("pool", authURL(hosted, "redirect_uri", callback))
	see("pool-google", authURL(hosted, "redirect_uri", callback, "identity_provider", "Google"))
	see("pool-not-signed-out", hosted.LogoutURL(pool)+"?client_id=shop&logout_uri="+s.appOrigin+"/bye")
	see("first", start)
	var fields []string
	if say(&fields, "fields"); len(fields) != 3 {
		t.Errorf("with a persona chosen, these fields are seen: %v", fields)
	}
	var chosen string
	if say(&chosen, "choose", "2"); chosen != "persona typed" {
		t.Errorf("two steps down is %s", chosen)
	}
	want := []string{"persona", "persona", "persona", "subject", "scopes", "groups", "roles", "claims"}
	if say(&fields, "fields"); !slices.Equal(fields, want) {
		t.Errorf("with someone else chosen, these fields are seen: %v", fields)
	}
	see("typed")
	var nothing any
	say(&nothing, "type", "claims", `{"tenant":`)
	say(&nothing, "type", "action")
	var at []string
	if say(&at, "press", "Enter"); !strings.Contains(at[1], "The further claims are not a JSON object") {
		t.Errorf("claims that are not JSON: %s", at)
	}
	see("wrong")
	say(&nothing, "type", "claims", `{"tenant": "acme"}`)
	say(&nothing, "type", "subject", "ada")
	say(&at, "press", "Enter", callback)
	signedIn("someone else", at)

	say(&at, "plain", start, callback)
	signedIn("without JavaScript", at)
	if say(&at, "wrong"); len(at) > 0 {
		t.Errorf("the pages do what they should not:\n%s", strings.Join(at, "\n"))
	}
}
