package secureapi

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/login"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Issuer is an identity provider whose tokens are accepted, with the rules for its tokens. [Okta], [EntraID], [Google],
// [Auth0] and [CognitoIssuer] fill one in; you can change its fields afterwards.
type Issuer struct {
	// URL is the issuer's identifier, exactly as its tokens have it in the iss claim. Required.
	URL string

	// Audiences are the accepted audiences; a token needs one of them in aud (client_id for a Cognito access token). At
	// least one is required.
	Audiences []string

	// Algorithms are the issuer's signing algorithms: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA
	// (or Ed25519, its name in RFC 9864; either name accepts tokens and keys of both), or, with HMACSecret, HS256, HS384,
	// HS512. Default: RS256; with HMACSecret, HS256.
	Algorithms []string

	// JWKSURL is the URL of the issuer's public keys. Default: the jwks_uri of its discovery document at URL +
	// "/.well-known/openid-configuration".
	JWKSURL string

	// HMACSecret holds the shared key for HS256, HS384 or HS512, which is at least as long as the hash. The function is
	// granted access to it. Default: none.
	HMACSecret awssecretsmanager.ISecret

	// HMACSecretField is the field of the secret's JSON that holds the key. Default: the whole secret string.
	HMACSecretField string

	// Type is the typ header that tokens must have, such as "at+jwt" for access tokens of RFC 9068. Default: JWT, at+jwt
	// or none.
	Type string

	// TokenUse is the token_use claim that tokens of Amazon Cognito must have: "access" or "id". Default: not checked.
	TokenUse string

	// ScopesClaim, GroupsClaim, RolesClaim and PrincipalClaim name the claims that hold scopes, groups, roles and the
	// principal. A dot descends into an object ("realm_access.roles"). Defaults: scope, else scp; groups; roles; sub.
	ScopesClaim, GroupsClaim, RolesClaim, PrincipalClaim string

	// Leeway is the clock difference allowed for nbf and iat, in whole seconds up to 5 minutes. It does not apply to exp.
	// Default: none.
	Leeway time.Duration

	// Clients are the IDs of the client applications whose tokens are accepted. A token must have one of them in azp or
	// client_id, and in both if it has both; with ClientClaim, in that claim. Default: any client of the issuer; with
	// TokenUse "access", those in Audiences.
	Clients []string

	// ClientClaim is the claim that holds the client ID, if it is neither azp nor client_id. A dot descends into an
	// object. [Okta] sets it to "cid". It has an effect only with Clients. Default: azp and client_id.
	ClientClaim string

	// MaxLifetime is the longest lifetime that a token may have, from iat to exp, in whole seconds. If it is set, tokens
	// without iat are rejected. Default: any.
	MaxLifetime time.Duration

	// MaxKeyAge is how long the function uses the issuer's keys before it fetches them again, even if the issuer's
	// Cache-Control allows longer: whole seconds, at least 1 minute. While the issuer can be reached, a withdrawn key is
	// accepted for at most this long. Default: 1 hour.
	MaxKeyAge time.Duration

	// StaleCeiling is how old keys may get while the issuer cannot be reached or does not answer in time: whole seconds,
	// at least MaxKeyAge, up to 7 days. After that, requests get a 500. Default: 12 hours.
	StaleCeiling time.Duration

	// AcceptBoundTokens accepts tokens that are bound to a key or a certificate of the client (the claim cnf, by DPoP or
	// mutual TLS) as bearer tokens. WARNING: nothing checks that the caller has the key, so the binding no longer protects
	// against stolen tokens. Default: such tokens get a 401.
	AcceptBoundTokens bool

	// CertificateBound requires that tokens are bound to a certificate of the client (the claim cnf has x5t#S256 alone,
	// RFC 8705), and that the request presents this certificate by mutual TLS. A stolen token is then worthless. Other
	// requests get a 401. It requires a [RequestAuthorizer], [Domain.MutualTLS], and, if API Gateway caches answers, the
	// identity source IdentityContext("identity.clientCert.clientCertPem"). Default: tokens with cnf get a 401.
	CertificateBound bool

	// DPoPBound requires that tokens are bound to a key of the client by DPoP (the claim cnf has jkt alone, RFC 9449), and
	// that each request has a DPoP header with a new proof of that key, for its method, URL and token. A stolen token is
	// then worthless. Clients send "Authorization: DPoP TOKEN"; other requests get a 401. A proof counts once, for a
	// minute; see [JWT.ProofTable]. It requires a [RequestAuthorizer] with JWT and [NoCache], and tokens in the
	// Authorization header. Default: tokens with cnf get a 401.
	DPoPBound bool

	// Introspection asks the issuer about its tokens, which are opaque, or JWTs that it may have revoked. With opaque
	// tokens, Audiences may be omitted if Clients is set, and if an answer has no sub, its client_id is the principal.
	// HMACSecret, Type and, unless answers are signed, the settings about keys must not be set then. Default: tokens are
	// JWTs, and the issuer is not asked.
	Introspection *Introspection

	problem  error    // what a preset found wrong with its arguments
	audience string   // what the preset calls its audiences, for errors
	provider provider // what the preset knows about its provider
}

