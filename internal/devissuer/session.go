package devissuer

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// SealSession makes a token and returns the Cookie header with which a browser sends it to a guard with these settings,
// as after a sign-in: "__Host-session=...". The session is for the guard's host or, if set, that of
// [Options.AppOrigin]. It holds the claims of an ID token, and other tokens completely, but no refresh token. If the
// guard's sessions are in a table, the session is put into the table, and the cookie is its handle.
//
// The errors are those of [Provider.Mint], an [ErrRequest] if the guard's keys do not belong to a login at one of the
// issuers, and [session.ErrTooLarge].
func (p *Provider) SealSession(
	ctx context.Context, guard authz.Session, table tablesession.Table, r TokenRequest,
) (string, error) {
	i, err := p.Choose(r)
	if err != nil {
		return "", err
	}
	if !p.knowsSecret(guard.KeysARN) {
		return "", fmt.Errorf("%w: no login of these issuers has the session keys %q", ErrRequest, guard.KeysARN)
	}
	ring, err := p.keys.current()
	if err != nil {
		return "", err
	}
	token, err := p.mint(ring, i, r)
	if err != nil {
		return "", err
	}
	host := guard.Host
	if p.appOrigin != "" {
		host = p.appHost()
	}
	text, _, err := p.secret(guard.KeysARN)
	if err != nil {
		return "", err
	}
	keys := session.KeysOf(text, p.now)
	now := p.now()
	subject := r.Subject
	if subject == "" {
		subject = DefaultSubject
	}
	s := session.Session{Token: token, Subject: subject, Started: now, Active: now, Got: now, Expires: now.Add(r.life(i))}
	if r.useOf(i) == ID {
		s.Token, s.Claims = "", claimsText(token)
	}
	if guard.Table != nil {
		store, err := tablesession.New(tablesession.Options{
			Cookie: guard.Cookie, Host: host, IdleTimeout: guard.IdleTimeout, MaxAge: guard.MaxAge, Now: p.now, Random: p.random,
			Keys: keys, Table: table,
		})
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrRequest, err)
		}
		lines, err := store.Create(ctx, &s, i.URL, "")
		if err != nil {
			return "", err
		}
		return cookieHeader(lines)
	}
	store, err := session.New(session.Options{
		Cookie: guard.Cookie, Host: host, IdleTimeout: guard.IdleTimeout, MaxAge: guard.MaxAge, Now: p.now, Random: p.random,
		Keys: keys,
	})
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrRequest, err)
	}
	lines, err := store.Seal(ctx, &s)
	if err != nil {
		return "", err
	}
	return cookieHeader(lines)
}

// claimsText returns the claims of a JWT as text.
func claimsText(token string) []byte {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	return text
}

// cookieHeader returns the Cookie header of a browser that has received these Set-Cookie headers.
func cookieHeader(lines []string) (string, error) {
	var pairs []string
	for _, line := range lines {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			return "", fmt.Errorf("devissuer: %w", err)
		}
		if c.MaxAge >= 0 && c.Value != "" { // others are deleted
			pairs = append(pairs, c.Name+"="+c.Value)
		}
	}
	return strings.Join(pairs, "; "), nil
}

// unverified returns the claims of a JWT without verifying its signature.
func unverified(token string) (claims strictjson.Value, ok bool) {
	text := claimsText(token)
	if text == nil {
		return claims, false
	}
	claims, err := strictjson.Parse(string(text))
	return claims, err == nil
}
