package logintest

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// testCookies sends cookies that are not the browser's own session.
func testCookies(t *testing.T, p *peer) {
	a := newApp(t, p.Provider)
	a.loggedIn(t, a.Browser, "ada")
	good := a.session(a.Browser)[0]
	eve := a.newBrowser(p.Provider)
	a.loggedIn(t, eve, "eve")
	eves := a.session(eve)[0]
	pending := a.newBrowser(p.Provider)
	own := a.returned(t, p.Provider, pending, "ada")
	attempt := pending.Jar.Header(mustParse(t, shop), true, true, "GET")
	attemptName, attemptValue, _ := strings.Cut(attempt, "=")

	t.Run("tossed by a sibling host", func(t *testing.T) {
		tab := a.Tab()
		tab.Jar = a.Jar.Copy()
		refused := tab.Jar.Set(mustParse(t, sibling), []string{
			"__Host-session=" + eves + "; Domain=example.test; Path=/; Secure",
			"__Host-session=" + eves + "; Domain=example.test; Path=/orders; Secure",
			"__host-SESSION=" + eves + "; Domain=example.test; Path=/; Secure",
			"__Host-session-2=" + eves + "; Domain=example.test; Path=/; Secure",
			"session=" + eves + "; Domain=example.test; Path=/; Secure",
			"Host-session=" + eves + "; Domain=example.test; Path=/orders; Secure",
			"__Secure-session=" + eves + "; Domain=example.test; Path=/orders; Secure",
			"session=" + eves + "; Domain=.example.test; Path=/orders",
		})
		if len(refused) != 4 {
			t.Errorf("the browser refuses %d cookies, want the four named __Host-", len(refused))
		}
		a.wantSession(t, tab, "ada")
	})

	// A browser that does not know cookie prefixes, or confuses names, would send these.
	for name, c := range map[string]struct {
		cookies []string // a Cookie header each
		who     string   // "" is a refusal
	}{
		"only the session":              {[]string{"__Host-session=" + good}, "ada"},
		"another one behind it":         {[]string{"__Host-session=" + good + "; __Host-session=" + eves}, ""},
		"another one before it":         {[]string{"__Host-session=" + eves + "; __Host-session=" + good}, ""},
		"the same twice":                {[]string{"__Host-session=" + good + "; __Host-session=" + good}, ""},
		"an empty one before it":        {[]string{"__Host-session=; __Host-session=" + good}, ""},
		"one without a value before it": {[]string{"__Host-session; __Host-session=" + good}, ""},
		"in two headers":                {[]string{"__Host-session=" + good, "__Host-session=" + eves}, ""},
		"twice in two headers":          {[]string{"__Host-session=" + good, "__Host-session=" + good}, ""},
		"a name without the prefix":     {[]string{"session=" + eves + "; __Host-session=" + good}, "ada"},
		"only without the prefix":       {[]string{"session=" + good}, ""},
		"a name in small letters":       {[]string{"__host-session=" + eves + "; __Host-session=" + good}, "ada"},
		"only in capitals":              {[]string{"__HOST-SESSION=" + good}, ""},
		"a name behind Unicode spaces":  {[]string{"\u2000__Host-session=" + eves + "; __Host-session=" + good}, "ada"},
		"a name behind a vertical tab":  {[]string{"\v__Host-session=" + eves + "; __Host-session=" + good}, "ada"},
		"no name, the pair as value":    {[]string{"=__Host-session=" + eves + "; __Host-session=" + good}, "ada"},
		"cookies of RFC 2965":           {[]string{`$Version=1; __Host-session=` + good + `; $Path=/`}, "ada"},
		"a comma instead of a semicolon": {
			[]string{"a=b, __Host-session=" + eves + "; __Host-session=" + good},
			"ada",
		},
		"quotes around others":    {[]string{`a="x; __Host-session=` + eves + `; b="; __Host-session=` + good}, ""},
		"quotes around it":        {[]string{`__Host-session="` + good + `"`}, ""},
		"escaped":                 {[]string{"__Host-session=" + strings.ReplaceAll(url.QueryEscape(good), "A", "%41")}, ""},
		"padded":                  {[]string{"__Host-session=" + good + "="}, ""},
		"a letter less":           {[]string{"__Host-session=" + good[:len(good)-1]}, ""},
		"a letter more":           {[]string{"__Host-session=" + good + "A"}, ""},
		"with a second part":      {[]string{"__Host-session=" + good + "; __Host-session-2=" + good}, ""},
		"with an empty second":    {[]string{"__Host-session=" + good + "; __Host-session-2="}, ""},
		"only the second part":    {[]string{"__Host-session-2=" + good}, ""},
		"empty":                   {[]string{"__Host-session="}, ""},
		"of 9,000 letters":        {[]string{"__Host-session=" + strings.Repeat("A", 9000)}, ""},
		"a start of it":           {[]string{"__Host-session=" + good[:30]}, ""},
		"another version":         {[]string{"__Host-session=" + flipped(good, 0)}, ""},
		"another key":             {[]string{"__Host-session=" + flipped(good, 2)}, ""},
		"another salt":            {[]string{"__Host-session=" + flipped(good, 9)}, ""},
		"another text":            {[]string{"__Host-session=" + flipped(good, 40)}, ""},
		"another tag":             {[]string{"__Host-session=" + flipped(good, -1)}, ""},
		"halves of two sessions":  {[]string{"__Host-session=" + good[:200] + eves[200:]}, ""},
		"an attempt as a session": {[]string{"__Host-session=" + attemptValue}, ""},
		"a JWT as a session":      {[]string{"__Host-session=eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ."}, ""},
		"with 200 other cookies": {
			[]string{strings.Repeat("a=b; ", 200) + "__Host-session=" + good + strings.Repeat("; c=d", 200)},
			"ada",
		},
	} {
		t.Run(name, func(t *testing.T) {
			headers := []string{"Sec-Fetch-Site", "same-origin"}
			for _, cookie := range c.cookies {
				headers = append(headers, "Cookie", cookie)
			}
			status, part := 401, `"message":`
			if c.who != "" {
				status, part = 200, `"principal":"`+c.who+`"`
			}
			a.want(t, a.raw(t, "GET", "/orders", headers...), status, part)
			a.want(t, a.raw(t, "GET", "/auth/session", headers...), status, strings.Replace(part, "principal", "subject", 1))
			a.want(t, a.raw(t, "POST", "/auth/refresh", headers...), status, "")
		})
	}

	t.Run("one header a cookie", func(t *testing.T) {
		// API Gateway passes on several headers like this from HTTP/2. A guard with a cache refuses them, as it does not know
		// by which of them API Gateway would cache its answer. The login's answers are not cached.
		headers := []string{"Sec-Fetch-Site", "same-origin", "Cookie", "theme=dark", "Cookie", "__Host-session=" + good}
		a.want(t, a.raw(t, "GET", "/orders", headers...), 401, "")
		a.want(t, a.raw(t, "GET", "/auth/session", headers...), 200, "ada")
		a.want(t, a.raw(t, "POST", "/auth/refresh", headers...), 200, "")

		b := newApp(t, p.Provider, func(s *setup) { s.guard.PerRequest = true })
		b.SplitCookies = true
		b.Jar.Set(mustParse(t, shop), []string{"theme=dark; Path=/; Secure", "lang=en; Path=/; Secure"})
		b.loggedIn(t, b.Browser, "large") // with two cookies
		b.begin(t, b.Browser, "/orders")
		b.wantSession(t, b.Browser, "large")
		b.refresh(t, b.Browser, 200)
		b.loggedIn(t, b.newBrowser(p.Provider), "ada")
		b.want(t, b.Fetch(t, shop, "POST", shop+"/auth/logout"), 200, "location")
		if got := len(b.Jar.Names("__Host-session")); got != 0 {
			t.Errorf("%d cookies are left", got)
		}
	})
	t.Run("a session as an attempt", func(t *testing.T) {
		p.Requests()
		for _, value := range []string{good, flipped(attemptValue, -1), attemptValue[:40], ""} {
			a.refused(t, a.raw(t, "GET", own.RequestURI(), "Cookie", attemptName+"="+value), 400)
		}
		a.refused(t, a.raw(t, "GET", own.RequestURI(), "Cookie", attempt+"; "+attempt), 400)
		a.refused(t, a.raw(t, "GET", own.RequestURI(), "Cookie", attempt, "Cookie", attempt), 400)
		a.refused(t, a.raw(t, "GET", own.RequestURI(), "Cookie", "__Host-login-0123456789abcdef="+attemptValue), 400)
		if got := p.Requests(); len(Grants(got, "authorization_code")) != 0 {
			t.Errorf("a code is sent: %v", got)
		}
	})
	t.Run("headers of more than API Gateway takes", func(t *testing.T) {
		// A sibling host can lock a browser out like this, and nothing at this host can prevent it.
		cookie := "__Host-session=" + good + "; tossed=" + strings.Repeat("A", 10240)
		for _, path := range []string{"/orders", "/auth/session"} {
			a.want(t, a.raw(t, "GET", path, "Cookie", cookie, "Sec-Fetch-Site", "same-origin"), 431, "")
		}
	})

	for name, change := range map[string]func(*setup){
		"another host": func(s *setup) {
			s.config.Origin, s.guard.Session.Host = "https://other.example.test", "other.example.test"
		},
		"another port": func(s *setup) {
			s.config.Origin, s.guard.Session.Host = shop+":8443", "shop.example.test:8443"
		},
		"another API with its own keys": func(s *setup) { s.vault.set(keysARN, strings.Repeat("other keys ", 4)) },
		"another name": func(s *setup) {
			s.config.Cookie, s.guard.Session.Cookie = "__Host-other", "__Host-other"
		},
	} {
		t.Run("of "+name, func(t *testing.T) {
			b := newApp(t, p.Provider, change)
			cookie := "__Host-session=" + good
			if name == "another name" {
				cookie = "__Host-other=" + good
			}
			for _, path := range []string{"/orders", "/auth/session"} {
				b.want(t, b.raw(t, "GET", path, "Cookie", cookie, "Sec-Fetch-Site", "same-origin"), 401, "")
			}
			b.want(t, b.raw(t, "POST", "/auth/refresh", "Cookie", cookie, "Sec-Fetch-Site", "same-origin"), 401, "")
		})
	}
	a.wantSession(t, a.Browser, "ada")
}

