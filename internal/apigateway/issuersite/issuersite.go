// Package issuersite serves the development issuer at the address of a local gateway, below a path that no stage has.
//
//	site := issuersite.New(issuersite.Options{URL: "http://127.0.0.1:3000", Keys: openKeys, Now: time.Now})
//	gateway, err := apigateway.New(apigateway.Options{Assembly: "cdk.out", Issuer: site.Provider})
//	if issuersite.Mine(request) {
//		answer = site.Serve(ctx, request)
//	}
//
// Each reading of an assembly makes a provider of its own. Functions that were started with an earlier one still find
// their keys and secrets: all providers have the same keys, and a secret is at a path of its provider.
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

// prefix is where the issuers and their secrets are. No stage can have this name: those consist of letters, digits,
// hyphens and underscores.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html
const prefix = "/~"

// Options are what a site takes from outside.
type Options struct {
	URL  string                              // of the gateway, such as "http://127.0.0.1:3000"; required
	Keys func() (*devissuer.KeyStore, error) // opens the keys when the first provider is made; required
	Now  func() time.Time                    // the clock of tokens; default [time.Now]

	// AppOrigin is the origin of an app with a login; see [devissuer.Options]. Default: that of the template.
	AppOrigin string

	// TokenLife is how long tokens of the token endpoint are valid; see [devissuer.Options]. Default: an hour.
	TokenLife time.Duration

	// Personas are those to sign in as; see [devissuer.Options]. Default: one who may do everything.
	Personas func(issuer string) []devissuer.Persona
}

// Site serves providers. It is safe for concurrent use.
type Site struct {
	options Options
	host    string

	mu        sync.Mutex
	keys      *devissuer.KeyStore // nil until the first provider is made
	current   *devissuer.Provider
	providers []*devissuer.Provider // all there were, the newest last
}

// New makes a site without a provider. It panics if the URL is not one.
func New(o Options) *Site {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" {
		panic("issuersite: Options.URL " + o.URL + ": want one like http://127.0.0.1:3000")
	}
	return &Site{options: o, host: u.Host}
}

// Provider returns the provider for some issuers. It is the same one as before if they are the same: functions know its
// URLs, and need not be started again.
func (s *Site) Provider(issuers []devissuer.Issuer) (*devissuer.Provider, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && reflect.DeepEqual(s.current.Issuers(), issuers) {
		return s.current, nil
	}
	if s.keys == nil { // access keys come from them too, where there is no issuer
		keys, err := s.options.Keys()
		if err != nil {
			return nil, err
		}
		s.keys = keys
	}
	p, err := devissuer.New(s.keys, issuers, devissuer.Options{
		BaseURL: s.options.URL + prefix, AppOrigin: s.options.AppOrigin, Personas: s.options.Personas,
		TokenLife: s.options.TokenLife, Now: s.options.Now,
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

// Remember returns how to restore the provider if a new assembly cannot be served.
func (s *Site) Remember() (restore func()) {
	before := s.Current()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.current = before
	}
}

// Mine reports whether a request is for a provider, by its path.
func Mine(r *exchange.Request) bool {
	return strings.HasPrefix(r.RawPath, prefix+"/issuers/") || strings.HasPrefix(r.RawPath, prefix+"/secrets/")
}

// Serve answers a request that is [Mine] and that names the host of [Options.URL]. Other names of this machine are for
// the APIs, whose cookies must not come here, and names of other machines are those of a page that has its own name
// point here.
func (s *Site) Serve(ctx context.Context, r *exchange.Request) exchange.Answer {
	if !strings.EqualFold(r.Host, s.host) {
		return refusal(http.StatusMisdirectedRequest,
			"the development issuer is at "+s.options.URL+" and answers to no other name")
	}
	p := s.of(r)
	if p == nil {
		return refusal(http.StatusNotFound, "there is no development issuer yet")
	}
	return front.FromHandler(p)(ctx, r)
}

// of returns the provider that a request is for: the one whose secrets it names, or the current one.
func (s *Site) of(r *exchange.Request) *devissuer.Provider {
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
