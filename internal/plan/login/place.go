package login

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/publicsuffix"
)

// CheckPlace returns what is wrong with the login's own address and with the addresses that it sends browsers to.
func (l *Login) CheckPlace() (errs []error) {
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	if err := checkOrigin(l.Origin); err != nil {
		bad("Origin %w", err)
	}
	if err := checkLiteralPath("Path", l.Home()); err != nil {
		errs = append(errs, err)
	}
	if l.BasePath != "" {
		if err := checkLiteralPath("BasePath", l.BasePath); err != nil {
			errs = append(errs, err)
		}
	}
	if l.AfterLogout != "" && l.AfterLogout != "/" {
		if err := checkLiteralPath("AfterLogout", l.AfterLogout); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// checkOrigin requires the https origin that browsers send, because the session's cookies are Secure and bound to the
// host.
func checkOrigin(origin string) error {
	const like = "https://shop.example.com"
	scheme, host, _ := strings.Cut(origin, "://")
	switch {
	case origin == "":
		return fmt.Errorf("is empty: give the origin that browsers use, like %q: a custom domain of the API, or of "+
			"what is in front of it", like)
	case cdktoken.Unresolved(origin) && (!strings.HasPrefix(origin, httpsScheme) || cdktoken.UnresolvedList(origin)):
		return fmt.Errorf("is a CDK token, and its host goes into the session: write %q and the token of the host "+
			"behind it", httpsScheme)
	case cdktoken.Unresolved(origin):
		return nil
	case origin == "*":
		return fmt.Errorf("%q: want one origin, like %q", origin, like)
	case scheme == "http":
		return fmt.Errorf("%q is not https, and browsers keep no cookie of a session for it: write %q; on this "+
			"machine \"gatehouse dev\" puts its own address there", origin, httpsScheme+host)
	case scheme != "https":
		return fmt.Errorf("%q: want a scheme and a host, like %q", origin, like)
	}
	return httpname.CheckOrigin(origin)
}

// checkLiteralPath requires segments that are no parameters and need no escapes. They become part of routes, of pages,
// and of the callback's URL, which a provider compares letter by letter. It also refuses a whole URL.
func checkLiteralPath(field, path string) error {
	if cdktoken.Unresolved(path) {
		return fmt.Errorf("%s is a CDK token, and it becomes a part of routes and pages: write it out", field)
	}
	rest, rooted := strings.CutPrefix(path, "/")
	for s := range strings.SplitSeq(rest, "/") {
		if !rooted || s == "" || s == "." || s == ".." || strings.ContainsFunc(s, httpname.NeedsEscape) {
			return fmt.Errorf("%s %q: want a path of letters, digits and - . _ ~ without a slash at its end, like %q", field,
				path, "/auth")
		}
	}
	return nil
}

// SameSite reports whether browsers treat two https origins as one site, or may do so: they have the same scheme and
// registrable domain.
// Source: https://html.spec.whatwg.org/multipage/browsers.html#same-site
func SameSite(a, b string) bool {
	if cdktoken.Unresolved(a) || cdktoken.Unresolved(b) {
		return true
	}
	x, err := url.Parse(a)
	y, err2 := url.Parse(b)
	if err != nil || err2 != nil {
		return true // another check reports it
	}
	if x.Scheme != y.Scheme {
		return false
	}
	site := func(host string) string {
		_, notAddress := netip.ParseAddr(host)
		if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil && notAddress != nil {
			return domain
		}
		return host // an address, or a public suffix that is a host itself
	}
	return site(x.Hostname()) == site(y.Hostname())
}
