package apimodel

import (
	"time"
)

// UserPool is an Amazon Cognito user pool.
type UserPool struct {
	ID          // LogicalID is "" for a pool that is imported into the app
	PoolID      string
	ARN         string
	ProviderURL string // the issuer of its tokens, such as "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab1Cd2Ef3"

	Clients         []*UserPoolClient
	ResourceServers []*ResourceServer
	Groups          []string
	Providers       []*IdentityProvider
	Domains         []string // a prefix of amazoncognito.com, or a domain of the app's own
	CaseInsensitive bool     // upper and lower case are the same in the names of users

	PreTokenARN string // of the function that decides what its tokens hold; "" if it has none

	// OldPreTokenARN is that of one that takes the events of the first version, in which it decides on ID tokens alone.
	OldPreTokenARN string
}

// UserPoolClient is an app client of a user pool.
type UserPoolClient struct {
	ID
	ClientID string
	Secret   bool     // it has a client secret
	Scopes   []string // that it may ask for, such as "openid" or "orders/read"
	Flows    []string // code, implicit, client_credentials

	CallbackURLs, LogoutURLs []string // where the browser may be sent after a login, and after a logout

	AccessTokenValidity  time.Duration // default 1 h
	RefreshTokenValidity time.Duration // default 30 days

	Providers []string // that users may sign in with: COGNITO, which is the pool itself, or names of its Providers

	Rotates       bool          // a refresh token is good for one use
	RotationGrace time.Duration // how long it is good for another use then
}

// IdentityProvider is another provider whose users sign in to a user pool.
type IdentityProvider struct {
	ID
	Name        string   // such as "Google"
	Type        string   // Google, Facebook, LoginWithAmazon, SignInWithApple, OIDC, SAML
	Identifiers []string // further names by which a sign-in may ask for it
}

// ResourceServer is an API that scopes of a user pool belong to.
type ResourceServer struct {
	ID
	Identifier string
	Scopes     []string // as tokens have them: the identifier, a slash, the name
}
