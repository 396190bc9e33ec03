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

	// Hosts are handlers by origin, such as "https://shop.example.test".
	Hosts map[string]http.Handler

	// Transport makes the requests to other origins.
	Transport http.RoundTripper

	Wire *Wire // records cookies, codes and states; may be nil

	// SplitCookies sends each cookie in a separate header, as browsers do with HTTP/2 (RFC 9113, section 8.2.3).
	SplitCookies bool
}

// Tab returns a browser with the same cookies.
func (b *Browser) Tab() *Browser {
	tab := *b
	return &tab
}

// Page is an answer and its address.
type Page struct {
	URL     *url.URL
	Status  int
	Header  http.Header
	Body    string
	Refused []string // Set-Cookie lines that the browser refused, including those of redirects
	Visited []string // the addresses of the redirects and of the page

	browser *Browser
}

// cause is the reason for a request.
type cause struct {
	page       *url.URL // the page that causes it; nil if the user types the address
	navigation bool
	header     http.Header // set by a script
}

// Open opens an address that the user types.
func (b *Browser) Open(t testing.TB, address string) *Page {
	t.Helper()
	return b.follow(t, cause{navigation: true}, "GET", mustParse(t, address), "", "")
}

// Link follows a link to an address on a page of an origin, such as "https://attacker.test".
func (b *Browser) Link(t testing.TB, origin, address string) *Page {
	t.Helper()
	return b.follow(t, cause{page: mustParse(t, origin), navigation: true}, "GET", mustParse(t, address), "", "")
}

// Post submits a form on a page of an origin.
func (b *Browser) Post(t testing.TB, origin, address string, form url.Values) *Page {
	t.Helper()
	return b.follow(t, cause{page: mustParse(t, origin), navigation: true}, "POST", mustParse(t, address),
		"application/x-www-form-urlencoded", form.Encode())
}

// Fetch calls fetch(address, {method, headers, credentials: "include"}) on a page of an origin. headers are pairs of
// name and value. It returns the answer even if a browser would hide it from the page.
func (b *Browser) Fetch(t testing.TB, origin, verb, address string, headers ...string) *Page {
	t.Helper()
	h := http.Header{}
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return b.follow(t, cause{page: mustParse(t, origin), header: h}, verb, mustParse(t, address), "", "")
}

// Link follows a link of the page.
func (p *Page) Link(t testing.TB, address string) *Page {
	t.Helper()
	return p.browser.Link(t, p.URL.String(), p.resolve(t, address).String())
}

// Submit submits the page's form with its hidden values and with these.
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

// Refresh follows the page's meta refresh.
func (p *Page) Refresh(t testing.TB) *Page {
	t.Helper()
	target, ok := refresh(p.Body)
	if !ok {
		t.Fatalf("%s has no meta refresh: %d %s", p.URL, p.Status, p.Body)
	}
	return p.Link(t, target)
}

func (p *Page) resolve(t testing.TB, address string) *url.URL {
	t.Helper()
	u, err := p.URL.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// follow sends a request and follows redirects. SameSite and Sec-Fetch-Site depend on all addresses of the redirects.
// Source: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
func (b *Browser) follow(t testing.TB, c cause, verb string, target *url.URL, mediaType, body string) *Page {
	t.Helper()
	page := &Page{browser: b}
	site := sameOrigin
	if c.page == nil {
		site = byUser
	}
	for range 20 {
		page.Visited = append(page.Visited, target.String())
		site = max(site, relation(c.page, target))
		strict := site != crossSite
		for _, previous := range page.Visited { // matters if the user's request was redirected by another site
			strict = strict && relation(target, mustParse(t, previous)) != crossSite
		}
		r, err := http.NewRequest(verb, target.String(), strings.NewReader(body))
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
		if c.page != nil && (verb != "GET" && verb != "HEAD" || !c.navigation && site != sameOrigin) {
			r.Header.Set("Origin", origin(c.page))
		}
		if mediaType != "" && body != "" {
			r.Header.Set("Content-Type", mediaType)
		}
		if cookies := b.Jar.Header(target, strict, c.navigation, verb); cookies != "" {
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
			b.Wire.values(target.Query())
			b.Wire.answer(answer.Header, nil)
		}
		page.Refused = append(page.Refused, b.Jar.Set(target, answer.Header["Set-Cookie"])...)
		page.URL, page.Status, page.Header, page.Body = target, answer.StatusCode, answer.Header, string(text)
		location := answer.Header.Get("Location")
		if answer.StatusCode/100 != 3 || location == "" {
			return page
		}
		target = page.resolve(t, location)
		if answer.StatusCode == 303 || answer.StatusCode <= 302 && verb == "POST" {
			verb, mediaType, body = "GET", "", ""
		}
	}
	t.Fatalf("too many redirects: %q", page.Visited)
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
