package login

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// defaultLifetime is how long a token counts whose lifetime is not known (RFC 6749, section 5.1, only recommends
// expires_in).
const defaultLifetime = time.Hour

// fill puts what the provider gave into a session. id is nil for a refresh without a new ID token.
func (h *Handler) fill(s *session.Session, t *tokens, id *jwt.Token) error {
	s.Got = h.now()
	if t.refresh != "" {
		s.Refresh = t.refresh
	}
	if id != nil {
		s.Subject, s.Name, s.Email = id.Subject(), textClaim(id, "name"), textClaim(id, "email")
	}
	if h.config.Claims == nil {
		s.Token, s.Expires = t.access, t.expires
		if s.Expires.IsZero() {
			s.Expires = s.Got.Add(defaultLifetime)
		}
		return nil
	}
	s.Expires = id.Expires()
	var err error
	s.Claims, err = keptClaims(id, h.config.Claims)
	return err
}

// keptClaims is a JSON object with iss, sub and the claims at the paths, each under its whole path: that is where
// readers of a path look first.
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

// verifiedForRefresh verifies the ID token of a refresh where the session lives on its claims. Otherwise it is not
// used.
func (h *Handler) verifiedForRefresh(ctx context.Context, m *metadata, t *tokens, subject string) (*jwt.Token, error) {
	if h.config.Claims == nil {
		return nil, nil
	}
	id, err := h.provider.verifyIDToken(ctx, m, t, "")
	if err != nil {
		return nil, err
	}
	if id.Subject() != subject { // OpenID Connect Core 1.0, section 12.2
		return nil, errOtherUser
	}
	return id, nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
