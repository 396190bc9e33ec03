// Package devissuer is an OpenID provider for development: it makes tokens of any configured issuer, and serves the
// keys that verify them, in that issuer's name.
//
//	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: devissuer.Folder(cache)})
//	issuers, err := devissuer.FromModel(model)
//	provider, err := devissuer.New(keys, issuers, devissuer.Options{BaseURL: "http://127.0.0.1:4000"})
//	token, err := provider.Mint(devissuer.TokenRequest{Scopes: []string{"orders:read"}})
//
// Its tokens have the iss of the real issuer. Only a verifier that was told to use the keys from here accepts them. A
// deployed function cannot be told so: it fetches keys only over https.
//
// It also signs people in. Its pages are plain forms on which a persona is chosen or typed. Clients get tokens with the
// authorization code flow and PKCE, with refresh tokens, and for themselves. The provider introspects and revokes
// tokens, and serves the secrets of clients and the keys of sessions that functions look for.
//
// There are no accounts, passwords or sessions: each sign-in asks who signs in. The provider never has a real issuer's
// key. Codes and refresh tokens are sealed with its keys, so they end when the keys are replaced. It remembers which of
// them were used until the process ends.
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

// Options configures a [Provider].
type Options struct {
	// BaseURL is where the provider is served, such as "http://127.0.0.1:4000", including the path it is mounted under.
	// Its host must be on the loopback interface. Everything that serves needs it; [Provider.Mint] does not. Default:
	// none.
	BaseURL string

	// AppOrigin is where browsers reach the app with a login, such as "http://localhost:4000". Redirect URIs and sessions
	// of login functions use it. Its host must be another name of this machine than that of BaseURL, so that the two are
	// different sites, as in production. Default: logins keep the origin in the template.
	AppOrigin string

	// Personas returns the personas of the issuer with a URL. It is called for each page. Default, and if it returns none:
	// one persona with all scopes and groups of the issuer.
	Personas func(issuer string) []Persona

	// TokenLife is how long access tokens of the token endpoint are valid, in whole seconds. Default: the setting of a
	// user pool's app client, else [DefaultExpires].
	TokenLife time.Duration

	// Thumbprint is that of the certificate that clients present (x5t#S256). Tokens of issuers that are CertificateBound
	// are bound to it. Default: they are not bound, and no authorizer accepts them.
	Thumbprint string

	// Now is the clock. Default: [time.Now].
	Now func() time.Time

	// Random is the source of tokens' IDs and of the secrets' path. Default: [rand.Reader].
	Random io.Reader
}

// Provider makes tokens of some issuers, serves their keys and signs people in. It does not change, except for its
// keys, which it shares with every provider over the same folder, and for what was used and revoked, which it shares
// with those over the same [KeyStore]. It is safe for concurrent use.
type Provider struct {
	keys    *KeyStore
	issuers []Issuer
	sites   []site
	base    string // without a slash at the end; "" if the provider is not served

	appOrigin  string
	ofIssuer   func(issuer string) []Persona
	tokenLife  time.Duration
	thumbprint string // of the certificate that clients present
	vault      string // the secret part of the secrets' path
	now        func() time.Time
	random     *lockedReader
}

// New returns a provider of issuers. Several may have the same URL, since two authorizers may accept one issuer's
// tokens in different forms.
//
// The error is an [ErrConfig], if an issuer has no URL or an unknown algorithm, or if the base URL is not on this
// machine.
func New(keys *KeyStore, issuers []Issuer, o Options) (*Provider, error) {
	p := &Provider{
		keys: keys, ofIssuer: o.Personas, tokenLife: o.TokenLife, now: o.Now, random: &lockedReader{r: o.Random},
		thumbprint: o.Thumbprint,
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

// Issuers returns the issuers of which the provider makes tokens, in their original order.
func (p *Provider) Issuers() []Issuer {
	out := make([]Issuer, len(p.issuers))
	for n, i := range p.issuers {
		out[n] = i.clone()
	}
	return out
}

// checkBase rejects a base URL under which the keys could be reached from elsewhere, or not at all.
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

// site is an issuer as it is served. It may have several settings, but has one set of keys.
type site struct {
	name       string // its name in paths
	url        string
	hosted     bool // it is a user pool, with a user pool's endpoints
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
