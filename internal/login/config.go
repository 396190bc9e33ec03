package login

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Variable is the environment variable that holds the login's [Config] as JSON.
const Variable = settings.LoginVariable

// The defaults of [Config].
const (
	DefaultPath        = settings.DefaultLoginPath
	DefaultCookie      = settings.DefaultCookie
	DefaultIdleTimeout = settings.DefaultIdleTimeout
	DefaultMaxAge      = settings.DefaultMaxAge
)

// Config configures where users log in, as which client, and how long their sessions last. [Config.Environment] writes
// it as JSON, and [FromEnvironment] reads that. Names are in lower camel case, and durations in seconds.
type Config struct {
	// Issuer has the settings with which the guard verifies a session's token. Required.
	//
	// The login verifies ID tokens by its URL, Algorithms, JWKSURL, Leeway, MaxKeyAge and StaleCeiling. It always uses
	// published keys, and accepts RS256 as well. When a user logs in, it checks that the guard accepts the access token,
	// if that is a JWT.
	Issuer authz.Issuer

	// DiscoveryURL is the https URL of the issuer's metadata (OpenID Connect Discovery 1.0, section 4). Default:
	// Issuer.URL + "/.well-known/openid-configuration".
	DiscoveryURL string

	// ClientID is the ID of the client that users log in to. Required.
	ClientID string

	// ClientAuth is how the client authenticates to the token endpoint: "client_secret_basic", "client_secret_post" or
	// "private_key_jwt". Default: "client_secret_basic".
	ClientAuth string

	// SecretARN names the AWS Secrets Manager secret with the client's secret or, for "private_key_jwt", its private key,
	// PKCS #8 in PEM. It is the whole secret string or, with SecretField, one field of its JSON. Required without
	// UserPoolID.
	SecretARN, SecretField string

	// Algorithm is the algorithm that signs the client's assertions for "private_key_jwt": RS256, RS384, RS512, PS256,
	// PS384, PS512, ES256, ES384, ES512 or EdDSA. KeyID is their kid, and Audience their aud. Defaults: no kid;
	// Issuer.URL.
	Algorithm, KeyID, Audience string

	// UserPoolID is the ID of the Amazon Cognito user pool that the client belongs to, such as "eu-central-1_AbCdEfGhI".
	// The client's secret is then read from the user pool, and a logout goes to Cognito's logout endpoint. Default:
	// another provider.
	UserPoolID string

	// Scopes are the scopes that the client requests. They must include "openid". Required.
	Scopes []string

	// Parameters are further parameters of the authorization request, such as {"prompt": "login"}. They cannot replace
	// parameters that the login sets. Default: none.
	Parameters map[string]string

	// Origin is the https origin that browsers use, such as "https://shop.example.com". Required.
	Origin string

	// BasePath precedes Path in the paths that browsers use: "/prod", or "/" for nothing. The default comes from each
	// request's requestContext.path, which includes the stage or the base path of a custom domain.
	BasePath string

	// Path is the path of the login's routes in the API. Default: [DefaultPath].
	Path string

	// Cookie is the name of the session's cookie. It must begin with "__Host-". Default: [DefaultCookie].
	Cookie string

	// KeysARN names the AWS Secrets Manager secret from which the keys of the cookies are derived. Required.
	KeysARN string

	// IdleTimeout is the time after which a session that is not refreshed ends. MaxAge is the time after which each
	// session ends. Both are in whole seconds. Defaults: [DefaultIdleTimeout] and [DefaultMaxAge].
	IdleTimeout, MaxAge time.Duration

	// AllowOrigins are the origins of pages on sibling hosts that may refresh and log out. Default: only Origin.
	AllowOrigins []string

	// Claims are the paths of the ID token's claims that the session keeps. If not nil, the session has these claims
	// instead of the access token, for a guard that reads ID tokens.
	Claims []string

	// Table names the Amazon DynamoDB table that stores sessions, for a function that is built with [InTable]. Default:
	// sessions are in cookies.
	Table string

	// Admins makes the function answer the routes of administrators. The API must have these routes, and its guard decides
	// who is an administrator. It requires Table.
	Admins bool

	// AfterLogout is the API path that the browser goes to after a logout. Default: "/".
	AfterLogout string

	// NoMetrics leaves the CloudWatch metrics out of the log. Every custom metric costs money.
	NoMetrics bool
}
