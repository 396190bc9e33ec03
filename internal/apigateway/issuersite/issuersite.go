// Package issuersite serves the development issuer at the address of a local gateway, under a path that no stage can
// have.
//
//	site := issuersite.New(issuersite.Options{URL: "http://127.0.0.1:3000", Keys: openKeys, Now: time.Now})
//	gateway, err := apigateway.New(apigateway.Options{Assembly: "cdk.out", Issuer: site.Provider})
//	if issuersite.Mine(request) {
//		answer = site.Serve(ctx, request)
//	}
//
// Each reading of an assembly makes a new provider. Functions that were started with an earlier one still find their
// keys and secrets: all providers have the same keys, and each secret has a path of its own provider.
package issuersite

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// prefix begins the paths of the issuers and their secrets. No stage can have this name, since names of stages consist
// of letters, digits, hyphens and underscores.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html
const prefix = "/~"

// Options configures a site.
type Options struct {
	URL  string                              // the gateway's URL, such as "http://127.0.0.1:3000"; required
	Keys func() (*devissuer.KeyStore, error) // opens the keys for the first provider; required
	Now  func() time.Time                    // the clock for tokens; default [time.Now]

	// AppOrigin is the origin of an app with a login; see [devissuer.Options]. Default: the origin in the template.
	AppOrigin string

	// TokenLife is how long tokens from the token endpoint are valid; see [devissuer.Options]. Default: one hour.
	TokenLife time.Duration

	// Thumbprint is that of the certificate that clients present; see [devissuer.Options]. Default: none.
	Thumbprint string

	// Personas returns the people to sign in as; see [devissuer.Options]. Default: one who may do everything.
	Personas func(issuer string) []devissuer.Persona
}

// Site serves providers. It is safe for concurrent use.
type Site struct {
	options Options
	host    string

	mu        sync.Mutex
	keys      *devissuer.KeyStore // nil until the first provider is made
	current   *devissuer.Provider
	providers []*devissuer.Provider // all that were made, the newest last
}

// New returns a site without a provider. It panics if the URL is invalid.
func New(o Options) *Site {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" {
		panic("issuersite: Options.URL " + o.URL + ": want one like http://127.0.0.1:3000")
	}
	return &Site{options: o, host: u.Host}
}

// Provider returns the provider for some issuers. If they have not changed it returns the current provider, so that
// functions, which know its URLs, need not be restarted.
func (s *Site) Provider(issuers []devissuer.Issuer) (*devissuer.Provider, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && reflect.DeepEqual(s.current.Issuers(), issuers) {
		return s.current, nil
	}
	if s.keys == nil { // access keys are derived from them too, even without an issuer
		keys, err := s.options.Keys()
		if err != nil {
			return nil, err
		}
		s.keys = keys
	}
	p, err := devissuer.New(s.keys, issuers, devissuer.Options{
		BaseURL: s.options.URL + prefix, AppOrigin: s.options.AppOrigin, Personas: s.options.Personas,
		TokenLife: s.options.TokenLife, Thumbprint: s.options.Thumbprint, Now: s.options.Now,
	})
	if err != nil {
		return nil, err
	}
	s.current = p
	s.providers = append(s.providers, p)
	return p, nil
}

// Current returns the provider of the newest assembly; nil before there is one.
func (s *Site) Current() *devissuer.Provider {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

// Remember returns a function that restores the present provider, in case a new assembly cannot be served.
func (s *Site) Remember() (restore func()) {
	before := s.Current()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.current = before
	}
}

// Mine reports whether the path of a request is one of a provider.
func Mine(r *exchange.Request) bool {
	return strings.HasPrefix(r.RawPath, prefix+"/issuers/") || strings.HasPrefix(r.RawPath, prefix+"/secrets/")
}

// Serve answers a request that is [Mine] and whose host is that of [Options.URL]. Other names of this machine belong to
// the APIs, whose cookies must not reach the issuer. A name of another machine is that of a page that resolves its own
// name to this machine.
func (s *Site) Serve(ctx context.Context, r *exchange.Request) exchange.Answer {
	if !strings.EqualFold(r.Host, s.host) {
		return refusal(http.StatusMisdirectedRequest,
			"the development issuer is at "+s.options.URL+" and answers to no other name")
	}
	p := s.providerFor(r)
	if p == nil {
		return refusal(http.StatusNotFound, "there is no development issuer yet")
	}
	return front.FromHandler(p)(ctx, r)
}

// providerFor returns the provider that a request is for: the one whose secret it asks for, or the current one.
func (s *Site) providerFor(r *exchange.Request) *devissuer.Provider {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.providers {
		if u, err := url.Parse(p.SecretsURL()); err == nil && strings.HasPrefix(r.RawPath, u.Path) {
			return p
		}
	}
	return s.current
}

func refusal(status int, text string) exchange.Answer {
	return exchange.Answer{Status: status, Body: []byte(text + "\n"), Headers: exchange.Headers{
		{Name: "Content-Type", Value: "text/plain; charset=utf-8"},
		{Name: "X-Content-Type-Options", Value: "nosniff"},
	}}
}
