package devissuer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxAge is how long verifiers may cache what is served. Those of internal/jwt cache keys for at least a minute.
const maxAge = time.Minute

const (
	issuersPath   = "/issuers/"
	discoveryPath = "/.well-known/openid-configuration"
	jwksPath      = "/jwks"
)

// siteName returns an issuer's name in paths. It is readable and the same in every run, so that a process that learned
// it before the assembly changed still finds the issuer.
func siteName(issuer string) string {
	host := "issuer"
	if u, err := url.Parse(issuer); err == nil && u.Host != "" &&
		strings.Trim(u.Host, "abcdefghijklmnopqrstuvwxyz0123456789-.") == "" {
		host = u.Host
	}
	sum := sha256.Sum256([]byte(issuer))
	return host + "-" + hex.EncodeToString(sum[:4])
}

// site returns the site of an issuer's URL.
func (p *Provider) site(issuer string) (site, bool) {
	for _, s := range p.sites {
		if s.url == issuer && p.base != "" {
			return s, true
		}
	}
	return site{}, false
}

// DiscoveryURL returns where an issuer's discovery document is served; "" if it is not.
func (p *Provider) DiscoveryURL(issuer string) string { return p.endpoint(issuer, discoveryPath) }

// JWKSURL returns where an issuer's keys are served; "" if they are not.
func (p *Provider) JWKSURL(issuer string) string { return p.endpoint(issuer, jwksPath) }

// ServeHTTP serves, below the base URL's path, the discovery document, the key set, the sign-in page and the other
// endpoints of each issuer. To callers that know the path of [Provider.SecretsURL], it also serves the secrets.
//
// It only answers requests whose host is this machine, so that no web page can resolve its own name to this machine and
// read the answers.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.base == "" {
		http.Error(w, "devissuer: no Options.BaseURL was given, so nothing is served", http.StatusNotFound)
		return
	}
	if !isLoopback(hostname(r.Host)) {
		http.Error(w, "devissuer: this is only served to 127.0.0.1 and localhost", http.StatusMisdirectedRequest)
		return
	}
	mount, _ := url.Parse(p.base) // never an error: New has checked it
	path := strings.TrimPrefix(r.URL.Path, mount.Path)
	if path == p.secretsPath() || path == p.secretsPath()+"/" {
		p.serveAWS(w, r)
		return
	}
	rest, found := strings.CutPrefix(path, issuersPath)
	name, what, _ := strings.Cut(rest, "/")
	for _, s := range p.sites {
		if serve := p.endpoints(s)["/"+what]; found && s.name == name && serve != nil {
			serve(w, r, s)
			return
		}
	}
	http.NotFound(w, r)
}

// endpoints returns the handlers of an issuer's endpoints, by their paths relative to its own.
func (p *Provider) endpoints(s site) map[string]func(w http.ResponseWriter, r *http.Request, s site) {
	out := map[string]func(w http.ResponseWriter, r *http.Request, s site){}
	for path, serve := range map[string]func(w http.ResponseWriter, r *http.Request, s site){
		discoveryPath: func(w http.ResponseWriter, r *http.Request, s site) {
			p.serveJSON(w, r, func() (any, error) { return p.discovery(s), nil })
		},
		jwksPath: func(w http.ResponseWriter, r *http.Request, s site) {
			p.serveJSON(w, r, func() (any, error) { return p.jwks(s) })
		},
		authorizationPath: p.authorize,
		pushedPath:        p.post(p.push),
		tokenPath:         p.post(p.token),
		proofPath:         p.serveProof,
		userinfoPath:      p.userinfo,
		introspectionPath: p.post(p.introspect),
		revocationPath:    p.post(p.revoke),
		logoutPath:        p.logout,
	} {
		if path = s.path(path); path != "" {
			out[path] = serve
		}
	}
	if s.hosted {
		out[hostedLoginPath] = p.authorize
	}
	return out
}

// hostname returns a Host header without its port.
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

// jwks returns the key set: keys of the kinds that the issuer's algorithms use.
func (p *Provider) jwks(s site) (any, error) {
	ring, err := p.keys.current()
	if err != nil {
		return nil, err
	}
	return p.jwksOf(ring, s.algorithms), nil
}

// jwksOf returns the key set for some algorithms.
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
		bound := "" // RFC 7517, section 4.4: a key with an alg is for no other algorithm
		if len(used) == 1 {
			bound = used[0]
		}
		keys = append(keys, ring.keyOf(kind).jwk(bound))
	}
	return map[string]any{"keys": keys}
}
