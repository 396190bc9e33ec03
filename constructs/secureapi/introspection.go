package secureapi

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Introspection asks an issuer about its tokens with OAuth 2.0 Token Introspection (RFC 7662). The tokens are opaque,
// so that only the issuer can read them, or, with VerifyJWTs, JWTs that the issuer may have revoked.
//
// The issuer's answer supplies the caller's claims, as a JWT does, to requirements, the hook and the backend. A token
// that is not active gets a 401. If the endpoint cannot be reached, refuses the client, or breaks RFC 7662, the caller
// gets a 500, which is not cached. docs/opaque-tokens.md lists the cases.
type Introspection struct {
	// Endpoint is the URL of the issuer's introspection endpoint: https, without a query. Required.
	Endpoint string

	// ClientID is the client that asks. The issuer has to allow it to introspect. Required.
	ClientID string

	// ClientAuth is how the client authenticates: a [ClientSecret], a [ClientSecretPost] or a [PrivateKeyJWT]. Required.
	ClientAuth ClientAuth

	// SignedResponse requires answers that the issuer has signed (RFC 9701), with one of the Algorithms and one of the
	// keys of the [Issuer]. An unsigned answer is then a failure. Encrypted answers are not supported. Default: plain
	// JSON.
	SignedResponse bool

	// VerifyJWTs says that the tokens are JWTs. The function verifies a token first, by the issuer's other settings, so a
	// forged token causes no call. Then it asks the issuer whether the token is still active. The claims are the token's
	// own; scopes that the answer omits do not count. Default: tokens are opaque, and one authorizer can have one such
	// issuer.
	VerifyJWTs bool

	// AnswerTTL is how long the function caches an answer, in whole seconds up to an hour. It never exceeds the token's
	// lifetime, and is at most 10 seconds for a token that is not active. API Gateway caches the policy separately, for
	// the authorizer's CacheTTL. With [NoCache] the function asks on every request that reaches it. Default: 60 seconds.
	AnswerTTL time.Duration
}

// ClientAuth is how a client authenticates to an issuer: at its introspection endpoint for [Introspection], at its
// token endpoint for [Login]. Make one with [ClientSecret], [ClientSecretPost] or [PrivateKeyJWT]; you can change its
// fields afterwards.
type ClientAuth struct {
	// Method is "client_secret_basic", "client_secret_post" or "private_key_jwt".
	Method string

	// Secret holds the client's secret or private key. The function is granted access to it, and reads it again after 10
	// minutes and when the endpoint refuses it.
	Secret awssecretsmanager.ISecret

	// SecretField is the field of the secret's JSON that holds the value. Default: the whole secret string.
	SecretField string

	// Algorithm is the signing algorithm of the private key: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512
	// or EdDSA.
	Algorithm string

	// KeyID is the kid of the private key, for issuers that require it. Default: none.
	KeyID string

	// Audience is the aud of the signed JWT. Okta requires its endpoint there. Default: the issuer's URL.
	Audience string
}

// ClientSecret authenticates with a secret in the Authorization header (RFC 6749, section 2.3.1). Every issuer with
// client secrets supports this.
func ClientSecret(secret awssecretsmanager.ISecret) ClientAuth {
	return ClientAuth{Method: string(settings.ClientBasic), Secret: secret}
}

// ClientSecretPost authenticates with a secret in the request body, for issuers that support nothing else.
func ClientSecretPost(secret awssecretsmanager.ISecret) ClientAuth {
	return ClientAuth{Method: string(settings.ClientPost), Secret: secret}
}

// PrivateKeyJWT authenticates with a JWT that is signed for each call (RFC 7523) with an algorithm such as "ES256". The
// key is PKCS #8 in PEM, as "openssl genpkey" writes it.
func PrivateKeyJWT(key awssecretsmanager.ISecret, algorithm string) ClientAuth {
	return ClientAuth{Method: string(settings.ClientPrivateKey), Secret: key, Algorithm: algorithm}
}

// plan converts the settings into the form that is checked.
func (a ClientAuth) plan() issuer.ClientAuth {
	return issuer.ClientAuth{
		Method:    settings.ClientAuth(a.Method),
		Secret:    a.Secret != nil,
		Algorithm: a.Algorithm,
		KeyID:     a.KeyID,
		Audience:  a.Audience,
	}
}

// plan converts the settings into the form that is checked.
func (n *Introspection) plan() *issuer.Introspection {
	if n == nil {
		return nil
	}
	return &issuer.Introspection{
		Endpoint:       n.Endpoint,
		ClientID:       n.ClientID,
		ClientAuth:     n.ClientAuth.plan(),
		SignedResponse: n.SignedResponse,
		VerifyJWTs:     n.VerifyJWTs,
		AnswerTTL:      n.AnswerTTL,
	}
}

func (n *Introspection) config() *settings.Introspection {
	if n == nil {
		return nil
	}
	out := &settings.Introspection{
		Endpoint:       n.Endpoint,
		ClientID:       n.ClientID,
		ClientAuth:     n.ClientAuth.Method,
		SecretARN:      *n.ClientAuth.Secret.SecretArn(),
		SecretField:    n.ClientAuth.SecretField,
		Algorithm:      n.ClientAuth.Algorithm,
		KeyID:          n.ClientAuth.KeyID,
		Audience:       n.ClientAuth.Audience,
		SignedResponse: n.SignedResponse,
		VerifyJWTs:     n.VerifyJWTs,
		AnswerTTL:      settings.Seconds(n.AnswerTTL),
	}
	if n.AnswerTTL == NoCache {
		out.AnswerTTL = -settings.Seconds(time.Second) // the value that the function's configuration has for NoCache
	}
	return out
}
