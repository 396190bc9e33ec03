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
)

const (
	credentialAge = 10 * time.Minute // after which a credential is fetched again
	rotationWait  = 30 * time.Second // between two fetches because the endpoint does not take a credential
)

// Credential is a secret or a key as it was fetched. It does not change.
type Credential struct {
	text    []byte
	signer  *signer // for [PrivateKey]
	fetched time.Time
}

// Client fetches its credential and authenticates requests with it. Any number of goroutines may use it.
type Client struct {
	options Options

	mu      sync.Mutex // held while fetching, so that one fetch serves all
	at      *Credential
	rotated time.Time // when an endpoint's refusal made it be fetched
}

// New makes a client. Nothing is fetched yet. The error reports everything that is wrong with the options.
func New(o Options) (*Client, error) {
	o = o.withDefaults()
	if err := o.Check(); err != nil {
		return nil, err
	}
	return &Client{options: o}, nil
}

// Current returns the credential. One that is old serves on while there is no newer one.
func (c *Client) Current(ctx context.Context) (*Credential, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at != nil && within(c.options.Now(), c.at.fetched, credentialAge) {
		return c.at, nil
	}
	err := c.fetch(ctx)
	if c.at != nil {
		return c.at, nil
	}
	return nil, err
}

// Newer returns the credential in the place of one that an endpoint refused, or nil if there is no other.
func (c *Client) Newer(ctx context.Context, than *Credential) *Credential {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.options.Now(); c.at == than && !within(now, c.rotated, rotationWait) {
		c.rotated = now
		_ = c.fetch(ctx) // the refusal is what is reported
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

// Authenticate adds to a request's form and header what authenticates it.
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
	default: // both are encoded first, which plain HTTP Basic does not do: RFC 6749, section 2.3.1
		r := http.Request{Header: header}
		r.SetBasicAuth(url.QueryEscape(c.options.ClientID), url.QueryEscape(string(by.text)))
	}
	return nil
}

// within reports whether less than d has gone by since a time. The clock may have been set back since.
func within(now, since time.Time, d time.Duration) bool {
	passed := now.Sub(since)
	return passed >= 0 && passed < d
}
