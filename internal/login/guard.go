package login

import (
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/oidcclient"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
)

// client returns the settings of the provider's client, for [oidcclient.New]. If the issuer signs access tokens with a
// secret, the vault reads it. The parameter loopbackHTTP permits http instead of https on the loopback interface.
func (c Config) client(vault secretsmanager.Client, loopbackHTTP bool) oidcclient.Config {
	return oidcclient.Config{
		Issuer:       guardsIssuer(c.Issuer, vault, loopbackHTTP),
		Opaque:       !checksAccessTokens(c.Issuer),
		DiscoveryURL: c.DiscoveryURL,
		ClientID:     c.ClientID,
		ClientAuth:   c.ClientAuth,
		SecretARN:    c.SecretARN,
		SecretField:  c.SecretField,
		Algorithm:    c.Algorithm,
		KeyID:        c.KeyID,
		Audience:     c.Audience,
		UserPoolID:   c.UserPoolID,
		Claims:       c.Claims,
	}
}

// checksAccessTokens reports whether the login can check access tokens as the guard does. It can if the guard verifies
// them as JWTs. Only their issuer knows opaque tokens.
func checksAccessTokens(i authz.Issuer) bool {
	return i.Introspection == nil || i.Introspection.VerifyJWTs
}

// guardsIssuer returns the guard's issuer for verifying access tokens, except for the clock.
func guardsIssuer(i authz.Issuer, vault secretsmanager.Client, loopbackHTTP bool) jwt.Issuer {
	out := jwt.Issuer{
		URL:               i.URL,
		Audiences:         i.Audiences,
		Algorithms:        i.Algorithms,
		JWKSURL:           i.JWKSURL,
		Type:              i.Type,
		TokenUse:          i.TokenUse,
		Clients:           i.Clients,
		ClientClaim:       i.ClientClaim,
		MaxLifetime:       i.MaxLifetime,
		MaxKeyAge:         i.MaxKeyAge,
		StaleCeiling:      i.StaleCeiling,
		Leeway:            i.Leeway,
		AcceptBoundTokens: i.AcceptBoundTokens,
		AllowLoopbackHTTP: loopbackHTTP,
	}
	if i.SecretARN != "" {
		out.Secret = vault.Field(i.SecretARN, i.SecretField)
	}
	return out
}
