package authz

import (
	"cmp"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// rightsOf reads a token's scopes, groups and roles from the claims that its issuer has them in.
func (i Issuer) rightsOf(t claims) access.Rights {
	return access.Rights{
		Scopes: words(i.scopesIn(t.Claim)),
		Groups: names(t.Claim(cmp.Or(i.GroupsClaim, "groups"))),
		Roles:  names(t.Claim(cmp.Or(i.RolesClaim, "roles"))),
	}
}

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

// scopesIn finds the claim that has the scopes.
func (i Issuer) scopesIn(claim func(path string) strictjson.Value) strictjson.Value {
	scopes := claim(cmp.Or(i.ScopesClaim, "scope"))
	if i.ScopesClaim == "" && !scopes.Exists() {
		scopes = claim("scp") // Okta and Microsoft have their scopes there
	}
	return scopes
}

// words are a claim's values: a string of words between spaces (RFC 6749, section 3.3), or an array of strings.
// Anything else is no values: it can grant nothing.
func words(v strictjson.Value) []string {
	if s, ok := v.Text(); ok {
		list := make([]string, 0, 1+strings.Count(s, " "))
		for word := range strings.SplitSeq(s, " ") {
			if word != "" {
				list = append(list, word)
			}
		}
		return list
	}
	list, _ := v.Texts()
	return list
}

// names are a claim's values where a value may have spaces, as a group's name may: one string, or an array of strings.
func names(v strictjson.Value) []string {
	if s, ok := v.Text(); ok && s != "" {
		return []string{s}
	}
	list, _ := v.Texts()
	return list
}
