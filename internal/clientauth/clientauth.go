package clientauth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/elapsed"
)

const (
	credentialAge = 10 * time.Minute // a credential is fetched again after this time
	rotationWait  = 30 * time.Second // the time between two fetches that refusals of an endpoint cause
)

// Credential is a fetched secret or key. It is immutable.
type Credential struct {
	text    []byte
	signer  *signer // only for [PrivateKey]
	fetched time.Time
}

// Client fetches its credential and authenticates requests with it. It is safe for concurrent use.
type Client struct {
	options Options

	mu      sync.Mutex // held while fetching, so that one fetch serves all callers
	at      *Credential
	rotated time.Time // when a refusal by an endpoint last caused a fetch
}

// New returns a client. It fetches nothing yet. The error lists everything that is wrong with the options.
func New(o Options) (*Client, error) {
	o = o.withDefaults()
	if err := o.Check(); err != nil {
		return nil, err
	}
	return &Client{options: o}, nil
}

// Current returns the credential. An old one is used until there is a newer one.
func (c *Client) Current(ctx context.Context) (*Credential, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at != nil && elapsed.Within(c.options.Now(), c.at.fetched, credentialAge) {
		return c.at, nil
	}
	err := c.fetch(ctx)
	if c.at != nil {
		return c.at, nil
	}
	return nil, err
}

// Newer returns the replacement of a credential that an endpoint refused, or nil without one.
func (c *Client) Newer(ctx context.Context, than *Credential) *Credential {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.options.Now(); c.at == than && !elapsed.Within(now, c.rotated, rotationWait) {
		c.rotated = now
		_ = c.fetch(ctx) // the caller reports the refusal
	}
	if bytes.Equal(c.at.text, than.text) {
		return nil
	}
	return c.at
}

func (c *Client) fetch(ctx context.Context) error {
	text, err := c.options.Credential(ctx)
	if err != nil {
		return fmt.Errorf("the client's credential: %w", err)
	}
	fresh := &Credential{text: bytes.Clone(text), fetched: c.options.Now()}
	if c.options.Method == PrivateKey {
		if fresh.signer, err = newSigner(c.options.Algorithm, text); err != nil {
			return fmt.Errorf("the client's private key: %w", err)
		}
	} else if !isVSCHAR(string(text)) {
		return errors.New("the client's secret is empty or has characters that no client secret has (RFC 6749, appendix " +
			"A.2), such as a line break at its end")
	}
	c.at = fresh
	return nil
}

// Authenticate adds the client's authentication to a request's form or header.
func (c *Client) Authenticate(by *Credential, form url.Values, header http.Header) error {
	switch c.options.Method {
	case Post: // RFC 6749, section 2.3.1
		form.Set("client_id", c.options.ClientID)
		form.Set("client_secret", string(by.text))
	case PrivateKey: // RFC 7523, section 2.2
		assertion, err := c.assertion(by.signer)
		if err != nil {
			return err
		}
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", assertion)
	default: // both are form-encoded first, unlike in plain HTTP Basic: RFC 6749, section 2.3.1
		r := http.Request{Header: header}
		r.SetBasicAuth(url.QueryEscape(c.options.ClientID), url.QueryEscape(string(by.text)))
	}
	return nil
}
