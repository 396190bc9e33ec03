package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// storage is the state of the provider, in memory. Refresh tokens rotate: each is valid for one use.
type storage struct {
	clients map[string]*client
	jwk     jose.JSONWebKey
	unused  []jose.JSONWebKey // keys to sign with

	mu       sync.Mutex
	ttl      time.Duration // of access tokens
	keys     []key         // the newest signs
	requests map[string]*request
	codes    map[string]string // the ids of requests
	refresh  map[string]grant
}

// Optional interfaces of package op.
var (
	_ op.Storage                        = (*storage)(nil)
	_ op.CanSetUserinfoFromRequest      = (*storage)(nil)
	_ op.CanGetPrivateClaimsFromRequest = (*storage)(nil)
)

func newStorage(set settings) *storage {
	s := &storage{
		clients: map[string]*client{}, jwk: set.JWK, unused: set.Keys, ttl: time.Hour,
		requests: map[string]*request{}, codes: map[string]string{}, refresh: map[string]grant{},
	}
	for id, method := range map[string]oidc.AuthMethod{
		"shop":      oidc.AuthMethodBasic,
		"shop-post": oidc.AuthMethodPost,
		"shop-key":  oidc.AuthMethodPrivateKeyJWT,
		"other":     oidc.AuthMethodBasic,
	} {
		s.clients[id] = &client{id: id, method: method, redirectURIs: set.RedirectURIs, loggedOutURI: set.LoggedOutURI}
	}
	s.rotate()
	return s
}

func (s *storage) rotate() string {
	k := key{id: fmt.Sprintf("key-%d", len(s.keys)+1), private: s.unused[0].Key.(*rsa.PrivateKey)}
	s.unused = s.unused[1:]
	s.keys = slices.Insert(s.keys, 0, k)
	return k.id
}

func (s *storage) signIn(id, subject string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.requests[id]
	if r == nil || subject == "" {
		return errors.New("unknown request, or no subject")
	}
	r.grant.subject, r.grant.at, r.done = subject, time.Now(), true
	return nil
}

func (s *storage) CreateAuthRequest(_ context.Context, a *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if a.CodeChallenge == "" || a.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("PKCE with S256 is required")
	}
	r := &request{
		id:        rand.Text(),
		sent:      *a,
		challenge: oidc.CodeChallenge{Challenge: a.CodeChallenge, Method: a.CodeChallengeMethod},
		grant:     grant{client: a.ClientID, scopes: a.Scopes},
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[r.id] = r
	return r, nil
}

func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.requests[id]; r != nil {
		return r, nil
	}
	return nil, errors.New("unknown request")
}

func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id := s.codes[code]
	s.mu.Unlock()
	return s.AuthRequestByID(ctx, id)
}

func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

func (s *storage) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return rand.Text(), time.Now().Add(s.ttl), nil
}

func (s *storage) CreateAccessAndRefreshTokens(
	_ context.Context, r op.TokenRequest, used string,
) (string, string, time.Time, error) {
	var g grant
	switch r := r.(type) {
	case *request:
		g = r.grant
	case *refreshed:
		g = r.grant
	default:
		return "", "", time.Time{}, fmt.Errorf("unsupported token request %T", r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.refresh[used]; used != "" && !ok { // by another request in the meantime
		return "", "", time.Time{}, oidc.ErrInvalidGrant()
	}
	delete(s.refresh, used)
	next := rand.Text()
	s.refresh[next] = g
	return rand.Text(), next, time.Now().Add(s.ttl), nil
}

func (s *storage) TokenRequestByRefreshToken(_ context.Context, token string) (op.RefreshTokenRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.refresh[token]
	if !ok {
		return nil, op.ErrInvalidRefreshToken
	}
	return &refreshed{g}, nil
}

func (s *storage) TerminateSession(_ context.Context, subject, client string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token, g := range s.refresh {
		if g.subject == subject && g.client == client {
			delete(s.refresh, token)
		}
	}
	return nil
}

func (s *storage) RevokeToken(_ context.Context, token, _, client string) *oidc.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g, ok := s.refresh[token]; ok && g.client != client {
		return oidc.ErrInvalidClient().WithDescription("the token is not this client's")
	}
	delete(s.refresh, token)
	return nil
}

func (s *storage) GetRefreshTokenInfo(_ context.Context, _, token string) (subject, id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.refresh[token]
	if !ok {
		return "", "", op.ErrInvalidRefreshToken
	}
	return g.subject, token, nil
}

func (s *storage) SigningKey(context.Context) (op.SigningKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[0], nil
}

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

func (s *storage) KeySet(context.Context) (all []op.Key, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.keys {
		all = append(all, publicKey{k})
	}
	return all, nil
}

func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if c := s.clients[id]; c != nil {
		return c, nil
	}
	return nil, errors.New("unknown client")
}

func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if s.clients[id] == nil || secret != "the secret of "+id {
		return errors.New("wrong secret")
	}
	return nil
}

func (s *storage) GetKeyByIDAndClientID(_ context.Context, id, client string) (*jose.JSONWebKey, error) {
	if id != s.jwk.KeyID || client != "shop-key" {
		return nil, errors.New("unknown key")
	}
	return &s.jwk, nil
}

func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil // SetUserinfoFromRequest does
}

func (s *storage) SetUserinfoFromRequest(
	_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest, scopes []string,
) error {
	info.Subject = r.GetSubject()
	if slices.Contains(scopes, oidc.ScopeProfile) {
		info.Name = "Name of " + r.GetSubject()
	}
	if slices.Contains(scopes, oidc.ScopeEmail) {
		info.Email = r.GetSubject() + "@shop.test"
	}
	return nil
}

// GetPrivateClaimsFromRequest returns the claims of access tokens in addition to the standard claims.
func (s *storage) GetPrivateClaimsFromRequest(
	_ context.Context, r op.TokenRequest, scopes []string,
) (map[string]any, error) {
	groups := []string{}
	if r.GetSubject() == "ada" {
		groups = append(groups, "admins")
	}
	pad := strings.Repeat("x", map[string]int{"large": 3000, "huge": 5000}[r.GetSubject()])
	return map[string]any{"scope": strings.Join(scopes, " "), "groups": groups, "pad": pad}, nil
}

func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, errors.New("not asked: GetPrivateClaimsFromRequest is")
}

func (s *storage) SetUserinfoFromToken(context.Context, *oidc.UserInfo, string, string, string) error {
	return errors.New("not supported")
}

func (s *storage) SetIntrospectionFromToken(
	context.Context, *oidc.IntrospectionResponse, string, string, string,
) error {
	return errors.New("not supported")
}

func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errors.New("not supported")
}

func (s *storage) Health(context.Context) error { return nil }