// testLargeSessions logs in with tokens that need two cookies, and with one that is too large for both.
func testLargeSessions(t *testing.T, p *peer) {
	a := newApp(t, p.Provider)
	a.loggedIn(t, a.Browser, "large")
	large := a.session(a.Browser)
	if len(large) != 2 {
		t.Fatalf("%d cookies", len(large))
	}
	a.wantSession(t, a.Browser, "large")
	again := a.newBrowser(p.Provider)
	a.loggedIn(t, again, "large")
	mixed := "__Host-session=" + large[0] + "; __Host-session-2=" + a.session(again)[1]
	for _, cookie := range []string{mixed, "__Host-session=" + large[0], "__Host-session-2=" + large[1],
		"__Host-session=" + large[1] + "; __Host-session-2=" + large[0]} {
		a.want(t, a.raw(t, "GET", "/orders", "Cookie", cookie, "Sec-Fetch-Site", "same-origin"), 401, "")
	}
	swapped := "__Host-session-2=" + large[1] + "; __Host-session=" + large[0] // browsers choose the order
	a.want(t, a.raw(t, "GET", "/orders", "Cookie", swapped, "Sec-Fetch-Site", "same-origin"), 200, "large")

	a.want(t, a.Fetch(t, shop, "POST", shop+"/auth/logout"), 200, "")
	a.wantNoSession(t, a.Browser)

	// A smaller session replaces a large one.
	p.Forget(t)
	a.loggedIn(t, again, "ada")
	if got := again.Jar.Names("__Host-session"); !slices.Equal(got, []string{"__Host-session"}) {
		t.Errorf("the cookies are %q", got)
	}
	a.wantSession(t, again, "ada")

	p.Forget(t)
	page := a.signIn(t, again, "huge", "/orders")
	if page.Status/100 != 5 {
		t.Fatalf("a session of more than two cookies: %d", page.Status)
	}
	a.refused(t, page, page.Status)
	if log := a.log.String(); !strings.Contains(log, "too_large") ||
		!strings.Contains(log, "ask the provider for smaller tokens") {
		t.Errorf("the log does not name the way out: %s", log)
	}
}

// flipped returns a base64url text with one byte changed. A negative position counts from the end.
func flipped(text string, at int) string {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		panic(err)
	}
	if at < 0 {
		at += len(b)
	}
	b[at] ^= 1
	return base64.RawURLEncoding.EncodeToString(b)
}
