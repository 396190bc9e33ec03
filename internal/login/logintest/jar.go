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

// Jar keeps cookies as browsers do. Tabs of one browser share a jar. It is safe for concurrent use.
// Source: draft-ietf-httpbis-rfc6265bis, sections 5.6 to 5.8
type Jar struct {
	Now func() time.Time // default: time.Now

	mu      sync.Mutex
	cookies []cookie
	made    int
}

type cookie struct {
	http.Cookie
	host     string // the response's host, or Domain
	hostOnly bool
	expires  time.Time // zero if the cookie ends with the browser
	number   int       // in the order of creation
}

// maxCookie is the maximum length of a cookie's name and value together, in bytes.
const maxCookie = 4096

// Set keeps the cookies of a response from an address and returns those that it refuses.
func (j *Jar) Set(address *url.URL, lines []string) (refused []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, line := range lines {
		if !j.set(address, line) {
			refused = append(refused, line)
		}
	}
	return refused
}

func (j *Jar) set(address *url.URL, line string) bool {
	parsed, err := http.ParseSetCookie(line)
	if err != nil || len(parsed.Name)+len(parsed.Value) > maxCookie {
		return false
	}
	c := cookie{Cookie: *parsed, host: address.Hostname(), hostOnly: true}
	secure := address.Scheme == "https" || c.host == "localhost"
	if c.Domain != "" {
		domain := strings.TrimPrefix(c.Domain, ".")
		if !within(c.host, domain) || !strings.Contains(domain, ".") { // the tests use only public suffixes without a dot
			return false
		}
		c.hostOnly, c.host = domain == c.host && isAddress(domain), domain
	}
	if !strings.HasPrefix(c.Path, "/") {
		c.Path = defaultPath(address.Path)
	}
	if c.Secure && !secure || !c.hasValidAttributes(parsed) {
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

// hasValidAttributes reports whether the attributes fulfil the requirements of the name's prefix and of SameSite=None.
func (c cookie) hasValidAttributes(parsed *http.Cookie) bool {
	switch {
	case hasPrefixFold(c.Name, "__Secure-") && !c.Secure,
		hasPrefixFold(c.Name, "__Host-") && !(c.Secure && c.hostOnly && parsed.Domain == "" && parsed.Path == "/"),
		c.SameSite == http.SameSiteNoneMode && !c.Secure:
		return false
	}
	return true
}

// replace replaces the cookie with the same name, host and path, or removes it.
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

// Header returns the Cookie header of a request; "" for no cookies. A request that another site causes has no Strict
// cookies, and has Lax cookies only if it is a navigation with a safe verb.
func (j *Jar) Header(address *url.URL, sameSite, navigation bool, verb string) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.now()
	host := address.Hostname()
	var found []cookie
	for _, c := range j.cookies {
		switch {
		case !c.expires.IsZero() && !c.expires.After(now),
			c.Secure && address.Scheme != "https" && host != "localhost",
			c.hostOnly && c.host != host,
			!within(host, c.host),
			!pathMatches(address.Path, c.Path):
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

// Names returns the names of cookies that begin with a prefix.
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

// Copy returns a jar with the same cookies, such as a thief or a backup has.
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

// within reports whether a host is a domain or a subdomain of it.
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
