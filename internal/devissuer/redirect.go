package devissuer

import (
	"net/url"
	"slices"
	"strings"
)

// mayRedirect reports whether a client has a redirect URI, compared byte by byte: one of those in the assembly; for the
// client of a login function, the app's origin with a base path and the login's callback; for an unknown client, any
// URI of this machine (RFC 8252, section 7.3).
func (p *Provider) mayRedirect(c client, uri string) bool {
	switch {
	case slices.Contains(c.RedirectURIs, uri):
		return true
	case c.Callback != "":
		path, ok := strings.CutPrefix(uri, p.appOrigin)
		base, is := strings.CutSuffix(path, c.Callback)
		return p.appOrigin != "" && ok && is && isBasePath(base)
	case c.known && len(c.RedirectURIs) > 0:
		return false
	}
	return isOfThisMachine(uri)
}

// isBasePath reports whether a path is "" or segments of unreserved characters.
func isBasePath(path string) bool {
	if path == "" {
		return true
	}
	segments := strings.Split(path, "/")
	return segments[0] == "" && !slices.ContainsFunc(segments[1:], func(s string) bool {
		return s == "" || s == "." || s == ".." || strings.ContainsFunc(s, func(c rune) bool {
			return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-._~", c))
		})
	})
}

// isOfThisMachine reports whether a URI is on the loopback interface, also as a browser parses it.
func isOfThisMachine(uri string) bool {
	u, err := url.Parse(uri)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Opaque == "" && isLoopback(u.Hostname()) &&
		u.User == nil && u.Fragment == "" && !strings.ContainsAny(uri, "\\#\t\r\n ")
}

// mayLeave reports whether a browser may be redirected to a URI after a logout: to the app, to a client on this
// machine, or to an address of an app client.
func (p *Provider) mayLeave(s site, uri string) bool {
	return isOfThisMachine(uri) || slices.ContainsFunc(p.issuersOf(s), func(i Issuer) bool {
		return slices.ContainsFunc(i.Apps, func(a App) bool { return slices.Contains(a.LogoutURIs, uri) })
	})
}

// withQuery adds parameters to a URI, given as pairs of name and value, in order. It omits those without a value.
func withQuery(uri string, pairs ...string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return uri // unreachable: the URI was checked
	}
	for n := 0; n < len(pairs); n += 2 {
		if pairs[n+1] == "" {
			continue
		}
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += pairs[n] + "=" + url.QueryEscape(pairs[n+1])
	}
	return u.String()
}

// formTarget returns the source with which a Content-Security-Policy allows a form to be redirected to a URI.
func formTarget(uri string) string {
	u, err := url.Parse(uri)
	switch {
	case err != nil:
		return ""
	case u.Host != "" && !strings.ContainsAny(u.Host, " ;,'\""):
		return u.Scheme + "://" + u.Host
	}
	return u.Scheme + ":"
}
