package devissuer

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
)

// The ways in which a client authenticates, beside [AnySecret].
const (
	basicAuth      = string(clientauth.Basic)
	postAuth       = string(clientauth.Post)
	privateKeyAuth = string(clientauth.PrivateKey)
)

// App is a client that is known from the assembly: that of a login function, or an app client of a user pool. Tokens
// that it gets have the form of the [Issuer] that it belongs to.
type App struct {
	// ClientID is its client id. Required.
	ClientID string

	// Callback is the path that ends its redirect URI at [Options.AppOrigin], such as "/auth/callback"; a base path may
	// precede it. Default: it is not the client of a login function.
	Callback string

	// RedirectURIs and LogoutURIs are further redirect URIs and addresses to go to after a logout, compared byte by byte.
	RedirectURIs, LogoutURIs []string

	// ClientAuth is how it authenticates: "client_secret_basic", "client_secret_post", "private_key_jwt", or
	// [AnySecret]. Default: it does not, as a public client.
	ClientAuth string

	// Algorithm signs its assertions, and Audience is their aud, for "private_key_jwt". Default of Audience: the issuer's
	// URL; the token endpoint is taken too.
	Algorithm, Audience string

	// SecretARN names the secret with its client secret or private key: the whole string, or the field SecretField.
	SecretARN, SecretField string

	// UserPoolID is the user pool that has its client secret, such as "eu-central-1_AbCdEfGhI".
	UserPoolID string

	// KeysARN names the secret that its sessions' cookies are sealed with.
	KeysARN string

	// Scopes are those that it may ask for, and Flows the grants that it may use, in Amazon Cognito's words: "code",
	// "client_credentials". Default: any.
	Scopes, Flows []string

	// TokenLife is how long its access tokens are valid. [Options.TokenLife] comes first. Default:
	// [DefaultExpires].
	TokenLife time.Duration

	// Origin is where browsers reach its login once it is deployed, such as "https://shop.example.com".
	Origin string

	// Declared says that it is an app client of a user pool, and all that the pool knows of it is known.
	Declared bool

	// Providers are the names of what its users sign in with: "COGNITO" or those of [Issuer.Providers]. Default: the user
	// pool itself.
	Providers []string

	// RefreshLife is how long its refresh tokens are valid, from the sign-in on. Default: 30 days.
	RefreshLife time.Duration

	// Rotates says that a refresh token of a user pool's client is good for one use, and for another one within
	// RotationGrace. Default: it is good until it expires.
	Rotates       bool
	RotationGrace time.Duration
}

// AnySecret is the [App.ClientAuth] of a client that gives its secret by HTTP Basic or in the form, as Amazon Cognito
// takes it.
const AnySecret = "client_secret"

func (a App) clone() App {
	for _, list := range []*[]string{&a.RedirectURIs, &a.LogoutURIs, &a.Scopes, &a.Flows, &a.Providers} {
		*list = slices.Clone(*list)
	}
	return a
}

// join adds what another part of the assembly says of the same client.
func (a App) join(b App) App {
	for _, text := range []struct {
		to   *string
		from string
	}{
		{&a.Callback, b.Callback}, {&a.ClientAuth, b.ClientAuth}, {&a.Algorithm, b.Algorithm}, {&a.Audience, b.Audience},
		{&a.SecretARN, b.SecretARN}, {&a.SecretField, b.SecretField}, {&a.UserPoolID, b.UserPoolID},
		{&a.KeysARN, b.KeysARN}, {&a.Origin, b.Origin},
	} {
		if *text.to == "" {
			*text.to = text.from
		}
	}
	a.RedirectURIs = slices.Concat(a.RedirectURIs, b.RedirectURIs)
	a.LogoutURIs = slices.Concat(a.LogoutURIs, b.LogoutURIs)
	if a.Scopes == nil {
		a.Scopes = b.Scopes
	}
	if a.Flows == nil {
		a.Flows = b.Flows
	}
	if a.Providers == nil {
		a.Providers = b.Providers
	}
	a.Declared, a.Rotates = a.Declared || b.Declared, a.Rotates || b.Rotates
	a.TokenLife = cmp.Or(a.TokenLife, b.TokenLife)
	a.RefreshLife = cmp.Or(a.RefreshLife, b.RefreshLife)
	a.RotationGrace = cmp.Or(a.RotationGrace, b.RotationGrace)
	return a
}

// check finds what no client can authenticate with.
func (a App) check() error {
	if a.ClientID == "" {
		return errors.New("a client has no id")
	}
	switch a.ClientAuth {
	case "", AnySecret, basicAuth, postAuth:
	case privateKeyAuth:
		if known, ok := algorithms[a.Algorithm]; !ok || known.kind == secretKind {
			return fmt.Errorf("client %q: the algorithm %q: want one of %s", a.ClientID, a.Algorithm,
				strings.Join(clientauth.Algorithms(), ", "))
		}
	default:
		return fmt.Errorf("client %q: ClientAuth %q: want %q, %q, %q or %q", a.ClientID, a.ClientAuth, basicAuth, postAuth,
			privateKeyAuth, AnySecret)
	}
	return nil
}
