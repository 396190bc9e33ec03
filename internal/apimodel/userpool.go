package apimodel

import (
	"time"
)

// UserPool is an Amazon Cognito user pool.
type UserPool struct {
	ID          // LogicalID is "" for an imported pool
	PoolID      string
	ARN         string
	ProviderURL string // the issuer of its tokens: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab1Cd2Ef3"

	Clients         []*UserPoolClient
	ResourceServers []*ResourceServer
	Groups          []string
	Providers       []*IdentityProvider
	Domains         []string // a prefix of amazoncognito.com, or a domain of the app's own
	CaseInsensitive bool     // user names ignore case

	PreTokenARN string // the ARN of the function that decides what tokens contain; "" if there is no such function

	// OldPreTokenARN is the ARN of a function for events of the first version, which decides only about ID tokens.
	OldPreTokenARN string
}

// UserPoolClient is an app client of a user pool.
type UserPoolClient struct {
	ID
	ClientID string
	Secret   bool     // the client has a secret
	Scopes   []string // scopes that the client may request, such as "openid" or "orders/read"
	Flows    []string // code, implicit, client_credentials

	CallbackURLs, LogoutURLs []string // where browsers may be redirected after a login, and after a logout

	AccessTokenValidity  time.Duration // default 1 h
	RefreshTokenValidity time.Duration // default 30 days

	Providers []string // how users may sign in: COGNITO, which is the pool itself, or names of its Providers

	Rotates       bool          // each refresh also gives a new refresh token
	RotationGrace time.Duration // how long a refresh token remains valid after its first use
}

// IdentityProvider is an external provider whose users sign in to a user pool.
type IdentityProvider struct {
	ID
	Name        string   // such as "Google"
	Type        string   // Google, Facebook, LoginWithAmazon, SignInWithApple, OIDC, SAML
	Identifiers []string // further names by which a sign-in may select it
}

// ResourceServer is an API to which scopes of a user pool belong.
type ResourceServer struct {
	ID
	Identifier string
	Scopes     []string // as in tokens: the identifier, a slash, the name
}
