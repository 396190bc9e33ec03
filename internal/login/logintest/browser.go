package logintest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// Browser sends requests as a browser does. Tabs are browsers that share a Jar.
type Browser struct {
	Jar *Jar

	// Hosts answer for origins, such as "https://shop.example.test", without a connection.
	Hosts map[string]http.Handler

	// Transport reaches all others.
	Transport http.RoundTripper

	Wire *Wire // hears of cookies, codes and states; may be nil

	// SplitCookies sends each cookie in a header of its own, as browsers do by HTTP/2 (RFC 9113, section 8.2.3).
	SplitCookies bool
}

// Tab is a browser with the same cookies.
func (b *Browser) Tab() *Browser {
	tab := *b
	return &tab
}

// Page is an answer, and where the browser is by it.
type Page struct {
	URL     *url.URL
	Status  int
	Header  http.Header
	Body    string
	Refused []string // Set-Cookie lines that the browser did not take, of all answers on the way
	Way     []string // the addresses that led here, this one too

	browser *Browser
}

// cause is what has the browser send a request.
type cause struct {
	by         *url.URL // the page; nil is the user, by the address bar
	navigation bool
	header     http.Header // from a script
}

// Open goes to an address as the user does who types it.
func (b *Browser) Open(t testing.TB, address string) *Page {
	t.Helper()
	return b.follow(t, cause{navigation: true}, "GET", mustParse(t, address), "", "")
}

// Link goes to an address by a link on a page of an origin, such as "https://attacker.test".
func (b *Browser) Link(t testing.TB, from, address string) *Page {
	t.Helper()
	return b.follow(t, cause{by: mustParse(t, from), navigation: true}, "GET", mustParse(t, address), "", "")
}

// Post submits a form on a page of an origin.
func (b *Browser) Post(t testing.TB, from, address string, form url.Values) *Page {
	t.Helper()
	return b.follow(t, cause{by: mustParse(t, from), navigation: true}, "POST", mustParse(t, address),
		"application/x-www-form-urlencoded", form.Encode())
}

// Fetch is fetch(address, {method, headers, credentials: "include"}) of a page of an origin. The answer is there even
// where the browser would hide it from the page. Headers are pairs.
func (b *Browser) Fetch(t testing.TB, from, verb, address string, headers ...string) *Page {
	t.Helper()
	h := http.Header{}
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return b.follow(t, cause{by: mustParse(t, from), header: h}, verb, mustParse(t, address), "", "")
}

// Link goes on by a link of the page.
func (p *Page) Link(t testing.TB, address string) *Page {
	t.Helper()
	return p.browser.Link(t, p.URL.String(), p.resolve(t, address).String())
}

// Submit submits the page's form with these values besides its hidden ones.
func (p *Page) Submit(t testing.TB, values url.Values) *Page {
	t.Helper()
	action, fields, ok := form(p.Body)
	if !ok {
		t.Fatalf("%s has no form: %d %s", p.URL, p.Status, p.Body)
	}
	for name, v := range values {
		fields[name] = v
	}
	return p.browser.Post(t, p.URL.String(), p.resolve(t, action).String(), fields)
}

// Refresh goes where the page's meta refresh leads.
func (p *Page) Refresh(t testing.TB) *Page {
	t.Helper()
	to, ok := refresh(p.Body)
	if !ok {
		t.Fatalf("%s has no meta refresh: %d %s", p.URL, p.Status, p.Body)
	}
	return p.Link(t, to)
}

func (p *Page) resolve(t testing.TB, address string) *url.URL {
	t.Helper()
	u, err := p.URL.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// follow sends a request and follows redirects. SameSite and Sec-Fetch-Site look at all addresses on the way.
// Source: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
func (b *Browser) follow(t testing.TB, c cause, verb string, to *url.URL, mediaType, body string) *Page {
	t.Helper()
	page := &Page{browser: b}
	site := sameOrigin
	if c.by == nil {
		site = byUser
	}
	for range 20 {
		page.Way = append(page.Way, to.String())
		site = max(site, relation(c.by, to))
		strict := site != crossSite
		for _, on := range page.Way { // the user's own request, by way of another site
			strict = strict && relation(to, mustParse(t, on)) != crossSite
		}
		r, err := http.NewRequest(verb, to.String(), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for name, values := range c.header {
			r.Header[name] = values
		}
		r.Header.Set("Sec-Fetch-Site", site.String())
		r.Header.Set("Sec-Fetch-Mode", "cors")
		r.Header.Set("Sec-Fetch-Dest", "empty")
		if c.navigation {
			r.Header.Set("Sec-Fetch-Mode", "navigate")
			r.Header.Set("Sec-Fetch-Dest", "document")
			r.Header.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
		}
		if c.by != nil && (verb != "GET" && verb != "HEAD" || !c.navigation && site != sameOrigin) {
			r.Header.Set("Origin", origin(c.by))
		}
		if mediaType != "" && body != "" {
			r.Header.Set("Content-Type", mediaType)
		}
		if cookies := b.Jar.Header(to, strict, c.navigation, verb); cookies != "" {
			r.Header.Set("Cookie", cookies)
			if b.SplitCookies {
				r.Header["Cookie"] = strings.Split(cookies, "; ")
			}
		}
		answer := b.send(t, r)
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if b.Wire != nil {
			b.Wire.values(to.Query())
			b.Wire.answer(answer.Header, nil)
		}
		page.Refused = append(page.Refused, b.Jar.Set(to, answer.Header["Set-Cookie"])...)
		page.URL, page.Status, page.Header, page.Body = to, answer.StatusCode, answer.Header, string(text)
		location := answer.Header.Get("Location")
		if answer.StatusCode/100 != 3 || location == "" {
			return page
		}
		to = page.resolve(t, location)
		if answer.StatusCode == 303 || answer.StatusCode <= 302 && verb == "POST" {
			verb, mediaType, body = "GET", "", ""
		}
	}
	t.Fatalf("too many redirects: %q", page.Way)
	return nil
}

// send sends one request.
func (b *Browser) send(t testing.TB, r *http.Request) *http.Response {
	t.Helper()
	if host := b.Hosts[origin(r.URL)]; host != nil {
		w := httptest.NewRecorder()
		r.RequestURI = r.URL.RequestURI()
		host.ServeHTTP(w, r)
		return w.Result()
	}
	answer, err := b.Transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func mustParse(t testing.TB, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u
}
