package login

import (
	"errors"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// checksAccessTokens reports whether the login can check access tokens as the guard does: those that the guard verifies
// as JWTs. Opaque tokens only their issuer knows.
func checksAccessTokens(i authz.Issuer) bool {
	return i.Introspection == nil || i.Introspection.VerifyJWTs
}

// guardsIssuer is the guard's issuer as it verifies access tokens, but for the clock.
func guardsIssuer(i authz.Issuer, jwksURL string, secret jwt.Secret, loopbackHTTP bool) jwt.Issuer {
	out := jwt.Issuer{
		URL:               i.URL,
		Audiences:         i.Audiences,
		Algorithms:        i.Algorithms,
		Type:              i.Type,
		TokenUse:          i.TokenUse,
		Clients:           i.Clients,
		ClientClaim:       i.ClientClaim,
		MaxLifetime:       i.MaxLifetime,
		MaxKeyAge:         i.MaxKeyAge,
		StaleCeiling:      i.StaleCeiling,
		Leeway:            max(i.Leeway, clockSkew),
		AcceptBoundTokens: i.AcceptBoundTokens,
		AllowLoopbackHTTP: loopbackHTTP,
	}
	if i.SecretARN != "" {
		out.Secret = secret
	} else {
		out.JWKSURL = jwksURL
	}
	return out
}

// errGuard says that the guard would not take the access token that the provider issued. Each request would be answered
// with 401, and the page would send the user to log in again and again.
var errGuard = errors.New("the guard would reject the provider's access token: compare the issuer's settings with the " +
	"token's claims")
