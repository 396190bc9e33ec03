package clientauth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Method is how a client authenticates.
type Method = settings.ClientAuth

// The methods.
const (
	Basic      = settings.ClientBasic
	Post       = settings.ClientPost
	PrivateKey = settings.ClientPrivateKey
)

// Options configure which client authenticates, and how.
type Options struct {
	// ClientID is the client's ID. Required.
	ClientID string

	// Method is how the client authenticates. Default: [Basic].
	Method Method

	// Credential returns the client's secret, or for [PrivateKey] its private key, PKCS #8 in PEM. It is called before the
	// first request, again when the credential is old, and when an endpoint refuses the credential. It must observe the
	// context. Its errors are logged, so they must not contain the credential. Required.
	Credential func(context.Context) ([]byte, error)

	// Algorithm is the algorithm that signs assertions of [PrivateKey], one of [Algorithms]. KeyID is their kid; "" for
	// none. Audience is their aud.
	Algorithm, KeyID, Audience string

	// Now is the clock. Default: [time.Now].
	Now func() time.Time

	// Random is the source of the IDs and signatures of assertions. Default: [rand.Reader].
	Random io.Reader
}

// Check returns everything that is wrong with the options.
func (o *Options) Check() error {
	var wrong []error
	fail := func(format string, a ...any) { wrong = append(wrong, fmt.Errorf(format, a...)) }
	if !isVSCHAR(o.ClientID) {
		fail("ClientID %q is not a client id: want printable ASCII (RFC 6749, appendix A.1)", o.ClientID)
	}
	switch o.Method {
	case "", Basic, Post:
		if o.Algorithm != "" || o.KeyID != "" || o.Audience != "" {
			fail("Algorithm, KeyID and Audience are for %s", PrivateKey)
		}
	case PrivateKey:
		if !slices.Contains(Algorithms(), o.Algorithm) {
			fail("Algorithm %q is not one of %s", o.Algorithm, strings.Join(Algorithms(), ", "))
		}
		if o.Audience == "" {
			fail("Audience is empty: give the issuer's URL, or what the provider wants as aud of the assertion")
		} else if !isVSCHAR(o.Audience + o.KeyID) {
			fail("Audience %q and KeyID %q: want printable ASCII", o.Audience, o.KeyID)
		}
	default:
		fail("Method %q is not one of %s, %s, %s", o.Method, Basic, Post, PrivateKey)
	}
	if o.Credential == nil {
		fail("no Credential: an endpoint answers clients that authenticate (RFC 7662, section 2.1)")
	}
	return errors.Join(wrong...)
}

// isVSCHAR reports whether a text consists of one or more printable ASCII characters, as client IDs and secrets do (RFC
// 6749, appendices A.1 and A.2).
func isVSCHAR(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}

// withDefaults returns a copy with the defaults filled in.
func (o Options) withDefaults() Options {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	// Round removes the monotonic reading, which may stop while a Lambda function is frozen between two invocations.
	o.Now = func() time.Time { return now().Round(0) }
	if o.Method == "" {
		o.Method = Basic
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	return o
}
