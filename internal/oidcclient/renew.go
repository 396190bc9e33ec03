package oidcclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// defaultLifetime is the assumed lifetime of a token whose lifetime is not known (RFC 6749, section 5.1 only recommends
// expires_in).
const defaultLifetime = time.Hour

// Renew gets newer tokens for a session, and changes the session in place, except for Started and Active. On an error
// it leaves the session unchanged. The session remains valid unless the error is an [ErrRefused].
func (c *Client) Renew(ctx context.Context, s *session.Session) error {
	if s.Refresh == "" {
		return refused("no_refresh_token", errors.New("the session has no refresh token"))
	}
	m, err := c.Metadata(ctx)
	if err != nil {
		return unavailable(err)
	}
	m.start(ctx) // fetch the keys while the provider answers
	t, err := c.renew(ctx, m, s.Refresh)
	if err != nil {
		if isInvalidGrant(err) {
			return refused("invalid_grant", err)
		}
		return endpointFailure(err)
	}
	id, err := c.verifiedForRefresh(ctx, m, t, s.Subject)
	switch {
	case errors.Is(err, errOtherUser):
		return refused("other_user", err)
	case errors.Is(err, errNoIDToken):
		return refused("no_id_token", err)
	case err != nil:
		return idTokenFailure(err)
	}
	renewed := *s
	if err := c.fill(&renewed, t, id); err != nil {
		return err
	}
	// The guard goes by exp, so the token must be old as soon as exp has passed. By expires_in, and with a clock ahead of
	// the provider's, it would look valid for longer, and a page that got 401 would be told that there is nothing to
	// refresh. These tokens are now the only ones, so other objections of the guard do not matter here.
	if m.access != nil {
		if access, err := m.access.Verify(ctx, t.access); err == nil {
			renewed.Expires = earlier(renewed.Expires, access.Expires())
		}
	}
	*s = renewed
	return nil
}

// verifiedForRefresh verifies the ID token of a refresh if the session uses its claims. Otherwise the token is ignored.
func (c *Client) verifiedForRefresh(ctx context.Context, m *Metadata, t *tokens, subject string) (*jwt.Token, error) {
	if c.config.Claims == nil {
		return nil, nil
	}
	id, err := c.verifyIDToken(ctx, m, t, "")
	if err != nil {
		return nil, err
	}
	if id.Subject() != subject { // OpenID Connect Core 1.0, section 12.2
		return nil, errOtherUser
	}
	return id, nil
}

// fill fills a session with what the provider returned. The token id is nil for a refresh without a new ID token. The
// error is an [ErrClaims].
func (c *Client) fill(s *session.Session, t *tokens, id *jwt.Token) error {
	s.Got = c.now()
	if t.refresh != "" {
		s.Refresh = t.refresh
	}
	if id != nil {
		s.Subject, s.Name, s.Email = id.Subject(), textClaim(id, "name"), textClaim(id, "email")
	}
	if c.config.Claims == nil {
		s.Token, s.Expires = t.access, t.expires
		if s.Expires.IsZero() {
			s.Expires = s.Got.Add(defaultLifetime)
		}
		return nil
	}
	s.Expires = id.Expires()
	var err error
	if s.Claims, err = keptClaims(id, c.config.Claims); err != nil {
		return &failure{ErrClaims, "claims", err}
	}
	return nil
}

// keptClaims returns a JSON object with iss, sub and the claims at the paths. Each claim's name is its whole path,
// which readers of a path try first.
func keptClaims(id *jwt.Token, paths []string) ([]byte, error) {
	var b bytes.Buffer
	seen := map[string]bool{}
	for _, path := range append([]string{"iss", "sub"}, paths...) {
		claim := id.Claim(path)
		if !claim.Exists() || seen[path] {
			continue
		}
		seen[path] = true
		name, err := json.Marshal(path)
		if err != nil {
			return nil, err
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		} else {
			b.WriteByte('{')
		}
		b.Write(name)
		b.WriteByte(':')
		if err := json.Compact(&b, []byte(claim.Raw())); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
