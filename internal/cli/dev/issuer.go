package dev

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// issuerSite serves the development issuer on a port of its own. When the app changes, functions that were started
// before still find their keys.
type issuerSite struct {
	process *command.Process
	server  *http.Server
	url     string

	mu        sync.Mutex
	keys      *devissuer.KeyStore // nil until the first issuer is there
	current   *devissuer.Provider
	providers []*devissuer.Provider // all there were, the newest last
}

func newIssuerSite(p *command.Process) (*issuerSite, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("no port for the development issuer: %w", err)
	}
	i := &issuerSite{process: p, url: "http://" + l.Addr().String()}
	i.server = &http.Server{Handler: i, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = i.server.Serve(l) }() // until it is closed
	return i, nil
}

// provider returns the provider for some issuers. It is the same one as before if they are the same: functions know its
// URL, and need not be started again.
func (i *issuerSite) provider(issuers []devissuer.Issuer) (*devissuer.Provider, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.current != nil && reflect.DeepEqual(i.current.Issuers(), issuers) {
		return i.current, nil
	}
	if i.keys == nil { // access keys come from them too, where there is no issuer
		keys, err := command.OpenKeys(i.process)
		if err != nil {
			return nil, err
		}
		i.keys = keys
	}
	p, err := devissuer.New(i.keys, issuers, devissuer.Options{BaseURL: i.url, Now: i.process.Now})
	if err != nil {
		return nil, err
	}
	i.current = p
	i.providers = append(i.providers, p)
	return p, nil
}

// now returns the current provider.
func (i *issuerSite) now() *devissuer.Provider {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.current
}

// remember returns how to restore the provider if a new assembly cannot be served.
func (i *issuerSite) remember() (restore func()) {
	before := i.now()
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.current = before
	}
}

// ServeHTTP serves a function from the provider that it was started with. All providers have the same keys, so the
// current one serves them; secrets are at paths of their provider.
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

// has returns an error if no authorizer takes tokens of an issuer for an audience: the examples would have others. Both
// may be "" for any. An issuer without audiences takes all.
func (i *issuerSite) has(issuer, audience, assembly string) error {
	if issuer == "" {
		return nil
	}
	_, err := i.now().Choose(devissuer.TokenRequest{Issuer: issuer, Audience: audience})
	var choice *devissuer.ChoiceError
	if errors.As(err, &choice) && errors.Is(err, devissuer.ErrNoIssuer) {
		return command.ChooseFrom(assembly, choice)
	}
	if audience == "" {
		return nil
	}
	var known []string
	for _, one := range i.now().Issuers() {
		if one.URL != issuer {
			continue
		}
		if len(one.Audiences) == 0 || slices.Contains(one.Audiences, audience) {
			return nil
		}
		known = append(known, one.Audiences...)
	}
	return fmt.Errorf("--audience %s: no authorizer takes it of the issuer %s: want one of %s", audience, issuer,
		strings.Join(known, ", "))
}

func (i *issuerSite) close() { _ = i.server.Close() }
