package jwt

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// check returns everything that is wrong with the options, or nil. The defaults must be filled in.
func (o *Options) check() error {
	var wrong []error
	fail := func(format string, a ...any) {
		wrong = append(wrong, fmt.Errorf("%w: %s", ErrConfig, fmt.Sprintf(format, a...)))
	}
	if len(o.Issuers) == 0 {
		fail("no issuer: give at least one in Options.Issuers")
	}
	seen := make(map[string]bool)
	for i := range o.Issuers {
		issuer := &o.Issuers[i]
		if seen[issuer.URL] {
			fail("issuer %q is given twice: put its audiences and algorithms into one", issuer.URL)
		}
		seen[issuer.URL] = true
		issuer.checkKeyAges(o, func(format string, a ...any) {
			fail("issuer %q: %s", issuer.URL, fmt.Sprintf(format, a...))
		})
		issuer.check(func(format string, a ...any) {
			fail("issuer %q: %s", issuer.URL, fmt.Sprintf(format, a...))
		})
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{
		{"FetchTimeout", o.FetchTimeout}, {"StaleWait", o.StaleWait}, {"Cooldown", o.Cooldown}, {"MinAge", o.MinAge},
		{"Age", o.Age}, {"MaxAge", o.MaxAge}, {"StaleCeiling", o.StaleCeiling}, {"TokenCacheAge", o.TokenCacheAge},
	} {
		if d.value < 0 {
			fail("Options.%s is %v: leave it out for the default", d.name, d.value)
		}
	}
	if o.MinAge > o.MaxAge || o.MaxAge > o.StaleCeiling {
		fail("Options.MinAge, MaxAge and StaleCeiling are %v, %v and %v: each must be at least the one before",
			o.MinAge, o.MaxAge, o.StaleCeiling)
	}
	if o.MaxBody < 0 || o.MaxKeys < 0 || o.TokenCache < 0 || o.TokenCacheBytes < 0 {
		fail("Options.MaxBody, MaxKeys, TokenCache and TokenCacheBytes are %d, %d, %d and %d: none may be negative",
			o.MaxBody, o.MaxKeys, o.TokenCache, o.TokenCacheBytes)
	}
	return errors.Join(wrong...)
}

// check reports what is wrong with the issuer. It is a plain list of checks.
//
//gocyclo:ignore
func (i *Issuer) check(fail func(format string, a ...any)) {
	switch {
	case i.URL == "" || !utf8.ValidString(i.URL):
		fail("the URL is empty or not UTF-8: give the iss claim of its tokens")
	case i.JWKSURL == "" && i.Secret == nil:
		if err := CheckURL(i.URL, i.AllowLoopbackHTTP); err != nil {
			fail("the URL %v, or give JWKSURL so that there is no discovery", err)
		} else if strings.ContainsAny(i.URL, "?#") {
			fail("the URL has a query or a fragment, so there can be no discovery: give JWKSURL")
		}
	}
	if len(i.Audiences) == 0 {
		fail("no audience: without one, the tokens it issues for other services would pass")
	}
	if slices.Contains(i.Audiences, "") {
		fail("an audience is empty: leave it out")
	}
	for _, name := range i.Algorithms {
		switch a := algorithmNamed(name); {
		case a == nil:
			fail("algorithm %q is not one of %s", name, algorithmNames())
		case a.family == oct && i.Secret == nil:
			fail("algorithm %s needs a Secret: a published key must never serve as one", name)
		case a.family != oct && i.Secret != nil:
			fail("algorithm %s takes a published key, and there is a Secret: use HS256, HS384 or HS512", name)
		}
	}
	if i.JWKSURL != "" {
		if i.Secret != nil {
			fail("both JWKSURL and Secret: give the one its tokens are signed with")
		}
		if err := CheckURL(i.JWKSURL, i.AllowLoopbackHTTP); err != nil {
			fail("JWKSURL %q %v", i.JWKSURL, err)
		}
	}
	if i.Type != "" && (mediaType(i.Type) == "" ||
		strings.ContainsFunc(i.Type, func(r rune) bool { return r <= ' ' || r >= 0x7F })) {
		fail(`Type %q is not a media type: give "at+jwt", "JWT" or the like`, i.Type)
	}
	if foldEqual(mediaType(i.Type), answerType) {
		fail("Type %q is that of introspection answers, which are not tokens", i.Type)
	}
	if i.TokenUse != "" && i.TokenUse != tokenUseAccess && i.TokenUse != tokenUseID {
		fail(`TokenUse %q is neither "access" nor "id"`, i.TokenUse)
	}
	if slices.Contains(i.Clients, "") {
		fail("a client is empty: leave it out")
	}
	if i.ClientClaim != "" && len(i.Clients) == 0 {
		fail("ClientClaim %q without Clients: name the clients, or leave it out", i.ClientClaim)
	}
	if i.MaxLifetime < 0 || i.MaxLifetime%time.Second != 0 {
		fail("MaxLifetime %v is not a number of whole seconds above 0: leave it out for no limit", i.MaxLifetime)
	}
	if i.Leeway < 0 || i.Leeway > maxLeeway || i.Leeway%time.Second != 0 {
		fail("Leeway %v is not a number of whole seconds from 0 to %v", i.Leeway, maxLeeway)
	}
}

// checkKeyAges checks how long the issuer's keys may be used, together with the options.
func (i *Issuer) checkKeyAges(o *Options, fail func(format string, a ...any)) {
	if i.MaxKeyAge != 0 && (i.MaxKeyAge < minKeyAge || i.MaxKeyAge%time.Second != 0) {
		fail("MaxKeyAge %v is not a number of whole seconds from %v on", i.MaxKeyAge, minKeyAge)
	}
	if i.StaleCeiling < 0 || i.StaleCeiling > maxStaleCeiling || i.StaleCeiling%time.Second != 0 {
		fail("StaleCeiling %v is not a number of whole seconds up to %v", i.StaleCeiling, maxStaleCeiling)
	}
	if i.MaxKeyAge == 0 && i.StaleCeiling == 0 {
		return // the options are checked elsewhere
	}
	if age, ceiling := i.maxKeyAge(o), i.staleCeiling(o); ceiling < age {
		fail("MaxKeyAge is %v and StaleCeiling %v: keys are used for longer only while there are no newer ones, so give "+
			"a StaleCeiling that is not shorter", age, ceiling)
	}
}

func (i *Issuer) maxKeyAge(o *Options) time.Duration { return cmp.Or(i.MaxKeyAge, o.MaxAge) }

func (i *Issuer) staleCeiling(o *Options) time.Duration {
	return cmp.Or(i.StaleCeiling, o.StaleCeiling)
}

func algorithmNames() string {
	names := make([]string, len(algorithms))
	for i := range algorithms {
		names[i] = algorithms[i].name
	}
	return strings.Join(names, ", ")
}

// CheckURL refuses URLs that keys are not fetched from. A URL must use https, or http on a loopback host if that is
// permitted. The error continues a sentence that names the URL.
func CheckURL(text string, loopbackHTTP bool) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return errors.New("is not an absolute URL: give one that starts with https://")
	case u.User != nil:
		return errors.New("has a user name: leave it out")
	case u.Fragment != "":
		return errors.New("has a fragment: leave it out")
	case u.Scheme == "https":
		return nil
	case u.Scheme != "http":
		return errors.New("is not an https URL")
	case !isLoopback(u.Hostname()):
		return errors.New("is not an https URL: an attacker on the network could replace the keys")
	case !loopbackHTTP:
		return errors.New("is not an https URL: for development, AllowLoopbackHTTP permits this one")
	}
	return nil
}

// isLoopback reports whether a host is this machine.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
