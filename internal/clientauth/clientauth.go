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
func (a *Client) Current(ctx context.Context) (*Credential, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.at != nil && within(a.options.Now(), a.at.fetched, credentialAge) {
		return a.at, nil
	}
	err := a.fetch(ctx)
	if a.at != nil {
		return a.at, nil
	}
	return nil, err
}

// Newer returns the credential in the place of one that an endpoint refused, or nil if there is no other.
func (a *Client) Newer(ctx context.Context, than *Credential) *Credential {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := a.options.Now(); a.at == than && !within(now, a.rotated, rotationWait) {
		a.rotated = now
		_ = a.fetch(ctx) // the refusal is what is reported
	}
	if bytes.Equal(a.at.text, than.text) {
		return nil
	}
	return a.at
}

func (a *Client) fetch(ctx context.Context) error {
	text, err := a.options.Credential(ctx)
	if err != nil {
		return fmt.Errorf("the client's credential: %w", err)
	}
	c := &Credential{text: bytes.Clone(text), fetched: a.options.Now()}
	if a.options.Method == PrivateKey {
		if c.signer, err = newSigner(a.options.Algorithm, text); err != nil {
			return fmt.Errorf("the client's private key: %w", err)
		}
	} else if !isVSCHAR(string(text)) {
		return errors.New("the client's secret is empty or has characters that no client secret has (RFC 6749, appendix " +
			"A.2), such as a line break at its end")
	}
	a.at = c
	return nil
}

// Authenticate adds to a request's form and header what authenticates it.
func (a *Client) Authenticate(c *Credential, form url.Values, header http.Header) error {
	switch a.options.Method {
	case Post: // RFC 6749, section 2.3.1
		form.Set("client_id", a.options.ClientID)
		form.Set("client_secret", string(c.text))
	case PrivateKey: // RFC 7523, section 2.2
		assertion, err := a.assertion(c.signer)
		if err != nil {
			return err
		}
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", assertion)
	default: // both are encoded first, which plain HTTP Basic does not do: RFC 6749, section 2.3.1
		r := http.Request{Header: header}
		r.SetBasicAuth(url.QueryEscape(a.options.ClientID), url.QueryEscape(string(c.text)))
	}
	return nil
}

// within reports whether less than d has gone by since a time. The clock may have been set back since.
func within(now, since time.Time, d time.Duration) bool {
	passed := now.Sub(since)
	return passed >= 0 && passed < d
}
