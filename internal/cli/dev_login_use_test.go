package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// person is someone at a browser with the page of an example.
type person struct {
	browser *nodepeer.Peer
	app     string // the origin of the page
}

// newPerson runs an example and starts a browser. With a folder in GATEHOUSE_PICTURES the browser leaves pictures of
// the pages there.
func newPerson(t *testing.T, example string, args ...string) (*person, *running) {
	t.Helper()
	return newPersonIn(t, "../../examples/"+example, args...)
}

// newPersonIn is newPerson with the folder that "gatehouse dev" runs in.
func newPersonIn(t *testing.T, dir string, args ...string) (*person, *running) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: it builds functions and starts a browser")
	}
	nodepeer.NeedBrowser(t, "axe-core")
	axe, err := filepath.Abs("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	r, _ := startCDK(t, dir, args...)
	app := strings.Replace(r.url, "127.0.0.1", "localhost", 1)
	r.wait(t, func() bool { return strings.Contains(r.stdout.String(), " is at "+app+"/, and users log in at ") })
	browser := nodepeer.Browse(t, "testdata/login.cjs", app, r.url, os.Getenv("GATEHOUSE_PICTURES"), axe)
	return &person{browser, app}, r
}

// does makes the simulated user do something, with arguments by name, and returns the result.
func does[T any](t *testing.T, p *person, action string, arguments ...any) (seen T) {
	t.Helper()
	task := map[string]any{"run": action}
	for pair := range slices.Chunk(arguments, 2) {
		task[pair[0].(string)] = pair[1]
	}
	command, err := json.Marshal(task)
	if err != nil {
		t.Fatal(err)
	}
	line := p.browser.Say(t, string(command))
	if err := json.Unmarshal([]byte(line), &seen); err != nil {
		t.Fatalf("%s: %v: %s", command, err, line)
	}
	return seen
}

// view is what a person sees of the page, and where.
type view struct {
	URL, Name, Message string
	Focus              string // the id of what has it
	SignedIn           bool
	Orders             []string
	Text               string   // all of the document
	Pages              []string // the way to it
}

func (p *person) opens(t *testing.T) view {
	t.Helper()
	return does[view](t, p, "open", "path", "/")
}

func (p *person) goesToSignIn(t *testing.T) {
	t.Helper()
	does[any](t, p, "toSignIn")
}

func (p *person) signsIn(t *testing.T, as string) view {
	t.Helper()
	return does[view](t, p, "signIn", "as", as)
}

func (p *person) orders(t *testing.T, item string, quantity int) view {
	t.Helper()
	return does[view](t, p, "order", "item", item, "quantity", quantity)
}

// logsOut logs out and goes back.
func (p *person) logsOut(t *testing.T) {
	t.Helper()
	p.hasNothing(t, does[view](t, p, "logout"))
	p.hasNothing(t, does[view](t, p, "back"))
}

// hasNothing checks that nothing of a session is left in the page, in the browser's cookies, or in the API's answers.
func (p *person) hasNothing(t *testing.T, v view) {
	t.Helper()
	if v.SignedIn || v.Name != "" || strings.Contains(v.Text, aSeed) || strings.Contains(v.Text, anItem) {
		t.Errorf("at %s the page has\n%s", v.URL, v.Text)
	}
	if cookies := does[[]any](t, p, "cookies"); len(cookies) > 0 {
		t.Errorf("the browser keeps %v", cookies)
	}
	for _, path := range []string{"orders", "auth/session"} {
		if a := p.fetches(t, path); a.Status != http.StatusUnauthorized {
			t.Errorf("%s is answered with %+v", path, a)
		}
	}
}

// answered is an answer as a page or a tab receives it.
type answered struct {
	Status     int
	Type, Body string
	Links      []string
	Found      []string // by axe-core
}

// fetches makes a request from the page, without the help of session.js.
func (p *person) fetches(t *testing.T, path string) answered {
	t.Helper()
	return does[answered](t, p, "fetch", "path", path)
}

// canUse checks the page with axe-core, at two widths and in both colour schemes.
func (p *person) canUse(t *testing.T, page string) {
	t.Helper()
	if found := does[[]string](t, p, "axe", "name", page); len(found) > 0 {
		t.Errorf("axe-core finds on the page %q\n%s", page, strings.Join(found, "\n"))
	}
}

