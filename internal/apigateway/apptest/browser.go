package apptest

import (
	"context"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// Browser makes requests as a browser does. It reaches the gateway by any host name, accepts Secure cookies over http,
// and does not follow redirects.
type Browser struct {
	Cookies map[string]map[string]string // by host name

	t      testing.TB
	client http.RoundTripper
}

// NewBrowser returns a browser without cookies for the gateway at a URL.
func NewBrowser(t testing.TB, gateway string) *Browser {
	t.Helper()
	u, err := url.Parse(gateway)
	if err != nil {
		t.Fatal(err)
	}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, u.Host)
	}
	return &Browser{
		Cookies: map[string]map[string]string{}, t: t,
		client: &http.Transport{DialContext: dial, DisableKeepAlives: true},
	}
}

// Do makes a request. site is the value of Sec-Fetch-Site; "" omits the header. Additional headers are "Name: value".
func (b *Browser) Do(verb, address string, form url.Values, site string, headers ...string) (
	status int, location, body string,
) {
	b.t.Helper()
	r, err := http.NewRequest(verb, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", r.URL.Scheme+"://"+r.URL.Host)
	}
	if site != "" {
		r.Header.Set("Sec-Fetch-Site", site)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	for name, value := range b.Cookies[r.URL.Hostname()] {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	answer, err := b.client.RoundTrip(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range answer.Cookies() {
		jar := b.Cookies[r.URL.Hostname()]
		if jar == nil {
			jar = map[string]string{}
			b.Cookies[r.URL.Hostname()] = jar
		}
		if jar[c.Name] = c.Value; c.MaxAge < 0 || c.Value == "" {
			delete(jar, c.Name)
		}
	}
	return answer.StatusCode, answer.Header.Get("Location"), string(text)
}

var (
	inputs  = regexp.MustCompile(`<input type="(\w+)" name="([^"]+)"(?: value="([^"]*)")?[^>]*>`)
	actions = regexp.MustCompile(`<form[^>]* action="([^"]*)"`)
)

// SignIn logs a persona in to the app at a URL, through the pages that a user sees.
func (b *Browser) SignIn(app, persona string) {
	b.t.Helper()
	status, location, body := b.Do("GET", app+"/auth/login?return=/orders", nil, "none")
	if status != http.StatusSeeOther || !strings.HasPrefix(location, "http://127.0.0.1:") {
		b.t.Fatalf("login: %d to %q: %s", status, location, body)
	}
	status, _, body = b.Do("GET", location, nil, "cross-site")
	if status != http.StatusOK {
		b.t.Fatalf("sign-in page: %d: %s", status, body)
	}
	form := url.Values{"action": {"sign-in"}}
	for _, m := range inputs.FindAllStringSubmatch(body, -1) {
		value := html.UnescapeString(m[3])
		if m[1] == "hidden" || m[1] == "radio" && strings.HasSuffix(value, persona) {
			form.Set(m[2], value)
		}
	}
	page, err := url.Parse(location)
	if err != nil {
		b.t.Fatal(err)
	}
	action := actions.FindStringSubmatch(body)
	if action == nil {
		b.t.Fatalf("no form: %s", body)
	}
	target, err := page.Parse(html.UnescapeString(action[1]))
	if err != nil {
		b.t.Fatal(err)
	}
	status, location, body = b.Do("POST", target.String(), form, "same-origin")
	if status != http.StatusSeeOther || !strings.HasPrefix(location, app+"/auth/callback?") {
		b.t.Fatalf("signed in: %d to %q: %s", status, location, body)
	}
	status, _, body = b.Do("GET", location, nil, "cross-site")
	if status != http.StatusOK || !strings.Contains(body, `/orders"`) {
		b.t.Fatalf("callback: %d: %s", status, body)
	}
}
