// Package devissuer is an OpenID provider for development: it makes tokens of any configured issuer, and serves the
// keys that verify them, in that issuer's name.
//
//	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: devissuer.Folder(cache)})
//	issuers, err := devissuer.FromModel(model)
//	provider, err := devissuer.New(keys, issuers, devissuer.Options{BaseURL: "http://127.0.0.1:4000"})
//	token, err := provider.Mint(devissuer.TokenRequest{Scopes: []string{"orders:read"}})
//
// Its tokens have the iss of the real issuer, so they are worth something only to a verifier that was told to take its
// keys from here. A function that is deployed cannot be told so: it takes keys over https alone.
//
// It signs people in as well: its pages are plain forms on which a persona is chosen, or typed, and clients get tokens
// by the authorization code flow with PKCE, by refresh tokens, and for themselves. It answers questions about tokens,
// revokes them, and has the secrets of clients and the keys of sessions that functions look for.
//
// There are no accounts and passwords, and no sessions: who signs in is asked each time. It never has a real issuer's
// key. Codes and refresh tokens are sealed with its keys, so that they end when the keys are replaced; which of them
// were used is known until the process ends.
package devissuer

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Options are what a [Provider] takes from outside.
type Options struct {
	// BaseURL is where the provider is served, such as "http://127.0.0.1:4000", with the path it is mounted under if
	// there is one. Its host is of the loopback interface. It is needed for all that serves; [Provider.Mint] works
	// without. Default: none.
	BaseURL string

	// AppOrigin is where browsers reach the app with a login, such as "http://localhost:4000": redirect URIs and sessions
	// of login functions are for it. It is another host of this machine than that of BaseURL, so that the two are
	// different sites, as in production. Default: logins keep the origin of the template.
	AppOrigin string

	// Personas are those to sign in as, by the URL of the issuer. It is called for each page. Default, and where it
	// returns none: one with all scopes and groups of the issuer.
	Personas func(issuer string) []Persona

	// TokenLife is how long access tokens of the token endpoint are valid, in whole seconds. Default: as the app client of
	// a user pool says, else [DefaultExpires].
	TokenLife time.Duration

	// Now is the clock. Default: [time.Now].
	Now func() time.Time

	// Random is where tokens' ids and the secrets' path come from. Default: [rand.Reader].
	Random io.Reader
}

// Provider makes tokens of some issuers, serves their keys and signs people in. It does not change, but for its keys,
// which it shares with every other provider over the same folder, and for what was used and revoked, which it shares
// with those over the same [KeyStore]. Any number of goroutines may use it.
type Provider struct {
	keys    *KeyStore
	issuers []Issuer
	sites   []site
	base    string // without a slash at its end; "" if it is not served

	appOrigin string
	ofIssuer  func(issuer string) []Persona
	tokenLife time.Duration
	vault     string // the part of the secrets' path that cannot be guessed
	now       func() time.Time
	random    *lockedReader
}

// New makes a provider of issuers. Several may have the same URL, as two authorizers may take one issuer's tokens in
// different forms.
//
// The error is an [ErrConfig], if an issuer has no URL or an algorithm that does not exist, or if the base URL is not
// one of this machine.
func New(keys *KeyStore, issuers []Issuer, o Options) (*Provider, error) {
	p := &Provider{
		keys: keys, ofIssuer: o.Personas, tokenLife: o.TokenLife, now: o.Now, random: &lockedReader{r: o.Random},
	}
	if p.now == nil {
		p.now = time.Now
	}
	if o.Random == nil {
		p.random.r = rand.Reader
	}
	for _, i := range issuers {
		if err := i.check(); err != nil {
			return nil, err
		}
		p.issuers = append(p.issuers, i.clone())
	}
	p.sites = sitesOf(p.issuers)
	if o.BaseURL != "" {
		if err := checkBase(o.BaseURL); err != nil {
			return nil, err
		}
		p.base = strings.TrimRight(o.BaseURL, "/")
	}
	if o.AppOrigin != "" {
		if u, err := url.Parse(o.AppOrigin); err != nil || checkBase(o.AppOrigin) != nil || u.Path != "" {
			return nil, fmt.Errorf("%w: the app's origin %q: want one like %q", ErrConfig, o.AppOrigin,
				"http://localhost:4000")
		}
		p.appOrigin = o.AppOrigin
	}
	name := make([]byte, 20)
	if _, err := io.ReadFull(p.random, name); err != nil {
		return nil, fmt.Errorf("devissuer: no randomness: %w", err)
	}
	p.vault = base32.StdEncoding.EncodeToString(name)
	return p, nil
}

// Issuers are those that the provider makes tokens of, in the order they were given.
func (p *Provider) Issuers() []Issuer {
	out := make([]Issuer, len(p.issuers))
	for n, i := range p.issuers {
		out[n] = i.clone()
	}
	return out
}

// checkBase refuses a base URL by which the keys could be reached from elsewhere, or not at all.
func checkBase(base string) error {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("%w: the base URL %q: want one like %q", ErrConfig, base, "http://127.0.0.1:4000")
	}
	if !isLoopback(u.Hostname()) {
		return fmt.Errorf(
			"%w: the base URL %q: its host is not this machine: want one like %q",
			ErrConfig,
			base,
			"http://127.0.0.1:4000",
		)
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

// site is an issuer as it is served: its settings may be several, its keys are one set.
type site struct {
	name       string // in the path
	url        string
	hosted     bool // it is a user pool, with the endpoints of one
	algorithms []string
}

func sitesOf(issuers []Issuer) []site {
	var sites []site
	for _, i := range issuers {
		n := slices.IndexFunc(sites, func(s site) bool { return s.url == i.URL })
		if n < 0 {
			n = len(sites)
			sites = append(sites, site{name: siteName(i.URL), url: i.URL, hosted: isUserPool(i.URL)})
		}
		for _, a := range i.algorithms() {
			if !slices.Contains(sites[n].algorithms, a) {
				sites[n].algorithms = append(sites[n].algorithms, a)
			}
		}
	}
	return sites
}
