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

// The ways in which a client authenticates, besides [AnySecret].
const (
	basicAuth      = string(clientauth.Basic)
	postAuth       = string(clientauth.Post)
	privateKeyAuth = string(clientauth.PrivateKey)
)

// App is a client that the assembly declares: the client of a login function, or an app client of a user pool. Its
// tokens have the form of the [Issuer] that it belongs to.
type App struct {
	// ClientID is the client ID. Required.
	ClientID string

	// Callback is the end of the path of its redirect URI at [Options.AppOrigin], such as "/auth/callback"; a base path
	// may precede it. Default: it is not the client of a login function.
	Callback string

	// RedirectURIs and LogoutURIs are further redirect URIs and addresses after a logout, compared byte by byte.
	RedirectURIs, LogoutURIs []string

	// ClientAuth is how the client authenticates: "client_secret_basic", "client_secret_post", "private_key_jwt", or
	// [AnySecret]. Default: it is a public client, which does not authenticate.
	ClientAuth string

	// Algorithm signs its assertions, and Audience is their aud, for "private_key_jwt". Default of Audience: the issuer's
	// URL; the token endpoint is also accepted.
	Algorithm, Audience string

	// SecretARN is the secret that holds its client secret or private key: as the whole string, or in the field
	// SecretField.
	SecretARN, SecretField string

	// UserPoolID is the user pool that knows its client secret, such as "eu-central-1_AbCdEfGhI".
	UserPoolID string

	// KeysARN is the secret with the keys that seal its sessions' cookies.
	KeysARN string

	// Scopes are the scopes that it may request, and Flows the grants that it may use, in Amazon Cognito's terms: "code",
	// "client_credentials". Default: any.
	Scopes, Flows []string

	// TokenLife is how long its access tokens are valid, unless [Options.TokenLife] is set. Default: [DefaultExpires].
	TokenLife time.Duration

	// Origin is where browsers reach its login once that is deployed, such as "https://shop.example.com".
	Origin string

	// Declared reports whether it is an app client of a user pool, so that all of its settings are known.
	Declared bool

	// Providers lists how its users sign in: "COGNITO", or names from [Issuer.Providers]. Default: the user pool itself.
	Providers []string

	// RefreshLife is how long its refresh tokens are valid after the sign-in. Default: 30 days.
	RefreshLife time.Duration

	// Rotates reports whether a user pool's client gets a new refresh token with each refresh. The previous one remains
	// valid for RotationGrace after its first use. Default: a refresh token can be used until it expires.
	Rotates       bool
	RotationGrace time.Duration
}

// AnySecret is the [App.ClientAuth] of a client that sends its secret with HTTP Basic or in the form, both of which
// Amazon Cognito accepts.
const AnySecret = "client_secret"

func (a App) clone() App {
	for _, list := range []*[]string{&a.RedirectURIs, &a.LogoutURIs, &a.Scopes, &a.Flows, &a.Providers} {
		*list = slices.Clone(*list)
	}
	return a
}

// join adds what another part of the assembly says about the same client.
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

// check returns an error for settings with which no client can authenticate.
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
