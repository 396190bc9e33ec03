package authz

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
	"github.com/gatehouse-cdk/gatehouse/internal/introspection"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Introspection is how the authorizer asks an issuer about its tokens (RFC 7662). Any failure of the endpoint results
// in a 500, which is not cached. Only an answer that a token is not active results in a 401.
type Introspection struct {
	// Endpoint is the URL of the introspection endpoint: https, without a query.
	Endpoint string

	// ClientID is the ID of the client that asks.
	ClientID string

	// ClientAuth is how the client authenticates: "client_secret_basic", "client_secret_post" or "private_key_jwt".
	// Default: "client_secret_basic".
	ClientAuth string

	// SecretARN is the ARN of the AWS Secrets Manager secret that holds the client's secret, or, for "private_key_jwt",
	// its private key (PKCS #8 in PEM). The value is the whole secret string, or, with SecretField, one field of its JSON.
	SecretARN   string
	SecretField string

	// Algorithm, KeyID and Audience are the signing algorithm, the kid and the aud of the client's assertions for
	// "private_key_jwt". The algorithm is RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 or EdDSA. Defaults
	// of KeyID and Audience: no kid; the issuer's URL.
	Algorithm, KeyID, Audience string

	// SignedResponse requires answers that the issuer has signed (RFC 9701), with one of its Algorithms and a key of its
	// JWKSURL. Any other answer is a failure. Default: plain JSON.
	SignedResponse bool

	// VerifyJWTs first verifies tokens as JWTs by the issuer's other settings, and then asks whether they have been
	// revoked. The claims are those of the JWT; scopes that the answer omits do not count. Default: tokens are opaque, and
	// the claims are those of the answer.
	VerifyJWTs bool

	// AnswerTTL is how long the function caches an answer, in whole seconds up to an hour. It never exceeds the token's
	// lifetime, and is at most 10 seconds for a token that is not active. If negative, the function asks on every request
	// that reaches it. Default: 60 seconds.
	AnswerTTL time.Duration
}

func (i Issuer) isOpaque() bool { return i.Introspection != nil && !i.Introspection.VerifyJWTs }

// claims are what a decision needs of a caller's token. They come from a JWT, or from its issuer's description of it.
type claims interface {
	Issuer() string
	KeyID() string
	Expires() time.Time
	Claim(path string) strictjson.Value
}

var (
	_ claims = (*jwt.Token)(nil)
	_ claims = (*introspected)(nil)
	_ claims = (*confirmed)(nil)
)

// introspected is an opaque token as its issuer describes it.
type introspected struct {
	issuer  string
	expires time.Time
	claims  strictjson.Value
}

func (t *introspected) Issuer() string                     { return t.issuer }
func (t *introspected) KeyID() string                      { return "" }
func (t *introspected) Expires() time.Time                 { return t.expires }
func (t *introspected) Claim(path string) strictjson.Value { return t.claims.Find(path) }

// confirmed is a JWT that has not been revoked according to its issuer.
type confirmed struct {
	*jwt.Token
	expires time.Time
	answer  strictjson.Value
}

func (t *confirmed) Expires() time.Time { return t.expires }

// withoutRevokedScopes removes the scopes that the issuer's answer about a JWT no longer names (RFC 7662, section 2.2).
// If the answer has no scopes, all scopes remain.
func (i Issuer) withoutRevokedScopes(rights access.Rights, t claims) access.Rights {
	if c, ok := t.(*confirmed); asksIssuers && ok {
		if scopes := i.claimNames().ScopesIn(c.answer.Find); scopes.Exists() {
			left := access.Words(scopes)
			rights.Scopes = slices.DeleteFunc(rights.Scopes, func(s string) bool { return !slices.Contains(left, s) })
		}
	}
	return rights
}

// IntrospectionTag is the build tag of authorizer functions that introspect tokens. A function that is built with the
// tag lambda.norpc but without this tag is smaller, and refuses a configuration with an [Introspection] when it starts.
// The secureapi construct sets it if needed.
const IntrospectionTag = "gatehouse_introspection"

