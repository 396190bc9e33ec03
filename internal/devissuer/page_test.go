package devissuer

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// control is a control of a form, with its label.
type control struct {
	name, kind, value, label, help string
	checked, wrong                 bool
}

// controls returns the visible controls of a page.
func controls(t testing.TB, text string) (out []control) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	labels, byID := map[string]string{}, map[string]string{}
	var texts func(n *html.Node) string
	texts = func(n *html.Node) string {
		if n.Type == html.TextNode {
			return n.Data
		}
		var b strings.Builder
		for c := range n.ChildNodes() {
			b.WriteString(texts(c))
		}
		return b.String()
	}
	attr := func(n *html.Node, name string) (string, bool) {
		for _, a := range n.Attr {
			if a.Key == name {
				return a.Val, true
			}
		}
		return "", false
	}
	for n := range root.Descendants() {
		if id, ok := attr(n, "id"); ok {
			if byID[id] != "" {
				t.Errorf("two elements have the id %s", id)
			}
			byID[id] = strings.TrimSpace(texts(n)) + " "
		}
		if control, ok := attr(n, "for"); ok && n.Data == "label" {
			labels[control] = strings.TrimSpace(texts(n))
		}
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "input" && n.Data != "textarea" && n.Data != "button" {
			continue
		}
		c := control{}
		c.name, _ = attr(n, "name")
		c.kind, _ = attr(n, "type")
		c.value, _ = attr(n, "value")
		_, c.checked = attr(n, "checked")
		_, c.wrong = attr(n, "aria-invalid")
		if c.kind == "hidden" {
			continue
		}
		if c.kind == "" {
			c.kind = n.Data
		}
		id, _ := attr(n, "id")
		if described, ok := attr(n, "aria-describedby"); ok {
			for _, id := range strings.Fields(described) {
				if byID[id] == "" {
					t.Errorf("%s is described by %s, which does not exist", c.name, id)
				}
				c.help += byID[id]
			}
		}
		switch c.label = labels[id]; {
		case n.Data == "button":
			c.label = strings.TrimSpace(texts(n))
		case n.Parent.Data == "label":
			c.label = strings.TrimSpace(texts(n.Parent))
		}
		if c.label == "" {
			t.Errorf("%s has no label", c.name)
		}
		out = append(out, c)
	}
	return out
}

func chosen(all []control) (out []string) {
	for _, c := range all {
		if c.checked {
			out = append(out, c.value)
		}
	}
	return out
}

// TestSignInPage checks that the sign-in page is one form. It has a radio button for each persona, with the first one
// selected, and fields with labels for another person.
func TestSignInPage(t *testing.T) {
	s := serveShop(t)
	answer, text := page(t, authURL(s))
	all := controls(t, text)
	var got []string
	for _, c := range all {
		got = append(got, c.kind+" "+c.name+": "+c.label)
	}
	want := []string{
		"radio persona: may do everythingdeveloper · orders:read orders:write · groups admins, staff · role approver",
		"radio persona: orders:read onlyreader",
		"radio persona: someone elsewith a subject and rights of your own",
		"input subject: Subject", "input scopes: Scopes", "input groups: Groups", "input roles: Roles",
		"textarea claims: Further claims",
		"button action: Sign in", "button action: Cancel",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the page has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := chosen(all); !slices.Equal(got, []string{"persona may do everything"}) {
		t.Errorf("chosen are %q", got)
	}
	for _, part := range []string{
		"This is the development issuer on this machine, not https://idp.example.com. It asks for no password.",
		"<code>shop</code>", "<code>http://localhost:4000/auth/callback</code>",
		"<code>openid orders:read orders:write offline_access</code>", `<html lang="en">`, "<title>Sign in",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the page does not say %s", part)
		}
	}
	if strings.Contains(text, "<script") || strings.Contains(text, "a state") {
		t.Error("the page has a script, or what it need not have")
	}
	for name, want := range map[string]string{
		"Content-Type":           "text/html; charset=utf-8",
		"Cache-Control":          "no-store",
		"X-Content-Type-Options": "nosniff",
		"X-Frame-Options":        "DENY",
		"Referrer-Policy":        "same-origin",
		"Content-Security-Policy": "default-src 'none'; style-src " + styleHash + "; img-src data:; base-uri 'none'; " +
			"form-action 'self' http://localhost:4000; frame-ancestors 'none'",
	} {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if len(answer.Cookies()) > 0 {
		t.Error("the page sets a cookie")
	}
}

// login_hint chooses the persona with that subject, or fills it in.
func TestLoginHint(t *testing.T) {
	s := serveShop(t)
	for hint, want := range map[string]string{
		"reader": "persona orders:read only", "ada": "typed", "": "persona may do everything",
		`"><script>`: "typed",
	} {
		_, text := page(t, authURL(s, "login_hint", hint))
		all := controls(t, text)
		if got := chosen(all); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: chosen are %q, want %s", hint, got, want)
		}
		if n := slices.IndexFunc(all, func(c control) bool { return c.name == "subject" }); want == "typed" &&
			all[n].value != hint || strings.Contains(text, "<script") {
			t.Errorf("%s: the subject is %q", hint, all[n].value)
		}
	}
}

// TestDefaultPersona checks that without personas there is one with all rights that the issuer knows, or that a client
// requests.
func TestDefaultPersona(t *testing.T) {
	for name, tt := range map[string]struct {
		known []string
		want  string
	}{
		"known scopes": {[]string{"orders:read"}, "openid orders:read offline_access"},
		"none known":   {nil, "openid orders:read orders:write offline_access"},
	} {
		s := serveShop(t, shopIssuer(func(i *Issuer) { i.Scopes, i.Groups = tt.known, []string{"admins"} }))
		s.ofIssuer = nil
		got := redeem(t, s, signIn(t, s, authURL(s)))
		if claims, _ := unverified(got.Access); got.Scope != tt.want ||
			claims.Find("realm.groups").Raw() != `["admins"]` {
			t.Errorf("%s: %+v, %s", name, got, claims.Raw())
		}
	}
}
