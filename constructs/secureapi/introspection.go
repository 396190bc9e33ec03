package secureapi

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Introspection asks an issuer about its tokens, by OAuth 2.0 Token Introspection (RFC 7662): opaque tokens, which only
// the issuer can read, or with VerifyJWTs JWTs, which it may have revoked.
//
// The issuer's answer gives a caller its claims as a JWT does, for requirements, the hook and the backend. A token that
// is not active gets a 401. An endpoint that cannot be reached, refuses the client, or answers with anything else than
// RFC 7662 says gives a 500, which is not cached; docs/opaque-tokens.md lists what leads to what.
type Introspection struct {
	// Endpoint is the issuer's introspection endpoint, an https URL without a query. Required.
	Endpoint string

	// ClientID is the client that asks, which the issuer has to let introspect. Required.
	ClientID string

	// ClientAuth is how the client authenticates: a [ClientSecret], a [ClientSecretPost] or a [PrivateKeyJWT]. Required.
	ClientAuth ClientAuth

	// SignedResponse wants answers that the issuer has signed (RFC 9701), by one of the Algorithms and with one of the
	// keys of the [Issuer]. An answer that is not signed then counts as a failure. Encrypted ones are not read. Default:
	// plain JSON.
	SignedResponse bool

	// VerifyJWTs says that the tokens are JWTs: they are verified by the issuer's other settings first, so that a forged
	// one causes no call, and then the issuer is asked whether they are still active. Their own claims count; scopes that
	// the answer leaves out do not. Default: tokens are opaque, and one authorizer can have one such issuer.
	VerifyJWTs bool

	// AnswerTTL is how long the function keeps an answer, in whole seconds up to an hour: never longer than the token is
	// valid, and 10 seconds at most where it is not active. API Gateway keeps the policy for the authorizer's CacheTTL
	// besides. Default: 60 seconds. [NoCache] asks on every request that reaches the function.
	AnswerTTL time.Duration
}

// ClientAuth is how a client authenticates to an issuer: to its introspection endpoint for [Introspection], to its
// token endpoint for [Login]. [ClientSecret], [ClientSecretPost] and [PrivateKeyJWT] make one; the fields can be
// changed afterwards.
type ClientAuth struct {
	// Method is "client_secret_basic", "client_secret_post" or "private_key_jwt".
	Method string

	// Secret holds the client's secret or its private key. The function gets the grant to read it, and reads it again
	// after 10 minutes, and when the endpoint refuses it.
	Secret awssecretsmanager.ISecret

	// SecretField is the field of the secret's JSON that has it. Default: the whole secret string.
	SecretField string

	// Algorithm signs with the private key: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 or EdDSA.
	Algorithm string

	// KeyID is the kid of the private key, where the issuer wants to be told. Default: none.
	KeyID string

	// Audience is the aud of what is signed. Okta wants its endpoint there. Default: the issuer's URL.
	Audience string
}

// ClientSecret authenticates with a secret in the Authorization header (RFC 6749, section 2.3.1), which every issuer
// that has client secrets takes.
func ClientSecret(secret awssecretsmanager.ISecret) ClientAuth {
	return ClientAuth{Method: string(settings.ClientBasic), Secret: secret}
}

// ClientSecretPost authenticates with a secret in the request's body, for issuers that take nothing else.
func ClientSecretPost(secret awssecretsmanager.ISecret) ClientAuth {
	return ClientAuth{Method: string(settings.ClientPost), Secret: secret}
}

// PrivateKeyJWT authenticates with a JWT that is signed for each call (RFC 7523), by an algorithm such as "ES256". The
// key is PKCS #8 in PEM, as "openssl genpkey" writes it.
func PrivateKeyJWT(key awssecretsmanager.ISecret, algorithm string) ClientAuth {
	return ClientAuth{Method: string(settings.ClientPrivateKey), Secret: key, Algorithm: algorithm}
}

// plan is what the checks look at.
func (n *Introspection) plan() *plan.Introspection {
	if n == nil {
		return nil
	}
	return &plan.Introspection{
		Endpoint:       n.Endpoint,
		ClientID:       n.ClientID,
		Method:         settings.ClientAuth(n.ClientAuth.Method),
		Secret:         n.ClientAuth.Secret != nil,
		Algorithm:      n.ClientAuth.Algorithm,
		KeyID:          n.ClientAuth.KeyID,
		Audience:       n.ClientAuth.Audience,
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
		out.AnswerTTL = -settings.Seconds(time.Second) // which the function's configuration can say
	}
	return out
}
