package issuer

import (
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// WithoutRights refuses requirements that no caller can meet because none of the issuers writes rights into its tokens.
func WithoutRights(issuers []Issuer, requires []access.Requirement) error {
	for _, r := range requires {
		if slices.ContainsFunc(issuers, func(i Issuer) bool { return i.mayMeet(r) }) || len(issuers) == 0 {
			continue
		}
		return fmt.Errorf("tokens of %s have no scopes, groups or roles, so that no caller would meet it: require a Claim "+
			"of theirs, such as Claim(\"hd\").Is(\"example.com\"), or give callers rights in a hook, by Package of a "+
			"TokenAuthorizer's JWT or of a SessionAuthorizer", issuers[0].Rightless)
	}
	return nil
}

// mayMeet reports whether a token of the issuer may meet a requirement. A claim that the settings name may hold rights
// with any provider.
func (i Issuer) mayMeet(r access.Requirement) bool {
	switch r.Kind {
	case access.Scope:
		return i.Rightless == "" || i.ScopesClaim != ""
	case access.Group:
		return i.Rightless == "" || i.GroupsClaim != ""
	case access.Role:
		return i.Rightless == "" || i.RolesClaim != ""
	case access.Either:
		return slices.ContainsFunc(r.Either, i.mayMeet)
	}
	return true
}

// TakesIDTokens reports whether ID tokens of a user pool are accepted.
func (i Issuer) TakesIDTokens() bool { return i.TokenUse == "id" || i.Pool && i.TokenUse == "" }
