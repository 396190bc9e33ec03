package main

import (
	"crypto/rsa"
	"net/url"
	"slices"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

type key struct {
	id      string
	private *rsa.PrivateKey
}

func (k key) ID() string                                  { return k.id }
func (k key) Key() any                                    { return k.private }
func (k key) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }

type publicKey struct{ key }

func (k publicKey) Key() any                           { return &k.private.PublicKey }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }

// grant has the rights that a user gave to a client.
type grant struct {
	client, subject string
	scopes          []string
	at              time.Time
}

// The access token's audience is the API's; package op adds the client to that of the ID token.
func (g grant) GetAudience() []string  { return []string{"orders"} }
func (g grant) GetAMR() []string       { return nil }
func (g grant) GetAuthTime() time.Time { return g.at }
func (g grant) GetClientID() string    { return g.client }
func (g grant) GetScopes() []string    { return slices.Clone(g.scopes) }
func (g grant) GetSubject() string     { return g.subject }

type refreshed struct{ grant }

func (r *refreshed) SetCurrentScopes(scopes []string) { r.scopes = scopes }

type request struct {
	grant
	id        string
	sent      oidc.AuthRequest
	challenge oidc.CodeChallenge
	done      bool
}

func (r *request) GetID() string                         { return r.id }
func (r *request) GetACR() string                        { return "" }
func (r *request) GetCodeChallenge() *oidc.CodeChallenge { return &r.challenge }
func (r *request) GetNonce() string                      { return r.sent.Nonce }
func (r *request) GetRedirectURI() string                { return r.sent.RedirectURI }
func (r *request) GetResponseType() oidc.ResponseType    { return r.sent.ResponseType }
func (r *request) GetResponseMode() oidc.ResponseMode    { return r.sent.ResponseMode }
func (r *request) GetState() string                      { return r.sent.State }
func (r *request) Done() bool                            { return r.done }

type client struct {
	id           string
	method       oidc.AuthMethod
	redirectURIs []string
	loggedOutURI string
}

func (c *client) GetID() string                       { return c.id }
func (c *client) RedirectURIs() []string              { return c.redirectURIs }
func (c *client) PostLogoutRedirectURIs() []string    { return []string{c.loggedOutURI} }
func (c *client) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (c *client) AuthMethod() oidc.AuthMethod         { return c.method }
func (c *client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}

func (c *client) GrantTypes() []oidc.GrantType {
	return []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken}
}
func (c *client) LoginURL(id string) string           { return "/signin?id=" + url.QueryEscape(id) }
func (c *client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }
func (c *client) IDTokenLifetime() time.Duration      { return time.Hour }
func (c *client) DevMode() bool                       { return false }
func (c *client) RestrictAdditionalIdTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}

func (c *client) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}

func (c *client) IsScopeAllowed(scope string) bool {
	return scope == "orders/read" || scope == "orders/write"
}
func (c *client) IDTokenUserinfoClaimsAssertion() bool { return true }
func (c *client) ClockSkew() time.Duration             { return 0 }
