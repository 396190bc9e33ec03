package oidcclient

import (
	"context"
	"fmt"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// LogoutToken is a provider's message that a user has logged out (OpenID Connect Back-Channel Logout 1.0, section 2.4).
type LogoutToken struct {
	// SID names the session that ends. If it is "", all sessions of the Subject end.
	Subject, SID string

	// ID identifies the token among those of the provider. A token may be used once.
	ID string

	// Expires is when the token expires.
	Expires time.Time
}

// logoutEvent is the member of events that makes a JWT a logout token.
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// maxID is the maximum size of a jti and a sid, in bytes.
const maxID = 1024

// The reasons for rejecting a logout token, in addition to those of package jwt. Source: OpenID Connect Back-Channel
// Logout 1.0, sections 2.4 and 2.6.
const (
	errEvents    = rejected("events lacks " + logoutEvent + ", or its value is not an object")
	errLogoutIAT = rejected("iat is missing")
	errLogoutJTI = rejected("jti is missing, or is not a string of up to 1,024 bytes")
	errLogoutSub = rejected("sub and sid are both missing, or sub is longer than 255 characters")
	errLogoutSID = rejected("sid is not a string of up to 1,024 bytes")
	errHasNonce  = rejected("nonce is there, which is prohibited so that no ID token passes for a logout token")
)

// LogoutToken verifies a logout token. The token must be signed with the provider's published keys, by an algorithm
// that ID tokens may have, for this client, and must have the type logout+jwt. The caller must check that it was not
// used before. The error is an [ErrUnavailable], or an [ErrLogoutToken], for which [Reason] returns "logout_token_"
// with the claim or the reason of package jwt.
func (c *Client) LogoutToken(ctx context.Context, text string) (LogoutToken, error) {
	m, err := c.Metadata(ctx)
	if err != nil {
		return LogoutToken{}, unavailable(err)
	}
	v, err := c.logoutVerifier(m.jwks)
	if err != nil {
		return LogoutToken{}, unavailable(err)
	}
	token, err := v.Verify(ctx, text)
	if err != nil {
		return LogoutToken{}, logoutTokenFailure(err)
	}
	t, err := readLogoutToken(token.Claims())
	if err != nil {
		return LogoutToken{}, logoutTokenFailure(err)
	}
	t.Subject, t.Expires = token.Subject(), token.Expires()
	return t, nil
}

func logoutTokenFailure(err error) error {
	return tokenFailure(ErrLogoutToken, "logout_token", fmt.Errorf("the logout token: %w", err))
}

// logoutVerifier returns the verifier of logout tokens for the keys at a URL. It is reused until the provider names
// another URL.
func (c *Client) logoutVerifier(jwksURL string) (*jwt.Verifier, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.logouts != nil && c.logoutKeys == jwksURL {
		return c.logouts, nil
	}
	i := c.idTokenIssuer(jwksURL)
	i.Type, i.TokenUse = "logout+jwt", ""
	v, err := c.verifier(i)
	if err == nil {
		c.logouts, c.logoutKeys = v, jwksURL
	}
	return v, err
}

func readLogoutToken(claims strictjson.Value) (t LogoutToken, err error) {
	text := func(name string) (string, bool) {
		s, ok := claims.Get(name).Text()
		return s, ok && s != "" && len(s) <= maxID
	}
	sub, hasSub := claims.Get("sub").Text()
	var ok bool
	switch {
	case claims.Get("events").Get(logoutEvent).Kind() != strictjson.Object:
		return t, errEvents
	case claims.Get("nonce").Exists():
		return t, errHasNonce
	case !claims.Get("iat").Exists():
		return t, errLogoutIAT
	case len(sub) > maxSubject || hasSub && sub == "":
		return t, errLogoutSub
	}
	if t.ID, ok = text("jti"); !ok {
		return t, errLogoutJTI
	}
	if claims.Get("sid").Exists() {
		if t.SID, ok = text("sid"); !ok {
			return t, errLogoutSID
		}
	} else if !hasSub {
		return t, errLogoutSub
	}
	return t, nil
}
