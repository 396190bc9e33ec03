package secureapi

import (
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Issuer is an identity provider whose tokens are accepted, and what its tokens must look like. [Okta], [EntraID],
// [Google], [Auth0] and [CognitoIssuer] fill one in; its fields can be changed afterwards.
type Issuer struct {
	// URL is the issuer's identifier, as its tokens have it in the iss claim, to the letter. Required.
	URL string

	// Audiences of which the token must be meant for one (aud; client_id for a Cognito access token). At least one.
	Audiences []string

	// Algorithms the issuer signs with: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA (or
	// Ed25519, its name by RFC 9864; either one accepts tokens and keys of both names); or, with HMACSecret, HS256,
	// HS384, HS512. Default: RS256; with HMACSecret, HS256.
	Algorithms []string

	// JWKSURL is where the issuer's public keys are. Default: what its discovery document says, which is at
	// URL + "/.well-known/openid-configuration".
	JWKSURL string

	// HMACSecret holds the shared key of HS256, HS384 or HS512, of at least the hash's length. The function gets the
	// grant to read it. Default: none.
	HMACSecret awssecretsmanager.ISecret

	// HMACSecretField is the field of the secret's JSON that holds the key. Default: the whole secret string is the
	// key.
	HMACSecretField string

	// Type is the typ header that tokens must have: "at+jwt" for access tokens as in RFC 9068. Default: JWT, at+jwt or
	// none.
	Type string

	// TokenUse is the token_use claim that tokens must have: "access" or "id", for Amazon Cognito. Default: not looked
	// at.
	TokenUse string

	// ScopesClaim, GroupsClaim, RolesClaim and PrincipalClaim name the claims that these are read from; a dot descends
	// into an object ("realm_access.roles"). Defaults: scope or else scp; groups; roles; sub.
	ScopesClaim, GroupsClaim, RolesClaim, PrincipalClaim string

	// Leeway is how far the issuer's clock may differ for nbf and iat, in whole seconds up to 5 minutes.
	// An expired token is expired. Default: none.
	Leeway time.Duration

	// Clients are the client ids of the applications whose tokens are accepted. A token must have one of them in azp or
	// client_id, and in both if it has both; with ClientClaim, in that claim. Default: any application of the issuer;
	// with TokenUse "access", those in Audiences.
	Clients []string

	// ClientClaim is the claim that has the client id, where it is neither azp nor client_id; a dot descends into an
	// object. [Okta] sets it to "cid". It counts with Clients only. Default: azp and client_id.
	ClientClaim string

	// MaxLifetime is the longest time that a token may be valid for in all, from its iat to its exp, in whole seconds.
	// With it, a token without iat is rejected. Default: any.
	MaxLifetime time.Duration

	// MaxKeyAge is the time after which the function asks for the issuer's keys again even where the issuer's
	// Cache-Control allows a longer one; whole seconds, from 1 minute on. A key that the issuer withdraws is accepted
	// that long while the issuer can be reached. Default: 1 hour.
	MaxKeyAge time.Duration

	// StaleCeiling is how old keys may get while the issuer cannot be reached, or does not answer in time; whole
	// seconds, no shorter than MaxKeyAge, up to 7 days. Beyond it requests get a 500. Default: 12 hours.
	StaleCeiling time.Duration

	// AcceptBoundTokens accepts tokens that are bound to a key or a certificate of the client (the claim cnf, by DPoP
	// or mutual TLS) as if they were bearer tokens. WARNING: nothing checks that the caller has the key, so the
	// protection against stolen tokens that the binding is for is gone. Default: such tokens get a 401.
	AcceptBoundTokens bool

	// Introspection asks the issuer about its tokens: opaque ones, or JWTs that it may have revoked. With opaque tokens,
	// Audiences may be left out where there are Clients; an answer without a sub gives its client_id as the principal; and
	// HMACSecret and Type, as well as what is about keys unless answers are signed, must be left out. Default: tokens are
	// JWTs, and the issuer is not asked.
	Introspection *Introspection

	problem  error    // what a preset found wrong with its arguments
	audience string   // what the preset's audiences are, for errors
	provider provider // what the preset knows of its provider
}

// provider is what a function that fills an issuer in knows beside the issuer's settings.
type provider struct {
	url, keys string   // of the issuer, whose discovery document names these keys
	cognito   bool     // it is a user pool
	clients   []string // of a user pool, or of Google

	pool        awscognito.IUserPool         // nil for any other
	poolClients []awscognito.IUserPoolClient // with the ids of clients
	login       plan.Provider                // what logging in takes
	rightless   string                       // its name, if its tokens have neither scopes nor groups nor roles
}

// plan is what the checks look at.
func (i Issuer) plan() plan.Issuer {
	rightless := ""
	if i.URL == i.provider.url {
		rightless = i.provider.rightless
	}
	return plan.Issuer{
		URL:             i.URL,
		Audiences:       i.Audiences,
		Algorithms:      i.Algorithms,
		JWKSURL:         i.JWKSURL,
		HMACSecret:      i.HMACSecret != nil,
		HMACSecretField: i.HMACSecretField,
		Type:            i.Type,
		TokenUse:        i.TokenUse,
		Clients:         i.Clients,
		Leeway:          i.Leeway,
		MaxLifetime:     i.MaxLifetime,
		MaxKeyAge:       i.MaxKeyAge,
		StaleCeiling:    i.StaleCeiling,
		Introspection:   i.Introspection.plan(),
		ScopesClaim:     i.ScopesClaim,
		GroupsClaim:     i.GroupsClaim,
		RolesClaim:      i.RolesClaim,
		PrincipalClaim:  i.PrincipalClaim,
		Rightless:       rightless,
		Problem:         i.problem,
		AudienceName:    i.audience,
	}
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