// provider is what a preset knows in addition to the issuer's settings.
type provider struct {
	url, keys string   // the issuer's URL, and the key URL that its discovery document names
	cognito   bool     // whether it is a user pool
	clients   []string // of a user pool, or of Google

	pool        awscognito.IUserPool         // only for a user pool
	poolClients []awscognito.IUserPoolClient // the clients with these IDs
	login       login.Provider               // what a login needs
	rightless   string                       // the provider's name, if its tokens have no scopes, groups or roles
}

// plan converts the issuer into the form that is checked.
func (i Issuer) plan() issuer.Issuer {
	rightless := ""
	if i.URL == i.provider.url {
		rightless = i.provider.rightless
	}
	return issuer.Issuer{
		URL:               i.URL,
		Audiences:         i.Audiences,
		Algorithms:        i.Algorithms,
		JWKSURL:           i.JWKSURL,
		HMACSecret:        i.HMACSecret != nil,
		HMACSecretField:   i.HMACSecretField,
		Type:              i.Type,
		TokenUse:          i.TokenUse,
		Pool:              i.isPool(),
		Clients:           i.Clients,
		Leeway:            i.Leeway,
		AcceptBoundTokens: i.AcceptBoundTokens,
		CertificateBound:  i.CertificateBound,
		DPoPBound:         i.DPoPBound,
		MaxLifetime:       i.MaxLifetime,
		MaxKeyAge:         i.MaxKeyAge,
		StaleCeiling:      i.StaleCeiling,
		Introspection:     i.Introspection.plan(),
		ScopesClaim:       i.ScopesClaim,
		GroupsClaim:       i.GroupsClaim,
		RolesClaim:        i.RolesClaim,
		PrincipalClaim:    i.PrincipalClaim,
		Rightless:         rightless,
		Problem:           i.problem,
		AudienceName:      i.audience,
	}
}

// isPool reports whether the issuer is known to be a user pool of Amazon Cognito.
// Source:
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
func (i Issuer) isPool() bool {
	return i.provider.cognito && i.URL == i.provider.url || strings.HasPrefix(i.URL, "https://cognito-idp.")
}

func (i Issuer) config() settings.Issuer {
	out := settings.Issuer{
		URL:               i.URL,
		Audiences:         slices.Clone(i.Audiences),
		Algorithms:        slices.Clone(i.Algorithms),
		JWKSURL:           i.JWKSURL,
		SecretField:       i.HMACSecretField,
		Type:              i.Type,
		TokenUse:          i.TokenUse,
		ScopesClaim:       i.ScopesClaim,
		GroupsClaim:       i.GroupsClaim,
		RolesClaim:        i.RolesClaim,
		PrincipalClaim:    i.PrincipalClaim,
		Leeway:            settings.Seconds(i.Leeway),
		Clients:           slices.Clone(i.Clients),
		MaxLifetime:       settings.Seconds(i.MaxLifetime),
		MaxKeyAge:         settings.Seconds(i.MaxKeyAge),
		StaleCeiling:      settings.Seconds(i.StaleCeiling),
		AcceptBoundTokens: i.AcceptBoundTokens,
		CertificateBound:  i.CertificateBound,
		DPoPBound:         i.DPoPBound,
		Introspection:     i.Introspection.config(),
	}
	if len(i.Clients) > 0 {
		out.ClientClaim = i.ClientClaim
	}
	if i.HMACSecret != nil {
		out.SecretARN = *i.HMACSecret.SecretArn()
	}
	return out
}
