package cors

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The faults that [Config.Validate] finds, for errors.Is.
var (
	// ErrCredentials: credentials go with "*" in a list, which browsers refuse.
	ErrCredentials = errors.New("credentials with a wildcard")
	// ErrOrigin: an origin that no browser sends, or a pattern.
	ErrOrigin = errors.New("not an origin")
	// ErrConfig: anything else.
	ErrConfig = errors.New("bad configuration")
)

// Validate finds what browsers would refuse or never send. Its errors match one of the package's sentinels.
// It looks at literal values: a CDK token is no origin.
func (c Config) Validate() error {
	if err := c.check(); err != nil {
		return fmt.Errorf("cors: %w", err)
	}
	return nil
}

// CheckOrigin tells whether a browser can send this as its Origin: a scheme and a host in small letters, and a port
// unless it is the scheme's own (RFC 6454, section 6.1). "*" passes. The error matches [ErrOrigin].
func CheckOrigin(origin string) error {
	if err := checkOrigin(origin); err != nil {
		return fmt.Errorf("cors: %w", err)
	}
	return nil
}

func (c Config) check() error {
	if len(c.AllowOrigins) == 0 {
		if c.AllowCredentials || c.MaxAge != 0 || len(c.AllowHeaders)+len(c.ExposeHeaders)+len(c.AllowMethods) > 0 {
			return fmt.Errorf("%w: there are settings but no origin: name the origins in AllowOrigins", ErrConfig)
		}
		return nil
	}
	for _, o := range c.AllowOrigins {
		if err := checkOrigin(o); err != nil {
			return err
		}
	}
	if slices.Contains(c.AllowOrigins, "*") && len(c.AllowOrigins) > 1 {
		return fmt.Errorf("%w: AllowOrigins has %q beside %d others: it stands alone", ErrConfig, "*", len(c.AllowOrigins)-1)
	}
	for _, list := range []struct {
		field  string
		values []string
	}{
		{"AllowOrigins", c.AllowOrigins},
		{"AllowHeaders", c.AllowHeaders},
		{"ExposeHeaders", c.ExposeHeaders},
		{"AllowMethods", c.AllowMethods},
	} {
		// With credentials, "*" is refused for origins, and is a plain name in the other lists.
		// Source: https://fetch.spec.whatwg.org/#cors-protocol-and-credentials
		if c.AllowCredentials && slices.Contains(list.values, "*") {
			return fmt.Errorf("%w: AllowCredentials is set and %s has %q, which browsers do not accept together: list the values",
				ErrCredentials, list.field, "*")
		}
		for _, v := range list.values {
			if list.field != "AllowOrigins" && !isToken(v) {
				return fmt.Errorf("%w: %s has %q: want a name without spaces or separators", ErrConfig, list.field, v)
			}
		}
	}
	for _, m := range c.AllowMethods {
		// Methods are compared with regard to case: RFC 9110, section 9.1.
		if up := strings.ToUpper(m); m != up {
			return fmt.Errorf("%w: AllowMethods has %q: methods are written in capitals: %q", ErrConfig, m, up)
		}
	}
	if c.MaxAge < 0 || c.MaxAge%time.Second != 0 {
		return fmt.Errorf("%w: MaxAge is %v: want whole seconds, none of them negative", ErrConfig, c.MaxAge)
	}
	return nil
}

func checkOrigin(origin string) error {
	fail := func(format string, a ...any) error {
		return fmt.Errorf("%w: %q: %s", ErrOrigin, origin, fmt.Sprintf(format, a...))
	}
	if origin == "*" {
		return nil
	}
	if origin == "null" {
		return fail("every sandboxed page and local file sends it, so it lets anyone in: leave it out")
	}
	if strings.Contains(origin, "*") {
		return fail("origins match exactly: list each one")
	}
	scheme, host, ok := strings.Cut(origin, "://")
	if !ok || scheme == "" || host == "" {
		return fail("want a scheme and a host, like %q", "https://shop.example.com")
	}
	if i := strings.IndexAny(host, "/?#"); i >= 0 {
		return fail("an origin ends with the host or the port: write %q", scheme+"://"+host[:i])
	}
	if low := strings.ToLower(origin); low != origin {
		return fail("browsers send origins in small letters: write %q", low)
	}
	u, err := url.Parse(origin)
	foreign := func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-_:[]", r) }
	if err != nil || u.Host != host || u.Hostname() == "" || strings.ContainsFunc(host, foreign) {
		return fail("want a host name in ASCII, without user or list: one origin a string, like %q", "https://shop.example.com")
	}
	if p := u.Port(); scheme == "https" && p == "443" || scheme == "http" && p == "80" {
		return fail("browsers leave the scheme's own port out: write %q", strings.TrimSuffix(origin, ":"+p))
	}
	return nil
}

// isToken tells whether s is a token, as names of headers and methods are: RFC 9110, section 5.6.2.
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