// The orders of the page: one that examples/spa has at the start, and one that the test makes.
const aSeed, anItem = "Oak planks", "Brass bell"

// TestDevLoginUse does what users do on the page of examples/spa, step by step. Meanwhile, another gateway tests the
// refresh of a session, for which a token has to expire.
func TestDevLoginUse(t *testing.T) {
	t.Parallel()
	p, r := newPerson(t, "spa")
	t.Run("refresh", func(t *testing.T) {
		t.Parallel()
		devLoginUseRefresh(t, r.assembly(t))
	})
	t.Run("page", func(t *testing.T) {
		t.Parallel()
		for _, step := range []struct {
			name string
			do   func(*testing.T, *person)
		}{
			{"without a session", withoutSession},
			{"signed in to read", signedInToRead},
			{"the session's cookie", sessionCookie},
			{"logged out", func(t *testing.T, p *person) { p.logsOut(t) }},
			{"signed in to write", signedInToWrite},
			{"forms of other sites", otherSites},
			{"left and brought back", broughtBack},
			{"logged out in another tab", loggedOutElsewhere},
		} {
			if !t.Run(step.name, func(t *testing.T) { step.do(t, p) }) {
				t.FailNow() // the next step begins where this one ends
			}
		}
		p.didNothingWrong(t, r)
	})
}

// didNothingWrong checks that the pages had no errors, and that the log has no credentials.
func (p *person) didNothingWrong(t *testing.T, r *running) {
	t.Helper()
	if wrong := does[[]string](t, p, "wrong"); len(wrong) > 0 {
		t.Errorf("the pages: %s", strings.Join(wrong, "\n"))
	}
	_, log, _ := strings.Cut(r.stdout.String(), "\nlistening on ")
	for _, secret := range []string{"__Host-session=", "__Host-login-", "eyJ"} {
		if strings.Contains(log, secret) {
			t.Errorf("%s... is in the output:\n%s", secret, log)
		}
	}
}

func withoutSession(t *testing.T, p *person) {
	if v := p.opens(t); v.SignedIn || len(v.Orders) > 0 {
		t.Errorf("the page has %+v", v)
	}
	p.canUse(t, "signed-out")
	if a := p.fetches(t, "orders"); a.Status != http.StatusUnauthorized || a.Type != "application/json" ||
		a.Body != `{"message":"Unauthorized"}` {
		t.Errorf("a page that calls the API gets %+v", a)
	}
	a := does[answered](t, p, "navigate", "path", "/orders", "name", "no-session")
	if a.Status != http.StatusUnauthorized || !strings.HasPrefix(a.Type, "text/html") ||
		!slices.Equal(a.Links, []string{p.app + "/auth/login?return=/"}) {
		t.Errorf("a person who opens a guarded route gets %+v", a)
	}
	if len(a.Found) > 0 {
		t.Errorf("axe-core finds on the page for those without a session\n%s", strings.Join(a.Found, "\n"))
	}
}

func signedInToRead(t *testing.T, p *person) {
	p.goesToSignIn(t)
	p.canUse(t, "sign-in")
	v := p.signsIn(t, "orders:read only")
	if want := []string{p.app + "/auth/callback", p.app + "/"}; !slices.Equal(v.Pages, want) {
		t.Errorf("the way back to the page is %q, want %q", v.Pages, want)
	}
	if !v.SignedIn || v.Name == "" || !strings.Contains(strings.Join(v.Orders, "\n"), aSeed) {
		t.Errorf("the first page has the name %q and the orders %q", v.Name, v.Orders)
	}
	p.canUse(t, "signed-in")
	if v := p.orders(t, anItem, 1); !strings.HasPrefix(v.Message, "403 Forbidden: ") || len(v.Orders) != 3 {
		t.Errorf("an order gives %q and the orders %q", v.Message, v.Orders)
	}
	p.canUse(t, "refused")
}

