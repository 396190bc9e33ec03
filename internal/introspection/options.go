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

// Options configure which endpoint is asked, and how.
type Options struct {
	// Endpoint is the introspection endpoint, an https URL. Required.
	Endpoint string

	// ClientID is the ID of the client that asks. Required.
	ClientID string

	// Method is how the client authenticates. Default: [clientauth.Basic].
	Method clientauth.Method

	// Credential returns the client's secret, or for [clientauth.PrivateKey] its private key, PKCS #8 in PEM. It is called
	// before the first call, again when the credential is old, and when the endpoint refuses the credential. It must
	// observe the context. Its errors are logged, so they must not contain the credential. Required.
	Credential func(context.Context) ([]byte, error)

	// Algorithm is the algorithm that signs assertions of [clientauth.PrivateKey], one of [clientauth.Algorithms]. KeyID
	// is their kid; "" for none. Audience is their aud.
	Algorithm, KeyID, Audience string

	// Verify verifies a signed answer and returns its member token_introspection as JSON. If it is set, any other answer
	// is a failure. Default: answers are plain JSON.
	Verify func(ctx context.Context, answer string) (string, error)

	// Keep is the maximum time for which an answer is cached, from the time of the call. It ends earlier if the token
	// expires. An answer that the token is not active is cached for at most 10 seconds. If negative, each request asks,
	// and only simultaneous requests share an answer. Default: [defaultKeep].
	Keep time.Duration

	// Timeout limits a call, including the fetch of the credential. Default: [defaultTimeout].
	Timeout time.Duration

	// Now is the clock. Default: [time.Now].
	Now func() time.Time

	// Transport makes the calls. Redirects are not followed. Default: a transport over TCP and TLS that honors
	// HTTPS_PROXY.
	Transport http.RoundTripper

	// AllowLoopbackHTTP permits http instead of https for loopback hosts, for development and tests.
	AllowLoopbackHTTP bool
}

// check returns everything that is wrong with the options.
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

// checkEndpoint refuses a URL that no token may be sent to. The error continues a sentence that names the URL.
func checkEndpoint(text string, loopbackHTTP bool) error {
	if err := jwt.CheckURL(text, loopbackHTTP); err != nil {
		return err
	}
	if u, err := url.Parse(text); err != nil || u.RawQuery != "" || u.ForceQuery {
		return errors.New("has a query: leave it out; the token is sent in the body")
	}
	return nil
}

// client returns the options for the client that asks.
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

// withDefaults returns a copy with the defaults filled in.
func (o Options) withDefaults() Options {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	// Round removes the monotonic reading, which may stop while a Lambda function is frozen between two invocations.
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
			DisableCompression:     true, // the size on the wire is what counts
		}
	}
	return o
}
