package authz

import (
	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// claimNames are the claims in which the issuer's tokens have rights.
func (i Issuer) claimNames() access.ClaimNames {
	return access.ClaimNames{Scopes: i.ScopesClaim, Groups: i.GroupsClaim, Roles: i.RolesClaim}
}

// rightsOf reads a token's scopes, groups and roles from the claims that its issuer has them in.
func (i Issuer) rightsOf(t claims) access.Rights { return i.claimNames().Rights(t.Claim) }

// claimsOf are a token's claims as conditions see them.
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
