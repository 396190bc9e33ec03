package introspection

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// The defaults and limits of [Options].
const (
	defaultKeep    = time.Minute
	MaxKeep        = settings.MaxAnswerTTL
	defaultTimeout = 3 * time.Second
)

// Options say whom to ask, and how.
type Options struct {
	// Endpoint is the introspection endpoint, an https URL. Required.
	Endpoint string

	// ClientID is the client that asks. Required.
	ClientID string

	// Method is how the client authenticates. Default: [clientauth.Basic].
	Method clientauth.Method

	// Credential gives the client's secret, or for [clientauth.PrivateKey] its private key, PKCS #8 in PEM. It is called
	// before the first call, again when what it gave is old, and when the endpoint does not take that. It must observe
	// the context; its errors are logged, so they must not hold the credential. Required.
	Credential func(context.Context) ([]byte, error)

	// Algorithm signs the assertions of [clientauth.PrivateKey]: one of [clientauth.Algorithms]. KeyID is their kid; ""
	// for none. Audience is their aud.
	Algorithm, KeyID, Audience string

	// Verify verifies a signed answer and returns its member token_introspection as JSON, which makes any other answer
	// a failure. Default: answers are plain JSON.
	Verify func(ctx context.Context, answer string) (string, error)

	// Keep is how long an answer counts at most, from the time of the call; less where the token expires before. An
	// answer that the token is not active counts for 10 seconds at most. Default: [defaultKeep]. Less than 0: each
	// request asks, and only requests at the same time share an answer.
	Keep time.Duration

	// Timeout bounds a call, the credential's included. Default: [defaultTimeout].
	Timeout time.Duration

	// Now is the clock. Default: [time.Now].
	Now func() time.Time

	// Transport makes the calls. Redirects are not followed. Default: one over TCP and TLS that honours HTTPS_PROXY.
	Transport http.RoundTripper

	// AllowLoopbackHTTP permits http instead of https for hosts of the loopback interface, for development and tests.
	AllowLoopbackHTTP bool
}

// check says what is wrong with the options, all of it.
func (o *Options) check() error {
	var wrong []error
	fail := func(format string, a ...any) { wrong = append(wrong, fmt.Errorf(format, a...)) }
	if err := checkEndpoint(o.Endpoint, o.AllowLoopbackHTTP); err != nil {
		fail("Endpoint %q %w", o.Endpoint, err)
	}
	client := o.client()
	if err := client.Check(); err != nil {
		wrong = append(wrong, err)
	}
	if o.Keep > MaxKeep || o.Keep > 0 && o.Keep%time.Second != 0 {
		fail("Keep %v is not a number of whole seconds up to %v", o.Keep, MaxKeep)
	}
	return errors.Join(wrong...)
}

// checkEndpoint refuses a URL to which no token may be sent. The error continues a sentence that names the URL.
func checkEndpoint(text string, loopbackHTTP bool) error {
	if err := jwt.CheckURL(text, loopbackHTTP); err != nil {
		return err
	}
	if u, err := url.Parse(text); err != nil || u.RawQuery != "" || u.ForceQuery {
		return errors.New("has a query: leave it out; the token is sent in the body")
	}
	return nil
}

// client are the options that say who asks.
func (o *Options) client() clientauth.Options {
	return clientauth.Options{
		ClientID:   o.ClientID,
		Method:     o.Method,
		Credential: o.Credential,
		Algorithm:  o.Algorithm,
		KeyID:      o.KeyID,
		Audience:   o.Audience,
		Now:        o.Now,
	}
}

// withDefaults fills in what is not set, in a copy.
func (o Options) withDefaults() Options {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	// Without the monotonic reading, which need not go on while a Lambda function is frozen between two invocations.
	o.Now = func() time.Time { return now().Round(0) }
	if o.Keep == 0 {
		o.Keep = defaultKeep
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Transport == nil {
		o.Transport = &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 2 * time.Second}).DialContext,
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    2 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConnsPerHost:    maxCalls,
			DisableCompression:     true, // the size that counts is the one on the wire
		}
	}
	return o
}
