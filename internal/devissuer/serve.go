package devissuer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// maxAge is how long verifiers may keep what is served. Those of internal/jwt keep keys for a minute at least.
const maxAge = time.Minute

const (
	issuersPath   = "/issuers/"
	discoveryPath = "/.well-known/openid-configuration"
	jwksPath      = "/jwks"
)

// siteName is an issuer's name in paths. It is readable, and the same in every run, so that a process that was told of
// it before the assembly changed still finds it.
func siteName(issuer string) string {
	host := "issuer"
	if u, err := url.Parse(issuer); err == nil && u.Host != "" &&
		strings.Trim(u.Host, "abcdefghijklmnopqrstuvwxyz0123456789-.") == "" {
		host = u.Host
	}
	sum := sha256.Sum256([]byte(issuer))
	return host + "-" + hex.EncodeToString(sum[:4])
}

// site finds an issuer as it is served, by its URL.
func (p *Provider) site(issuer string) (site, bool) {
	for _, s := range p.sites {
		if s.url == issuer && p.base != "" {
			return s, true
		}
	}
	return site{}, false
}

// DiscoveryURL is where an issuer's discovery document is served; "" if it is not.
func (p *Provider) DiscoveryURL(issuer string) string {
	s, ok := p.site(issuer)
	if !ok {
		return ""
	}
	return p.base + issuersPath + s.name + discoveryPath
}

// JWKSURL is where an issuer's keys are served; "" if they are not.
func (p *Provider) JWKSURL(issuer string) string {
	s, ok := p.site(issuer)
	if !ok {
		return ""
	}
	return p.base + issuersPath + s.name + jwksPath
}

// ServeHTTP serves, below the base URL's path, the discovery document, the key set and the introspection and revocation
// endpoints of each issuer, and to those who know the path the secrets of [Provider.SecretsURL].
//
// It answers requests that name this machine as their host and no others, so that no web page can have its own name
// point here and read the answers.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.base == "" {
		http.Error(w, "devissuer: no Options.BaseURL was given, so nothing is served", http.StatusNotFound)
		return
	}
	if !isLoopback(hostname(r.Host)) {
		http.Error(w, "devissuer: this is only served to 127.0.0.1 and localhost", http.StatusMisdirectedRequest)
		return
	}
	mount, _ := url.Parse(p.base) // as New checked
	path := strings.TrimPrefix(r.URL.Path, mount.Path)
	if path == p.secretsPath() || path == p.secretsPath()+"/" {
		p.serveAWS(w, r)
		return
	}
	rest, found := strings.CutPrefix(path, issuersPath)
	name, what, _ := strings.Cut(rest, "/")
	for _, s := range p.sites {
		if !found || s.name != name {
			continue
		}
		switch "/" + what {
		case discoveryPath:
			p.serveJSON(w, r, func() (any, error) { return p.discovery(s), nil })
			return
		case jwksPath:
			p.serveJSON(w, r, func() (any, error) { return p.jwks(s) })
			return
		case introspectionPath:
			p.introspect(w, r, s)
			return
		case revocationPath:
			p.revoke(w, r)
			return
		}
	}
	http.NotFound(w, r)
}

// hostname is a Host header without its port.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

func (p *Provider) serveJSON(w http.ResponseWriter, r *http.Request, document func() (any, error)) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "devissuer: want GET", http.StatusMethodNotAllowed)
		return
	}
	v, err := document()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(maxAge.Seconds())))
	_ = json.NewEncoder(w).Encode(v)
}

// discovery is the document of OpenID Connect Discovery 1.0, section 3, as far as there is something to discover: users
// cannot sign in here, so there is no endpoint for it.
func (p *Provider) discovery(s site) map[string]any {
	all := map[string]any{
		"issuer":                                s.url,
		"jwks_uri":                              p.JWKSURL(s.url),
		"id_token_signing_alg_values_supported": s.algorithms,
		"response_types_supported":              []string{},
		"subject_types_supported":               []string{"public"},
	}
	if slices.ContainsFunc(p.issuers, func(i Issuer) bool { return i.URL == s.url && i.Introspection != nil }) {
		all["introspection_endpoint"], all["revocation_endpoint"] = p.IntrospectionURL(s.url), p.RevocationURL(s.url)
	}
	return all
}

// jwks is the key set: keys of the kinds that the issuer's algorithms take.
func (p *Provider) jwks(s site) (any, error) {
	ring, err := p.keys.current()
	if err != nil {
		return nil, err
	}
	return p.jwksOf(ring, s.algorithms), nil
}

// jwksOf is the key set for some algorithms.
func (p *Provider) jwksOf(ring *keyring, names []string) any {
	keys := []map[string]string{}
	for _, kind := range kinds {
		var used []string
		for _, name := range names {
			if algorithms[name].kind == kind {
				used = append(used, name)
			}
		}
		if len(used) == 0 {
			continue
		}
		bound := "" // RFC 7517, section 4.4: a key that says its algorithm is for no other one
		if len(used) == 1 {
			bound = used[0]
		}
		for _, key := range ring.published(kind, p.now()) {
			keys = append(keys, key.jwk(bound))
		}
	}
	return map[string]any{"keys": keys}
}
