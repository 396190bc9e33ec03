package logintest

import (
	"cmp"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Jar keeps cookies as browsers do. Source of its rules: draft-ietf-httpbis-rfc6265bis, sections 5.6 to 5.8. Tabs of
// one browser share a jar. It is safe for concurrent use.
type Jar struct {
	Now func() time.Time // default: time.Now

	mu      sync.Mutex
	cookies []cookie
	made    int
}

type cookie struct {
	http.Cookie
	host     string // of the response, or the Domain
	hostOnly bool
	expires  time.Time // zero: with the browser
	number   int       // by the time of creation
}

// maxCookie is the number of bytes that a cookie's name and value may have together.
const maxCookie = 4096

// Set keeps the cookies of a response of a host, and returns those it refused.
func (j *Jar) Set(from *url.URL, lines []string) (refused []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, line := range lines {
		if !j.set(from, line) {
			refused = append(refused, line)
		}
	}
	return refused
}

func (j *Jar) set(from *url.URL, line string) bool {
	parsed, err := http.ParseSetCookie(line)
	if err != nil || len(parsed.Name)+len(parsed.Value) > maxCookie {
		return false
	}
	c := cookie{Cookie: *parsed, host: from.Hostname(), hostOnly: true}
	secure := from.Scheme == "https" || c.host == "localhost"
	if c.Domain != "" {
		domain := strings.TrimPrefix(c.Domain, ".")
		if !within(c.host, domain) || !strings.Contains(domain, ".") { // not of a public suffix, as far as tests have them
			return false
		}
		c.hostOnly, c.host = domain == c.host && isAddress(domain), domain
	}
	if !strings.HasPrefix(c.Path, "/") {
		c.Path = defaultPath(from.Path)
	}
	if c.Secure && !secure || !c.keepsPromises(parsed) {
		return false
	}
	now := j.now()
	switch {
	case c.MaxAge > 0:
		c.expires = now.Add(time.Duration(c.MaxAge) * time.Second)
	case c.MaxAge == 0 && !c.Expires.IsZero():
		c.expires = c.Expires
	}
	j.replace(c, c.MaxAge < 0 || !c.expires.IsZero() && !c.expires.After(now))
	return true
}

// keepsPromises reports whether the attributes are those that the cookie's name and SameSite=None ask for.
func (c cookie) keepsPromises(parsed *http.Cookie) bool {
	switch {
	case hasPrefixFold(c.Name, "__Secure-") && !c.Secure,
		hasPrefixFold(c.Name, "__Host-") && !(c.Secure && c.hostOnly && parsed.Domain == "" && parsed.Path == "/"),
		c.SameSite == http.SameSiteNoneMode && !c.Secure:
		return false
	}
	return true
}

// replace puts a cookie in the place of the one that it is, or takes that away.
func (j *Jar) replace(c cookie, gone bool) {
	j.made++
	c.number = j.made
	for i, old := range j.cookies {
		if old.Name == c.Name && old.host == c.host && old.hostOnly == c.hostOnly && old.Path == c.Path {
			c.number = old.number
			j.cookies = slices.Delete(j.cookies, i, i+1)
			break
		}
	}
	if !gone {
		j.cookies = append(j.cookies, c)
	}
}

// Header is the Cookie header of a request; "" for none. A request that another site caused has no Strict cookies, and
// Lax ones only if it is a navigation with a safe verb.
func (j *Jar) Header(to *url.URL, sameSite, navigation bool, verb string) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.now()
	host := to.Hostname()
	var found []cookie
	for _, c := range j.cookies {
		switch {
		case !c.expires.IsZero() && !c.expires.After(now),
			c.Secure && to.Scheme != "https" && host != "localhost",
			c.hostOnly && c.host != host,
			!within(host, c.host),
			!pathMatches(to.Path, c.Path):
			continue
		}
		if !sameSite {
			lax := c.SameSite == http.SameSiteLaxMode || c.SameSite == http.SameSiteDefaultMode || c.SameSite == 0
			if c.SameSite == http.SameSiteStrictMode || lax && !(navigation && (verb == "GET" || verb == "HEAD")) {
				continue
			}
		}
		found = append(found, c)
	}
	slices.SortStableFunc(found, func(a, b cookie) int {
		return cmp.Or(len(b.Path)-len(a.Path), a.number-b.number)
	})
	var pairs []string
	for _, c := range found {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return strings.Join(pairs, "; ")
}

// Names are the names of the cookies whose names begin with a prefix.
func (j *Jar) Names(prefix string) (names []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, c := range j.cookies {
		if strings.HasPrefix(c.Name, prefix) && (c.expires.IsZero() || c.expires.After(j.now())) {
			names = append(names, c.Name)
		}
	}
	return names
}

// Copy is a jar with the same cookies, as a thief has or a backup.
func (j *Jar) Copy() *Jar {
	j.mu.Lock()
	defer j.mu.Unlock()
	return &Jar{Now: j.Now, cookies: slices.Clone(j.cookies), made: j.made}
}

func (j *Jar) now() time.Time {
	if j.Now != nil {
		return j.Now()
	}
	return time.Now()
}

// within reports whether a host is a domain or below it.
func within(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain) && !isAddress(host)
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func defaultPath(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

func pathMatches(path, cookie string) bool {
	if path == "" {
		path = "/"
	}
	return path == cookie || strings.HasPrefix(path, cookie) &&
		(strings.HasSuffix(cookie, "/") || path[len(cookie)] == '/')
}
