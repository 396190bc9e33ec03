package oidcclient

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/elapsed"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

const (
	// metadataAge is the age at which the metadata is fetched again. Older metadata is used while the provider does not
	// answer.
	metadataAge = time.Hour

	// metadataPause is the time in which a failed fetch is not repeated.
	metadataPause = 2 * time.Second
)

// Metadata is the provider's description of itself (OpenID Connect Discovery 1.0, section 3; RFC 8414), with the
// verifiers for its keys. It is immutable.
type Metadata struct {
	// Authorization and EndSession are endpoints for browsers. EndSession is "" if the provider has none.
	Authorization, EndSession string

	// NamesItself reports whether authorization responses have an iss (RFC 9207).
	NamesItself bool

	token, jwks        string
	pushed, revocation string // "" if the provider has none

	fetched  time.Time
	idTokens *jwt.Verifier
	access   *jwt.Verifier // nil if access tokens cannot be verified, or are not stored
}

// start begins to fetch the provider's keys without waiting for them.
func (m *Metadata) start(ctx context.Context) {
	m.idTokens.Start(ctx)
	if m.access != nil {
		m.access.Start(ctx)
	}
}

// Metadata returns the provider's metadata: the cached one, or the result of a fetch.
func (c *Client) Metadata(ctx context.Context) (*Metadata, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if c.known != nil && elapsed.Within(now, c.known.fetched, metadataAge) {
		return c.known, nil
	}
	if c.lastError == nil || !elapsed.Within(now, c.tried, metadataPause) {
		c.tried = now
		var found *Metadata
		if found, c.lastError = c.discover(ctx); c.lastError == nil {
			c.known = found
		}
	}
	if c.known != nil {
		return c.known, nil
	}
	return nil, fmt.Errorf("the provider's metadata: %w", c.lastError)
}

// discover fetches the metadata.
func (c *Client) discover(ctx context.Context) (*Metadata, error) {
	url := c.config.DiscoveryURL
	if url == "" {
		url = strings.TrimSuffix(c.config.Issuer.URL, "/") + "/.well-known/openid-configuration"
	}
	v, err := c.get(ctx, url)
	if err != nil {
		return nil, err
	}
	m, err := c.read(v)
	if err != nil {
		return nil, err
	}
	if m.idTokens, m.access, err = c.verifiers(m.jwks); err != nil {
		return nil, err
	}
	if old := c.known; old != nil && old.jwks == m.jwks {
		m.idTokens, m.access = old.idTokens, old.access // with the keys that they have fetched
	}
	return m, nil
}

// read reads the metadata's document. The issuer must be the configured one (OpenID Connect Discovery 1.0, section
// 4.3). Another issuer's document would send users, codes and the client's secret elsewhere.
func (c *Client) read(v strictjson.Value) (*Metadata, error) {
	if !v.Get("issuer").Is(c.config.Issuer.URL) {
		return nil, fmt.Errorf("the document's issuer is not %q", c.config.Issuer.URL)
	}
	m := &Metadata{fetched: c.now()}
	for _, e := range []struct {
		name     string
		to       *string
		required bool
	}{
		{"authorization_endpoint", &m.Authorization, true},
		{"token_endpoint", &m.token, true},
		{"jwks_uri", &m.jwks, c.config.Issuer.JWKSURL == ""},
		{"pushed_authorization_request_endpoint", &m.pushed, false},
		{"revocation_endpoint", &m.revocation, false},
		{"end_session_endpoint", &m.EndSession, false},
	} {
		member := v.Get(e.name)
		if !member.Exists() && !e.required {
			continue
		}
		text, ok := member.Text()
		if !ok {
			return nil, fmt.Errorf("the document's %s is %v instead of a URL", e.name, member.Kind())
		}
		if err := jwt.CheckURL(text, c.config.Issuer.AllowLoopbackHTTP); err != nil {
			return nil, fmt.Errorf("the document's %s %w", e.name, err)
		}
		*e.to = text
	}
	if c.config.Issuer.JWKSURL != "" {
		m.jwks = c.config.Issuer.JWKSURL
	}
	if methods, ok := v.Get("code_challenge_methods_supported").Texts(); ok && !slices.Contains(methods, "S256") {
		return nil, errors.New("the document's code_challenge_methods_supported lack S256 (RFC 7636): the login needs it")
	}
	m.NamesItself, _ = v.Get("authorization_response_iss_parameter_supported").Bool()
	return m, nil
}