func sessionCookie(t *testing.T, p *person) {
	type cookie struct {
		Name, Domain, Path, SameSite string
		Secure, HTTPOnly             bool
	}
	// For a cookie without Domain, the browser shows the host without a leading dot.
	want := []cookie{{"__Host-session", "localhost", "/", "Strict", true, true}}
	if got := does[[]cookie](t, p, "cookies"); !slices.Equal(got, want) {
		t.Errorf("the browser keeps %+v, want %+v", got, want)
	}
}

func signedInToWrite(t *testing.T, p *person) {
	p.opens(t)
	p.goesToSignIn(t)
	p.signsIn(t, "may do everything")
	if v := p.orders(t, anItem, 2); !strings.Contains(v.Message, "2 × "+anItem) || len(v.Orders) != 4 ||
		!strings.HasPrefix(v.Orders[0], anItem+" | 2 | ") {
		t.Errorf("an order gives %q and the orders %q", v.Message, v.Orders)
	}
	p.canUse(t, "ordered")
}

// otherSites submits forms to the API from pages of other sites. All public suffixes here have one label, so a site is
// a host, and ports do not matter: another port stands for a sibling host, whose requests have the cookie.
// Source: https://html.spec.whatwg.org/multipage/browsers.html#same-site
func otherSites(t *testing.T, p *person) {
	const forged = "Forged"
	form := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<!doctype html><title>A prize</title>`+
			`<form method="post" enctype="text/plain" action="`+p.app+`/orders">`+
			`<input type="hidden" name='{"item":"`+forged+`","quantity":1,"by":"' value='"}'><button>Claim it</button></form>`)
	}))
	t.Cleanup(form.Close)
	port := form.URL[strings.LastIndex(form.URL, ":"):]
	for host, want := range map[string]int{
		"127.0.0.1":         http.StatusUnauthorized, // cross-site, so it comes without the cookie
		"sibling.localhost": http.StatusUnauthorized, // the same
		"localhost":         http.StatusForbidden,    // same-site, so it comes with the cookie
	} {
		if got := does[int](t, p, "submit", "from", "http://"+host+port+"/"); got != want {
			t.Errorf("a form at %s is answered with %d, want %d", host, got, want)
		}
	}
	if a := p.fetches(t, "orders"); a.Status != http.StatusOK || strings.Contains(a.Body, forged) {
		t.Errorf("the orders are %+v", a)
	}
}

// broughtBack checks the page after the browser's back button, which restores the page as it was.
func broughtBack(t *testing.T, p *person) {
	v := does[struct{ Left, Back view }](t, p, "shelve")
	if v.Left.SignedIn || strings.Contains(v.Left.Text, aSeed) {
		t.Errorf("the page that the user left has\n%s", v.Left.Text)
	}
	if !v.Back.SignedIn || len(v.Back.Orders) != 4 {
		t.Errorf("a page that is brought back has the orders %q", v.Back.Orders)
	}
}

func loggedOutElsewhere(t *testing.T, p *person) {
	does[any](t, p, "elsewhere")
	v := p.orders(t, anItem, 3)
	if !strings.HasPrefix(v.Message, "401 Unauthorized: ") || v.Focus != "login" {
		t.Errorf("an order gives %q, with the focus on %q", v.Message, v.Focus)
	}
	p.hasNothing(t, v)
	p.canUse(t, "ended")
}

// devLoginUseRefresh makes ten requests from two tabs when the session's token has expired. The provider must be asked
// once, and no tab may be logged out.
func devLoginUseRefresh(t *testing.T, assembly string) {
	p, r := newPersonIn(t, t.TempDir(), "--assembly", assembly, "--token-life", "15s")
	p.opens(t)
	p.goesToSignIn(t)
	p.signsIn(t, "may do everything")
	renewals := func() int { return strings.Count(r.stdout.String(), `"outcome":"renewed"`) }
	before := renewals()
	got := does[struct {
		Statuses []int
		Who      []string
	}](t, p, "expire", "tabs", 2, "each", 5)
	if want := slices.Repeat([]int{http.StatusOK}, 10); !slices.Equal(got.Statuses, want) {
		t.Errorf("the requests are answered with %v", got.Statuses)
	}
	if len(got.Who) != 2 || slices.Contains(got.Who, "") {
		t.Errorf("signed in are %q", got.Who)
	}
	if n := renewals() - before; n != 1 {
		t.Errorf("the provider was asked %d times, want once", n)
	}
}
