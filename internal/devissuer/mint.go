package devissuer

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// The defaults of a [TokenRequest].
const (
	DefaultSubject = "developer"
	DefaultExpires = time.Hour

	// StandInClient is the client in tokens whose client is not known, such as those of a user pool that was imported into
	// the app.
	StandInClient = "gatehouse-client"
)

// TokenRequest describes the token to make. The zero value is a token of the only issuer, without any rights.
type TokenRequest struct {
	// Issuer is the URL of the issuer. Default: the only one.
	Issuer string

	// Audience is the token's audience: an API or, with [ID] and for Amazon Cognito, a client. It need not be one that the
	// issuer is configured with. Default: the first of those.
	Audience string

	// Subject is the user or the client that the token identifies. Default: [DefaultSubject].
	Subject string

	// Scopes, Groups and Roles are written to the issuer's claims for them.
	Scopes, Groups, Roles []string

	// Claims are further claims by full name, encoded with [encoding/json]. They replace claims from the other fields; nil
	// removes a claim.
	Claims map[string]any

	// Expires is how long the token is valid. If negative, the token has already expired. Default: [DefaultExpires], or
	// the issuer's MaxLifetime if it is shorter.
	Expires time.Duration

	// Use is the token's purpose. Default: the issuer's.
	Use Use

	// Algorithm is one of the issuer's. Default: its first one.
	Algorithm string

	// Opaque requests an opaque token, which only an issuer with introspection has. Default: an opaque token if the issuer
	// has no others.
	Opaque bool

	client     string // the client that gets it; "" for the issuer's first one, or a stand-in
	thumbprint string // of the client's key; "" for that of the development client
	bearer     bool   // the token is bound to no key
}

func (r TokenRequest) useOf(i Issuer) Use {
	if r.Use != "" {
		return r.Use
	}
	return i.use()
}

func (r TokenRequest) audienceOf(i Issuer) string {
	switch {
	case r.Audience != "":
		return r.Audience
	case len(i.Audiences) > 0:
		return i.Audiences[0]
	case i.isCognito():
		return StandInClient
	}
	return ""
}

func (r TokenRequest) algorithmOf(i Issuer) string {
	if r.Algorithm != "" {
		return r.Algorithm
	}
	return i.algorithms()[0]
}

// Mint makes a token, signed or opaque, in the form of the issuer's own tokens. If an authorizer accepts what was
// requested, it accepts the token.
//
// The error is a [ChoiceError] if the request refers to no issuer in particular, an [ErrRequest] if such a token cannot
// exist, or one of [OpenKeys] if the keys can no longer be read.
func (p *Provider) Mint(r TokenRequest) (string, error) {
	i, err := p.Choose(r)
	if err != nil {
		return "", err
	}
	keys, err := p.keys.current()
	if err != nil {
		return "", err
	}
	return p.mint(keys, i, r)
}

// mint makes a token in an issuer's form.
func (p *Provider) mint(keys *keyring, i Issuer, r TokenRequest) (string, error) {
	if err := r.check(i); err != nil {
		return "", err
	}
	id, err := p.newID()
	if err != nil {
		return "", err
	}
	binding, err := p.binding(keys, i, r)
	if err != nil {
		return "", err
	}
	claims, err := r.claims(i, p.now(), id, binding)
	if err != nil {
		return "", err
	}
	if i.opaque() {
		return keys.seal(p.random, claims)
	}
	return keys.sign(r.algorithmOf(i), r.mediaType(i), claims)
}

// check returns an error for a request that no token can meet.
func (r TokenRequest) check(i Issuer) error {
	fail := func(format string, a ...any) error {
		return fmt.Errorf("%w: issuer %q: %s", ErrRequest, i.URL, fmt.Sprintf(format, a...))
	}
	if name := r.algorithmOf(i); !slices.Contains(i.algorithms(), name) {
		return fail("algorithm %q: it signs with %s", name, strings.Join(i.algorithms(), ", "))
	}
	if r.Opaque && !i.opaque() {
		return fail("its tokens are JWTs, and nothing accepts opaque tokens of it: leave Opaque out, or give the issuer an " +
			"Introspection without VerifyJWTs")
	}
	use := r.useOf(i)
	if use != Access && use != ID {
		return fail("use %q: want %q or %q", use, Access, ID)
	}
	if use == ID && len(r.Scopes) > 0 {
		return fail("scope %q: an ID token has no scopes: ask for an access token, or leave them out", r.Scopes[0])
	}
	if r.audienceOf(i) == "" && !i.opaque() {
		return fail("it has no audience: give one")
	}
	for _, s := range r.Scopes {
		if s == "" || strings.ContainsAny(s, " \t\r\n") {
			return fail("scope %q: scopes are words without spaces (RFC 6749, section 3.3): give each separately", s)
		}
	}
	for what, list := range map[string][]string{"group": r.Groups, "role": r.Roles} {
		if slices.Contains(list, "") {
			return fail("a %s is empty: leave it out", what)
		}
	}
	for _, s := range slices.Concat([]string{r.Audience, r.Subject}, r.Scopes, r.Groups, r.Roles) {
		if !utf8.ValidString(s) {
			return fail("%q is not valid UTF-8, as all text in a token is", s)
		}
	}
	for name := range r.Claims {
		if name == "" || !utf8.ValidString(name) {
			return fail("claim %q: want a name in valid UTF-8", name)
		}
	}
	return nil
}

// mediaType returns the typ header; "" for none. Amazon Cognito's tokens have none.
func (r TokenRequest) mediaType(i Issuer) string {
	switch {
	case r.useOf(i) == Access && i.Type != "":
		return i.Type
	case i.isCognito():
		return ""
	}
	return "JWT"
}

// sign makes a token in compact serialization (RFC 7515, section 7.1).
func (k *keyring) sign(name, mediaType string, claims []byte) (string, error) {
	a := algorithms[name]
	header := map[string]string{"alg": name}
	if mediaType != "" {
		header["typ"] = mediaType
	}
	var key signingKey
	if a.kind != secretKind { // a secret is not published, so it has no ID
		key = k.keyOf(a.kind)
		header["kid"] = key.id
	}
	head, err := json.Marshal(header)
	if err != nil {
		return "", fmt.Errorf("devissuer: %w", err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	input := encode(head) + "." + encode(claims)
	var signature []byte
	if a.kind == secretKind {
		signature = a.mac(k.secret, []byte(input))
	} else if signature, err = a.sign(key.signer, []byte(input)); err != nil {
		return "", err
	}
	token := input + "." + encode(signature)
	if len(token) > jwt.MaxTokenSize {
		return "", tooLarge(len(token))
	}
	return token, nil
}

func tooLarge(size int) error {
	return fmt.Errorf("%w: the token has %d bytes, and no authorizer takes more than %d: give it fewer claims", ErrRequest,
		size, jwt.MaxTokenSize)
}

// encodeClaims encodes the claims, and rejects what a verifier could not read.
func encodeClaims(claims map[string]any) ([]byte, error) {
	text, err := json.Marshal(claims)
	if err != nil {
		return nil, fmt.Errorf("%w: the claims cannot be encoded as JSON: %w", ErrRequest, err)
	}
	if _, err := strictjson.Parse(string(text)); err != nil {
		return nil, fmt.Errorf("%w: no verifier reads these claims: %w", ErrRequest, err)
	}
	return text, nil
}
