package oidcclient

import (
	"context"
	"crypto"
	_ "crypto/sha256" // for crypto.SHA256
	_ "crypto/sha512" // for crypto.SHA384 and crypto.SHA512
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// clockSkew is the minimum leeway for the provider's clock. The tokens have just been issued, so without it a fraction
// of a second would cause rejections.
const clockSkew = time.Minute

// verifiers returns the verifiers of the provider's tokens. ID tokens are verified with the provider's published keys,
// for this client. RS256 is always accepted for them, because each provider supports it (OpenID Connect Discovery 1.0,
// section 3), whatever it signs access tokens with. The verifier access is nil if access tokens cannot be verified, or
// are not stored.
func (c *Client) verifiers(jwksURL string) (idTokens, access *jwt.Verifier, err error) {
	idTokens, err = c.verifier(c.idTokenIssuer(jwksURL))
	if err != nil || c.config.Claims != nil || c.config.Opaque {
		return idTokens, nil, err
	}
	i := c.config.Issuer
	i.Leeway = max(i.Leeway, clockSkew)
	if i.JWKSURL = jwksURL; i.Secret != nil {
		i.JWKSURL = ""
	}
	access, err = c.verifier(i)
	return idTokens, access, err
}

// idTokenIssuer returns the provider as the issuer of ID tokens to this client.
func (c *Client) idTokenIssuer(jwksURL string) jwt.Issuer {
	i := c.config.Issuer
	algorithms := []string{"RS256"}
	if i.Secret == nil {
		algorithms = append(algorithms, i.Algorithms...)
	}
	use := ""
	if i.TokenUse != "" || c.config.UserPoolID != "" {
		use = "id"
	}
	slices.Sort(algorithms)
	return jwt.Issuer{
		URL:               i.URL,
		Audiences:         []string{c.config.ClientID},
		Algorithms:        slices.Compact(algorithms),
		JWKSURL:           jwksURL,
		TokenUse:          use,
		Leeway:            max(i.Leeway, clockSkew),
		MaxKeyAge:         i.MaxKeyAge,
		StaleCeiling:      i.StaleCeiling,
		AllowLoopbackHTTP: i.AllowLoopbackHTTP,
	}
}

func (c *Client) verifier(i jwt.Issuer) (*jwt.Verifier, error) {
	return jwt.New(jwt.Options{Issuers: []jwt.Issuer{i}, Now: c.now, Transport: c.transport})
}

// rejected tells what is wrong with an ID token or a logout token that the provider signed. It is one of a few texts.
// Its first word is the reason in the log.
type rejected string

func (r rejected) Error() string { return string(r) }

// The reasons for rejecting an ID token, in addition to those of package jwt. Source: OpenID Connect Core 1.0, sections
// 2 and 3.1.3.7.
const (
	errNoIDToken  = rejected("missing in the token endpoint's answer; the scope openid asks for one")
	errParty      = rejected("azp is not this client, or is missing with several audiences")
	errNonce      = rejected("nonce is not that of the login")
	errIssuedAt   = rejected("iat is missing")
	errSubject    = rejected("sub is missing or longer than 255 characters")
	errTokenHash  = rejected("at_hash is not that of the access token")
	errAuthTime   = rejected("auth_time is missing or longer ago than the parameter max_age allows")
	errOtherUser  = rejected("sub is another user's")
	maxSubject    = 255
	maxNameLength = 256
)

// verifyIDToken verifies an ID token. The nonce is that of the login, or "" for a token from a refresh, which has no
// nonce (OpenID Connect Core 1.0, section 12.2).
func (c *Client) verifyIDToken(ctx context.Context, m *Metadata, t *tokens, nonce string) (*jwt.Token, error) {
	if t.id == "" {
		return nil, errNoIDToken
	}
	token, err := m.idTokens.Verify(ctx, t.id)
	if err != nil {
		return nil, err
	}
	return token, c.checkIDToken(token, t.access, nonce)
}

func (c *Client) checkIDToken(token *jwt.Token, access, nonce string) error {
	claims := token.Claims()
	audience, party := claims.Get("aud"), claims.Get("azp")
	if party.Exists() && !party.Is(c.config.ClientID) || !party.Exists() && audience.Len() > 1 {
		return errParty
	}
	if nonce != "" {
		got, _ := claims.Get("nonce").Text()
		if subtle.ConstantTimeCompare([]byte(got), []byte(nonce)) != 1 {
			return errNonce
		}
	}
	if !claims.Get("iat").Exists() {
		return errIssuedAt
	}
	if s := token.Subject(); s == "" || len(s) > maxSubject {
		return errSubject
	}
	if hash := claims.Get("at_hash"); hash.Exists() {
		if text, _ := hash.Text(); text != tokenHash(token.Algorithm(), access) {
			return errTokenHash
		}
	}
	return nil
}

// checkAuthTime checks the time of the login if the authorization request limits it (OpenID Connect Core 1.0, section
// 3.1.2.1). A refresh does not check it, because auth_time remains that of the login (section 12.2).
func (c *Client) checkAuthTime(token *jwt.Token, maxAge string) error {
	if maxAge == "" {
		return nil
	}
	most, err := strconv.ParseInt(maxAge, 10, 32)
	at, _, ok := token.Claims().Get("auth_time").Floor()
	if err != nil || !ok || c.now().Unix()-at > most+int64(authTimeSlack/time.Second) {
		return errAuthTime
	}
	return nil
}

// authTimeSlack is how long the redirect and the exchange of the code may take after the user has logged in.
const authTimeSlack = 10 * time.Minute

// tokenHash returns the at_hash of an access token: the left half of its hash, by the hash function of the ID token's
// algorithm (OpenID Connect Core 1.0, section 3.1.3.6). EdDSA with Ed25519 uses SHA-512.
func tokenHash(algorithm, access string) string {
	h := crypto.SHA512
	switch {
	case strings.HasSuffix(algorithm, "256"):
		h = crypto.SHA256
	case strings.HasSuffix(algorithm, "384"):
		h = crypto.SHA384
	}
	sum := h.New()
	sum.Write([]byte(access))
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:h.Size()/2])
}

// textClaim returns a claim for display, cut to a length that fits into the cookie.
func textClaim(t *jwt.Token, name string) string {
	text, _ := t.Claims().Get(name).Text()
	if len(text) > maxNameLength {
		text = strings.ToValidUTF8(text[:maxNameLength], "")
	}
	return text
}
