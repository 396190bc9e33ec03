package authz

import (
	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// claimNames returns the claims in which the issuer's tokens have rights.
func (i Issuer) claimNames() access.ClaimNames {
	return access.ClaimNames{Scopes: i.ScopesClaim, Groups: i.GroupsClaim, Roles: i.RolesClaim}
}

// rightsOf reads the scopes, groups and roles from a token's claims.
func (i Issuer) rightsOf(t claims) access.Rights { return i.claimNames().Rights(t.Claim) }

// claimsOf returns a token's claims in the form that conditions compare.
func claimsOf(t claims, paths []string) []access.ClaimValue {
	if len(paths) == 0 {
		return nil
	}
	out := make([]access.ClaimValue, len(paths))
	for i, path := range paths {
		out[i] = access.ClaimOf(path, t.Claim(path))
	}
	return out
}