// withoutTag returns the error of a function that was built without the tag that its configuration requires.
func withoutTag(what, tag string) error {
	return fmt.Errorf("%s, and this function was built without the tag %s: the secureapi construct of the same release "+
		"sets it", what, tag)
}

// newEndpoint creates an endpoint. It is nil in a function that is built without [IntrospectionTag]. Such a function
// does not start with a configuration that requires an endpoint.
var newEndpoint func(n *Introspection, issuer jwt.Issuer, o endpointOptions) (asker, error)

// asker is an issuer that is asked about tokens.
type asker interface {
	start(context.Context)

	// mayAsk reports whether the issuer may be asked about a token that is not known to be a JWT. A JWT of another issuer
	// is not shown to it.
	mayAsk(text string) bool

	// describe returns the issuer's description of an opaque token. confirm returns what remains valid of a verified JWT.
	describe(ctx context.Context, text string) (claims, error)
	confirm(ctx context.Context, text string, t *jwt.Token) (claims, error)
}

// endpointOptions are the dependencies of an endpoint.
type endpointOptions struct {
	common   jwt.Options           // as for tokens
	vault    secretsmanager.Client // has the client's credential
	verifier func() *jwt.Verifier  // for the issuer's JWTs
	timeout  time.Duration         // of a call; 0 for the default
}

// endpoint is an [asker] over HTTP.
type endpoint struct {
	issuer jwt.Issuer // for comparing its answers
	client *introspection.Client
	signed *jwt.Verifier // for signed answers about opaque tokens; nil without those
	now    func() time.Time
}

func (e *endpoint) start(ctx context.Context) {
	e.client.Start(ctx)
	if e.signed != nil {
		e.signed.Start(ctx)
	}
}

func (e *endpoint) mayAsk(text string) bool {
	iss, isJWT := jwt.ClaimedIssuer(text)
	return !isJWT || iss == e.issuer.URL
}

// identify determines whose token it is: that of a JWT by its iss, and of any other token by asking the issuer with
// opaque tokens.
func (a *Authorizer) identify(ctx context.Context, text string) (claims, error) {
	switch {
	case asksIssuers && a.opaque != nil && a.opaque.mayAsk(text):
		return a.opaque.describe(ctx, text)
	case a.verifier == nil:
		return nil, jwt.ErrIssuer
	}
	token, err := a.verifier.Verify(ctx, text)
	if err != nil {
		return nil, err
	}
	if asksIssuers {
		if e := a.endpoints[token.Issuer()]; e != nil {
			return e.confirm(ctx, text, token)
		}
	}
	return token, nil
}

func (e *endpoint) describe(ctx context.Context, text string) (claims, error) {
	answer, err := e.client.Ask(ctx, text)
	if err != nil {
		return nil, err
	}
	expires, err := e.issuer.CheckAnswer(answer.Claims(), e.now())
	if err != nil {
		return nil, err
	}
	if expires.IsZero() {
		expires = answer.Until()
	}
	return &introspected{e.issuer.URL, expires, answer.Claims()}, nil
}

func (e *endpoint) confirm(ctx context.Context, text string, t *jwt.Token) (claims, error) {
	answer, err := e.client.Ask(ctx, text)
	if err != nil {
		return nil, err
	}
	expires, err := e.issuer.CheckConfirmation(answer.Claims(), e.now())
	if err != nil {
		return nil, err
	}
	if expires.IsZero() || expires.After(t.Expires()) {
		expires = t.Expires()
	}
	return &confirmed{t, expires, answer.Claims()}, nil
}

