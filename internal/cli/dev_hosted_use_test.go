package cli

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/login/logintest"
)

// aNote is a note that the test writes.
const aNote = "Mend the roof"

// TestDevHostedUse is what people do with the page of examples/cognito-hosted-domain, one thing after the other. The
// development issuer plays the user pool.
func TestDevHostedUse(t *testing.T) {
	t.Parallel()
	p, r := newPerson(t, "cognito-hosted-domain")
	pool := "" // the address of its endpoints
	for _, step := range []struct {
		name string
		do   func(*testing.T)
	}{
		{"to the pool's page", func(t *testing.T) {
			if v := p.opens(t); v.SignedIn || len(v.Orders) > 0 {
				t.Errorf("the page has %+v", v)
			}
			p.canUse(t, "notes-signed-out")
			p.goesToSignIn(t)
			address := does[string](t, p, "address")
			before, _, hosted := strings.Cut(address, "/oauth2/authorize?")
			if pool = before; !hosted || !strings.HasPrefix(address, r.url) {
				t.Fatalf("the login leads to %s", address)
			}
			p.canUse(t, "notes-sign-in")
		}},
		{"a user of another provider, who may read", func(t *testing.T) {
			v := does[view](t, p, "signIn", "as", "notes/read only", "with", "Partners")
			if want := []string{p.app + "/auth/callback", p.app + "/"}; !slices.Equal(v.Pages, want) {
				t.Errorf("the way back to the page is %q, want %q", v.Pages, want)
			}
			if !v.SignedIn || v.Name == "" || !slices.Equal(v.Orders, []string{"You have no notes yet."}) {
				t.Errorf("the first page has the name %q and the notes %q", v.Name, v.Orders)
			}
			if v := p.writes(t); !strings.HasPrefix(v.Message, "403 Forbidden: ") || len(v.Orders) != 1 {
				t.Errorf("saving a note gives %q and the notes %q", v.Message, v.Orders)
			}
		}},
		{"logged out, at the pool as well", func(t *testing.T) {
			v := does[view](t, p, "logout")
			if want := []string{pool + "/logout", p.app + "/"}; !slices.Equal(v.Pages, want) {
				t.Errorf("the logout visits %q, want %q", v.Pages, want)
			}
			p.keepsNothing(t, v)
		}},
		{"an editor of the pool's own", func(t *testing.T) {
			p.goesToSignIn(t)
			does[view](t, p, "signIn", "as", "may do everything", "with", "COGNITO")
			if v := p.writes(t); v.Message != "Added: "+aNote || !slices.Equal(v.Orders, []string{aNote}) {
				t.Errorf("saving a note gives %q and the notes %q", v.Message, v.Orders)
			}
			if v := does[view](t, p, "everyone"); v.Message != "1 note in all." ||
				!strings.Contains(v.Text, "<td>developer</td>") {
				t.Errorf("requesting all notes gives %q:\n%s", v.Message, v.Text)
			}
			p.canUse(t, "notes-all")
		}},
		{"logged out everywhere, and back", func(t *testing.T) {
			v := does[view](t, p, "logout", "button", "everywhere")
			if want := []string{pool + "/logout", p.app + "/"}; !slices.Equal(v.Pages, want) {
				t.Errorf("the logout visits %q, want %q", v.Pages, want)
			}
			p.keepsNothing(t, v)
			p.keepsNothing(t, does[view](t, p, "back"))
			p.opens(t)
		}},
		{"a user who comes from an OpenID provider", func(t *testing.T) {
			upstream, at := federated(t, pool)
			does[any](t, p, "federate", "with", "Partners", "to", at)
			p.goesToSignIn(t)
			v := does[view](t, p, "signInUpstream", "with", "Partners", "at", upstream, "as", "ada")
			if !v.SignedIn || v.Name != "Name of ada" {
				t.Errorf("signed in is %q: %+v", v.Name, v)
			}
			if v := p.writes(t); v.Message != "Added: "+aNote {
				t.Errorf("saving a note gives %q", v.Message)
			}
			if v := does[view](t, p, "everyone"); !strings.Contains(v.Text, "<td>partners_ada</td>") {
				t.Errorf("requesting all notes gives %q:\n%s", v.Message, v.Text)
			}
			p.keepsNothing(t, does[view](t, p, "logout"))
		}},
	} {
		if !t.Run(step.name, step.do) {
			t.FailNow() // the next step begins where this one ends
		}
	}
	p.didNothingWrong(t, r)
}

// federated starts an OpenID provider, and a user pool whose users come from that provider, in addition to the
// development issuer. It returns both addresses. The issuer is at the address of the pool's endpoints.
func federated(t *testing.T, issuer string) (upstream, at string) {
	t.Helper()
	var f *logintest.Federation
	pool := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/" {
			f.Begin(w, q, q.FormValue("request"))
			return
		}
		fields, err := f.End(q, "Partners", "notes/read notes/write", map[string]string{"ada": "editors"})
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		signIn := *http.DefaultClient
		signIn.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		answer, err := signIn.PostForm(issuer+"/oauth2/authorize", fields)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		answer.Body.Close()
		http.Redirect(w, q, answer.Header.Get("Location"), http.StatusFound)
	}))
	pool.Config.ErrorLog = log.New(io.Discard, "", 0) // browsers break off once, before they ignore the certificate
	pool.StartTLS()
	t.Cleanup(pool.Close)
	back := pool.URL + "/oauth2/idpresponse"
	p := logintest.Start(t, logintest.OIDCProvider, logintest.Settings{RedirectURIs: []string{back}, LoggedOutURI: back})
	f = logintest.Federate(t, p, back)
	return p.URL, pool.URL + "/"
}

// writes fills the form of the notes' page and submits it.
func (p *person) writes(t *testing.T) view {
	t.Helper()
	return does[view](t, p, "write", "text", aNote)
}

// keepsNothing checks that nothing of a session is left, as hasNothing does for examples/spa.
func (p *person) keepsNothing(t *testing.T, v view) {
	t.Helper()
	if v.SignedIn || v.Name != "" || strings.Contains(v.Text, aNote) {
		t.Errorf("at %s the page has\n%s", v.URL, v.Text)
	}
	if cookies := does[[]any](t, p, "cookies"); len(cookies) > 0 {
		t.Errorf("the browser keeps %v", cookies)
	}
	for _, path := range []string{"notes", "auth/session"} {
		if a := p.fetches(t, path); a.Status != http.StatusUnauthorized {
			t.Errorf("%s is answered with %+v", path, a)
		}
	}
}
