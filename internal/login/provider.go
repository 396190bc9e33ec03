package login

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

const (
	// metadataAge is after how long the metadata is fetched again. Metadata that is older serves on while the provider
	// does not answer.
	metadataAge = time.Hour

	// metadataPause is how long a fetch that failed is not repeated.
	metadataPause = 2 * time.Second
)

// provider is the OpenID provider, and the client that the login is to it. Any number of goroutines may use it.
type provider struct {
	config       *Config
	client       *clientauth.Client
	transport    http.RoundTripper
	now          func() time.Time
	guard        func(jwksURL string) (*jwt.Verifier, error) // nil if the login cannot check access tokens
	loopbackHTTP bool

	mu        sync.Mutex // held while fetching, so that one fetch serves all
	known     *metadata
	tried     time.Time // when the last fetch began
	lastError error     // of the last fetch
}

// newProvider makes the provider's client. What is wrong with its settings is found now and not at the first login.
func newProvider(config *Config, vault secretsmanager.Client, o Options, loopbackHTTP bool) (*provider, error) {
	p := &provider{config: config, transport: o.Transport, now: vault.Now, loopbackHTTP: loopbackHTTP}
	credential := vault.Field(config.SecretARN, config.SecretField)
	if config.UserPoolID != "" {
		pool := userPool{id: config.UserPoolID, clientID: config.ClientID, vault: vault}
		if err := pool.check(loopbackHTTP); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrConfig, err)
		}
		credential = pool.secret
	}
	options := clientauth.Options{
		ClientID: config.ClientID,
		Method:   clientauth.Method(config.ClientAuth),
		Credential: func(ctx context.Context) ([]byte, error) {
			ctx, cancel := context.WithTimeout(ctx, callTimeout)
			defer cancel()
			return credential(ctx)
		},
		Algorithm: config.Algorithm,
		KeyID:     config.KeyID,
		Audience:  config.Audience,
		Now:       vault.Now,
		Random:    o.Random,
	}
	if options.Method == clientauth.PrivateKey && options.Audience == "" {
		options.Audience = config.Issuer.URL
	}
	var err error
	if p.client, err = clientauth.New(options); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if config.Claims == nil && checksAccessTokens(config.Issuer) {
		p.guard = func(jwksURL string) (*jwt.Verifier, error) {
			secret := vault.Field(config.Issuer.SecretARN, config.Issuer.SecretField)
			issuer := guardsIssuer(config.Issuer, jwksURL, secret, loopbackHTTP)
			return jwt.New(jwt.Options{Issuers: []jwt.Issuer{issuer}, Now: vault.Now, Transport: o.Transport})
		}
	}
	const placeholder = "https://keys.invalid/" // nothing is fetched from it
	_, err = p.idTokenVerifier(placeholder)
	if err == nil && p.guard != nil {
		_, err = p.guard(placeholder)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return p, nil
}

// metadata is what the provider says of itself (OpenID Connect Discovery 1.0, section 3; RFC 8414), with the verifiers
// of its keys. It does not change.
type metadata struct {
	authorization, token, jwks     string
	pushed, revocation, endSession string // "" where the provider has none
	namesItself                    bool   // in authorization responses (RFC 9207)

	fetched    time.Time
	idTokens   *jwt.Verifier
	guardsView *jwt.Verifier // nil if the login cannot check access tokens
}

// start begins to fetch the provider's keys, and does not wait for them.
func (m *metadata) start(ctx context.Context) {
	m.idTokens.Start(ctx)
	if m.guardsView != nil {
		m.guardsView.Start(ctx)
	}
}

// metadata returns the provider's metadata: that at hand, or what a fetch gives.
func (p *provider) metadata(ctx context.Context) (*metadata, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.known != nil && within(now, p.known.fetched, metadataAge) {
		return p.known, nil
	}
	if p.lastError == nil || !within(now, p.tried, metadataPause) {
		p.tried = now
		var found *metadata
		if found, p.lastError = p.discover(ctx); p.lastError == nil {
			p.known = found
		}
	}
	if p.known != nil {
		return p.known, nil
	}
	return nil, fmt.Errorf("the provider's metadata: %w", p.lastError)
}

// discover fetches the metadata.
func (p *provider) discover(ctx context.Context) (*metadata, error) {
	url := p.config.DiscoveryURL
	if url == "" {
		url = strings.TrimSuffix(p.config.Issuer.URL, "/") + "/.well-known/openid-configuration"
	}
	v, err := p.get(ctx, url)
	if err != nil {
		return nil, err
	}
	m, err := p.read(v)
	if err != nil {
		return nil, err
	}
	if m.idTokens, err = p.idTokenVerifier(m.jwks); err != nil {
		return nil, err
	}
	if p.guard != nil {
		if m.guardsView, err = p.guard(m.jwks); err != nil {
			return nil, err
		}
	}
	if old := p.known; old != nil && old.jwks == m.jwks {
		m.idTokens, m.guardsView = old.idTokens, old.guardsView // with the keys that they have
	}
	return m, nil
}

// read reads the metadata's document. The issuer must be the configured one (OpenID Connect Discovery 1.0, section
// 4.3): another's document would send users, codes and the client's secret elsewhere.
func (p *provider) read(v strictjson.Value) (*metadata, error) {
	if !v.Get("issuer").Is(p.config.Issuer.URL) {
		return nil, fmt.Errorf("the document's issuer is not %q", p.config.Issuer.URL)
	}
	m := &metadata{fetched: p.now()}
	for _, e := range []struct {
		name     string
		to       *string
		required bool
	}{
		{"authorization_endpoint", &m.authorization, true},
		{"token_endpoint", &m.token, true},
		{"jwks_uri", &m.jwks, p.config.Issuer.JWKSURL == ""},
		{"pushed_authorization_request_endpoint", &m.pushed, false},
		{"revocation_endpoint", &m.revocation, false},
		{"end_session_endpoint", &m.endSession, false},
	} {
		member := v.Get(e.name)
		if !member.Exists() && !e.required {
			continue
		}
		text, ok := member.Text()
		if !ok {
			return nil, fmt.Errorf("the document's %s is %v instead of a URL", e.name, member.Kind())
		}
		if err := jwt.CheckURL(text, p.loopbackHTTP); err != nil {
			return nil, fmt.Errorf("the document's %s %w", e.name, err)
		}
		*e.to = text
	}
	if p.config.Issuer.JWKSURL != "" {
		m.jwks = p.config.Issuer.JWKSURL
	}
	if methods, ok := v.Get("code_challenge_methods_supported").Texts(); ok && !slices.Contains(methods, "S256") {
		return nil, errors.New("the document's code_challenge_methods_supported lack S256 (RFC 7636): the login needs it")
	}
	m.namesItself, _ = v.Get("authorization_response_iss_parameter_supported").Bool()
	return m, nil
}

// within reports whether less than d has gone by since a time. The clock may have been set back since.
func within(now, since time.Time, d time.Duration) bool {
	passed := now.Sub(since)
	return passed >= 0 && passed < d
}
