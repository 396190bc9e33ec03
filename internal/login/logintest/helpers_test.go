package logintest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	lambda "github.com/aws/aws-lambda-go/events"
)

const (
	shop      = "https://shop.example.test"
	callback  = shop + "/auth/callback"
	loggedOut = shop + "/"
	sibling   = "https://www.example.test"
	attacker  = "https://attacker.test"
)

// begin opens the login and follows it to the provider's sign-in page.
func (a *app) begin(t *testing.T, b *Browser, path string) *Page {
	t.Helper()
	page := b.Link(t, shop+"/", shop+"/auth/login?return="+url.QueryEscape(path))
	if _, _, ok := form(page.Body); !ok || origin(page.URL) == shop {
		t.Fatalf("the login leads to %s: %d %s\n%s", page.URL, page.Status, page.Body, a.log)
	}
	return page
}

// signIn logs in at the provider, and returns the callback's page.
func (a *app) signIn(t *testing.T, b *Browser, subject, path string) *Page {
	t.Helper()
	return a.begin(t, b, path).Submit(t, url.Values{"subject": {subject}})
}

// loggedIn logs in and follows the redirect to the path.
func (a *app) loggedIn(t *testing.T, b *Browser, subject string) *Page {
	t.Helper()
	page := a.signIn(t, b, subject, "/orders")
	a.want(t, page, 200, "")
	page = page.Refresh(t)
	a.want(t, page, 200, `"principal":"`+subject+`"`)
	return page
}

// want checks an answer's status and part of its body.
func (a *app) want(t *testing.T, p *Page, status int, body string) {
	t.Helper()
	if p.Status != status || !strings.Contains(p.Body, body) {
		t.Fatalf("%s: got %d %s, want %d with %q\n%s", p.URL, p.Status, p.Body, status, body, a.log)
	}
}

// refused checks that a page of the login refuses. The page has this status and a link to log in again, and nothing of
// the request or of a session.
func (a *app) refused(t *testing.T, p *Page, status int) {
	t.Helper()
	a.want(t, p, status, "<a ")
	if !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
		t.Errorf("a page of the type %q", p.Header.Get("Content-Type"))
	}
	for _, line := range p.Header["Set-Cookie"] {
		if strings.HasPrefix(line, "__Host-session") && !strings.Contains(line, "Max-Age=0") {
			t.Errorf("a session is set: %s", line)
		}
	}
	for name, values := range p.URL.Query() {
		for _, v := range values {
			if len(v) > 7 && strings.Contains(p.Body, v) {
				t.Errorf("the page has the request's %s: %s", name, p.Body)
			}
		}
	}
	if leaks := a.wire.Leaks(p.Body); leaks != nil {
		t.Errorf("the page has secrets: %q", leaks)
	}
	for _, link := range p.Links() {
		if u := p.resolve(t, link); origin(u) == shop && u.Path == "/auth/login" {
			return
		}
	}
	t.Errorf("the page has the links %q, want one to the login", p.Links())
}

// orders returns the API's answer to a fetch by its own page.
func (a *app) orders(t *testing.T, b *Browser, status int) *Page {
	t.Helper()
	p := b.Fetch(t, shop, "GET", shop+"/orders")
	a.want(t, p, status, "")
	return p
}

// times is the answer of the routes refresh and session.
type times struct{ Expires, Idle, Ends int64 }

// refresh refreshes a browser's session as its page does.
func (a *app) refresh(t *testing.T, b *Browser, status int) (got times, page *Page) {
	t.Helper()
	page = b.Fetch(t, shop, "POST", shop+"/auth/refresh")
	a.want(t, page, status, "")
	if status == 200 {
		if err := json.Unmarshal([]byte(page.Body), &got); err != nil || got.Expires == 0 || got.Idle == 0 || got.Ends == 0 {
			t.Fatalf("refresh answers %s", page.Body)
		}
	} else if !strings.Contains(page.Body, `"message":`) {
		t.Errorf("refresh answers %s", page.Body)
	}
	return got, page
}

// session returns the values of the session's cookies in the jar.
func (a *app) session(b *Browser) (values []string) {
	header := b.Jar.Header(&url.URL{Scheme: "https", Host: "shop.example.test", Path: "/"}, true, false, "GET")
	for pair := range strings.SplitSeq(header, "; ") {
		if name, value, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "__Host-session") {
			values = append(values, value)
		}
	}
	return values
}

// wantNoSession checks that the browser is not logged in.
func (a *app) wantNoSession(t *testing.T, b *Browser) {
	t.Helper()
	if got := b.Jar.Names("__Host-session"); got != nil {
		t.Errorf("the browser has %q", got)
	}
	a.want(t, b.Fetch(t, shop, "GET", shop+"/auth/session"), 401, `"message":`)
	a.orders(t, b, 401)
}

// wantSession checks that the browser is logged in.
func (a *app) wantSession(t *testing.T, b *Browser, subject string) {
	t.Helper()
	a.want(t, b.Fetch(t, shop, "GET", shop+"/auth/session"), 200, `"subject":"`+subject+`"`)
	a.want(t, a.orders(t, b, 200), 200, `"principal":"`+subject+`"`)
}

// raw sends a request that no browser sends, with these headers as pairs.
func (a *app) raw(t *testing.T, verb, target string, headers ...string) *Page {
	t.Helper()
	r, err := http.NewRequest(verb, shop+target, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
		r.Header.Del("Host")
	}
	w := httptest.NewRecorder()
	r.RequestURI = r.URL.RequestURI()
	a.ServeHTTP(w, r)
	return &Page{URL: r.URL, Status: w.Code, Header: w.Header(), Body: w.Body.String(), browser: a.Browser}
}

// unrouted sends the login function a request for which API Gateway has no route.
func (a *app) unrouted(t *testing.T, verb, path string, headers ...string) *Page {
	t.Helper()
	return a.routed(t, verb, path, path, headers...)
}

// routed sends the login function a request that came by another path.
func (a *app) routed(t *testing.T, verb, path, by string, headers ...string) *Page {
	t.Helper()
	event := lambda.APIGatewayProxyRequest{
		Resource: path, Path: path, HTTPMethod: verb, MultiValueHeaders: map[string][]string{},
		RequestContext: lambda.APIGatewayProxyRequestContext{Path: by, HTTPMethod: verb},
	}
	for i := 0; i+1 < len(headers); i += 2 {
		event.MultiValueHeaders[headers[i]] = append(event.MultiValueHeaders[headers[i]], headers[i+1])
	}
	answer, err := a.login(context.Background(), event)
	if err != nil {
		t.Fatal(err)
	}
	return &Page{Status: answer.StatusCode, Header: answer.MultiValueHeaders, Body: answer.Body}
}