// introspect prepares the introspection of an issuer's tokens.
func (a *Authorizer) introspect(n *Introspection, issuer jwt.Issuer, o endpointOptions) error {
	if newEndpoint == nil {
		return fmt.Errorf("%w: issuer %q: %w", ErrConfig, issuer.URL,
			withoutTag("it is asked about its tokens", IntrospectionTag))
	}
	if err := checkVault(o.vault, issuer.AllowLoopbackHTTP); err != nil {
		return err
	}
	e, err := newEndpoint(n, issuer, o)
	if err != nil {
		return fmt.Errorf("%w: issuer %q: introspection: %w", ErrConfig, issuer.URL, err)
	}
	if n.VerifyJWTs {
		if a.endpoints == nil {
			a.endpoints = map[string]asker{}
		}
		a.endpoints[issuer.URL] = e
	} else {
		a.opaque = e
	}
	return nil
}

// newHTTPEndpoint implements newEndpoint over HTTP.
func newHTTPEndpoint(n *Introspection, issuer jwt.Issuer, o endpointOptions) (asker, error) {
	e := &endpoint{issuer: issuer, now: o.common.Now}
	options := n.options(issuer.URL)
	options.Credential = o.vault.Field(n.SecretARN, n.SecretField)
	options.Now, options.Transport, options.Timeout = o.common.Now, o.common.Transport, o.timeout
	options.AllowLoopbackHTTP = issuer.AllowLoopbackHTTP
	if n.SignedResponse {
		verifier := o.verifier
		if !n.VerifyJWTs {
			// It has a verifier of its own, so that keys and settings for answers never apply to tokens.
			signed := issuer
			signed.Audiences, signed.Clients, signed.ClientClaim = []string{n.ClientID}, nil, ""
			o.common.Issuers, o.common.TokenCache = []jwt.Issuer{signed}, 0
			var err error
			if e.signed, err = jwt.New(o.common); err != nil {
				return nil, err
			}
			verifier = func() *jwt.Verifier { return e.signed }
		}
		options.Verify = func(ctx context.Context, text string) (string, error) {
			return verifier().VerifyAnswer(ctx, issuer.URL, n.ClientID, text)
		}
	}
	var err error
	e.client, err = introspection.New(options)
	return e, err
}

// options returns the options of the client, without its dependencies.
func (n *Introspection) options(issuer string) introspection.Options {
	o := introspection.Options{
		Endpoint: n.Endpoint, ClientID: n.ClientID, Method: clientauth.Method(n.ClientAuth),
		Algorithm: n.Algorithm, KeyID: n.KeyID, Audience: n.Audience, Keep: n.AnswerTTL,
	}
	if o.Method == clientauth.PrivateKey && o.Audience == "" {
		o.Audience = issuer
	}
	return o
}

// checkIntrospection reports what is wrong with the settings, except for what packages introspection and jwt check.
func (i Issuer) checkIntrospection(fail func(format string, a ...any)) {
	n := i.Introspection
	if !secretsmanager.IsARN(n.SecretARN) {
		fail("issuer %q: introspection: secretArn %q is not the ARN of a secret: want "+
			"arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME", i.URL, n.SecretARN)
	}
	if n.SignedResponse && i.SecretARN != "" {
		fail("issuer %q: introspection: signed answers are verified with published keys, and secretArn is a shared one",
			i.URL)
	}
	if n.VerifyJWTs {
		return
	}
	switch {
	case i.URL == "":
		fail("an issuer with opaque tokens has no URL")
	case len(i.Audiences) == 0 && len(i.Clients) == 0:
		fail("issuer %q: its tokens are opaque, and it has neither audiences nor clients, so that the tokens it issues for "+
			"other services would pass", i.URL)
	case slices.Contains(i.Audiences, "") || slices.Contains(i.Clients, ""):
		fail("issuer %q: an audience or a client is empty: leave it out", i.URL)
	}
	if i.SecretARN != "" || i.Type != "" || i.TokenUse != "" {
		fail("issuer %q: secretArn, type and tokenUse are for JWTs, and its tokens are opaque: leave them out, or set "+
			"VerifyJWTs", i.URL)
	}
	if !n.SignedResponse && (len(i.Algorithms) > 0 || i.JWKSURL != "") {
		fail("issuer %q: algorithms and jwksUrl are for JWTs and signed answers, and it has neither: leave them out, or set "+
			"VerifyJWTs or SignedResponse", i.URL)
	}
}
