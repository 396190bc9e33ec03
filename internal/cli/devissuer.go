package cli

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// issuerSite serves the development issuer on a port of its own. When the app changes, functions that were started before
// still find their keys.
type issuerSite struct {
	s      *surroundings
	server *http.Server
	url    string

	mu        sync.Mutex
	keys      *devissuer.KeyStore // nil until the first issuer is there
	current   *devissuer.Provider
	providers []*devissuer.Provider // all there were, the newest last
}

func newIssuerSite(s *surroundings) (*issuerSite, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("no port for the development issuer: %w", err)
	}
	i := &issuerSite{s: s, url: "http://" + l.Addr().String()}
	i.server = &http.Server{Handler: i, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = i.server.Serve(l) }() // until it is closed
	return i, nil
}

// provider is that of some issuers; the same one as before if they are the same, so that functions which are told of it
// need not be started again.
func (i *issuerSite) provider(issuers []devissuer.Issuer) (*devissuer.Provider, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.current != nil && reflect.DeepEqual(i.current.Issuers(), issuers) {
		return i.current, nil
	}
	if i.keys == nil { // access keys come from them too, where there is no issuer
		keys, err := openKeys(i.s)
		if err != nil {
			return nil, err
		}
		i.keys = keys
	}
	p, err := devissuer.New(i.keys, issuers, devissuer.Options{BaseURL: i.url, Now: i.s.now})
	if err != nil {
		return nil, err
	}
	i.current = p
	i.providers = append(i.providers, p)
	return p, nil
}

// now is the provider of the issuers as they are.
func (i *issuerSite) now() *devissuer.Provider {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.current
}

// remember keeps the provider for the case that a new assembly cannot be served.
func (i *issuerSite) remember() (restore func()) {
	before := i.now()
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.current = before
	}
}

// ServeHTTP finds the provider that a function was told of. Keys are the same in each, so the current one serves them;
// secrets are at paths that only the provider itself knows.
func (i *issuerSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	p := i.current
	for _, older := range i.providers {
		if u, err := url.Parse(older.SecretsURL()); err == nil && strings.HasPrefix(r.URL.Path, u.Path) {
			p = older
		}
	}
	i.mu.Unlock()
	if p == nil {
		http.NotFound(w, r)
		return
	}
	p.ServeHTTP(w, r)
}

func (i *issuerSite) close() { _ = i.server.Close() }
