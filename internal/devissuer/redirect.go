package devissuer

import (
	"net/url"
	"slices"
	"strings"
)

// redirects reports whether a client has a redirect URI, compared byte by byte: those of the assembly; for the client
// of a login function the app's origin, a base path and the login's callback; for a client that is not known any of
// this machine (RFC 8252, section 7.3).
func (p *Provider) redirects(c client, uri string) bool {
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

// isOfThisMachine reports whether a URI is on the loopback interface, as a browser reads it too.
func isOfThisMachine(uri string) bool {
	u, err := url.Parse(uri)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Opaque == "" && isLoopback(u.Hostname()) &&
		u.User == nil && u.Fragment == "" && !strings.ContainsAny(uri, "\\#\t\r\n ")
}

// leaves reports whether a browser may be sent to a URI after a logout: to the app, to a client of this machine, or to
// an address of an app client.
func (p *Provider) leaves(s site, uri string) bool {
	return isOfThisMachine(uri) || slices.ContainsFunc(p.issuersOf(s), func(i Issuer) bool {
		return slices.ContainsFunc(i.Apps, func(a App) bool { return slices.Contains(a.LogoutURIs, uri) })
	})
}

// withQuery adds parameters to a URI, in this order: a name, a value and so on. Those without a value are left out.
func withQuery(uri string, pairs ...string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return uri // it was checked
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

// formTarget is the source by which a Content-Security-Policy allows a form to go on to a redirect URI.
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
