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

// Config says where users log in, as which client, and how long their sessions last. [Config.Environment] writes it as
// JSON, and [FromEnvironment] reads that: names in lower camel case, durations in seconds.
type Config struct {
	// Issuer has the settings by which the guard verifies the token of a session. The login verifies ID tokens by its
	// URL, Algorithms, JWKSURL, Leeway, MaxKeyAge and StaleCeiling, always with published keys and with RS256 as well.
	// When a user logs in, it checks that the guard takes the access token, if that is a JWT. Required.
	Issuer authz.Issuer

	// DiscoveryURL is where the issuer's metadata is (OpenID Connect Discovery 1.0, section 4), an https URL. Default:
	// Issuer.URL + "/.well-known/openid-configuration".
	DiscoveryURL string

	// ClientID is the client that users log in to. Required.
	ClientID string

	// ClientAuth is how the client authenticates to the token endpoint: "client_secret_basic", "client_secret_post" or
	// "private_key_jwt". Default: "client_secret_basic".
	ClientAuth string

	// SecretARN names the AWS Secrets Manager secret with the client's secret or, for "private_key_jwt", its private key,
	// PKCS #8 in PEM: the whole secret string, or with SecretField one field of its JSON. Required without UserPoolID.
	SecretARN, SecretField string

	// Algorithm signs the client's assertions for "private_key_jwt": RS256, RS384, RS512, PS256, PS384, PS512, ES256,
	// ES384, ES512 or EdDSA. KeyID is their kid, and Audience their aud. Defaults: no kid; Issuer.URL.
	Algorithm, KeyID, Audience string

	// UserPoolID is the Amazon Cognito user pool whose client this is, such as "eu-central-1_AbCdEfGhI". The client's
	// secret is read from the user pool, and the logout goes to Cognito's logout endpoint. Default: another provider.
	UserPoolID string

	// Scopes are those that the client asks for. "openid" is among them. Required.
	Scopes []string

	// Parameters are further parameters of the authorization request, such as {"prompt": "login"}. They cannot replace
	// those that the login sets. Default: none.
	Parameters map[string]string

	// Origin is the https origin that browsers use, such as "https://shop.example.com". Required.
	Origin string

	// BasePath is what precedes Path in the paths that browsers use: "/prod", or "/" for nothing. Default: as each request
	// says, by its requestContext.path, which has the stage or the base path of a custom domain.
	BasePath string

	// Path is where the login's routes are in the API. Default: [DefaultPath].
	Path string

	// Cookie is the name of the session's cookie. It begins with "__Host-". Default: [DefaultCookie].
	Cookie string

	// KeysARN names the AWS Secrets Manager secret that the keys of the cookies are derived from. Required.
	KeysARN string

	// IdleTimeout ends a session that is not refreshed, and MaxAge ends each session. Both are in whole seconds.
	// Defaults: [DefaultIdleTimeout] and [DefaultMaxAge].
	IdleTimeout, MaxAge time.Duration

	// AllowOrigins are the origins of pages on sibling hosts that may refresh and log out. Default: none but Origin.
	AllowOrigins []string

	// Claims are the paths of the ID token's claims that the session keeps. If not nil, the session holds these claims
	// instead of the access token, for a guard that reads ID tokens. Default: the session holds the access token.
	Claims []string

	// Table names the Amazon DynamoDB table that sessions are kept in, for a function that is built with [InTable].
	// Default: sessions are kept in cookies.
	Table string

	// Admins says that the API has the routes of administrators, and that its guard decides who is one. It needs Table.
	// Default: the function does not answer them.
	Admins bool

	// AfterLogout is the path of the API that the browser goes to after a logout. Default: "/".
	AfterLogout string

	// NoMetrics leaves the CloudWatch metrics out of the log. Every custom metric has its price. Default: they are there.
	NoMetrics bool
}
