package plan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// JWT describes the settings of the included function.
type JWT struct {
	Issuers          []issuer.Issuer
	ContextClaims    []string
	DenyEscapedPaths bool
	UsageKeyClaim    string
	ProofTable       *ProofTable // nil without one
	ProofURLs        []string
	Release          *Release // nil without one
	Hooked           bool     // whether a main package of the app's own may give callers rights
}

func (j *JWT) check() (errs []error) {
	if len(j.Issuers) == 0 {
		errs = append(errs, errors.New("JWT.Issuers is empty: name at least one issuer"))
	}
	seen := map[string]bool{}
	for i, from := range j.Issuers {
		for _, err := range from.Check() {
			errs = append(errs, fmt.Errorf("JWT.Issuers[%d]: %w", i, err))
		}
		if seen[from.URL] {
			errs = append(errs, fmt.Errorf("JWT.Issuers[%d]: issuer %q is listed twice: give one issuer all its "+
				"audiences", i, from.URL))
		}
		seen[from.URL] = true
	}
	binds := slices.ContainsFunc(j.Issuers, func(i issuer.Issuer) bool { return i.DPoPBound })
	errs = append(errs, j.ProofTable.check(binds)...)
	errs = append(errs, checkProofURLs(j.ProofURLs, binds)...)
	if err := j.checkOpaqueIssuers(); err != nil {
		errs = append(errs, err)
	}
	for _, err := range j.Release.Check() {
		errs = append(errs, fmt.Errorf("JWT.%w", err))
	}
	return append(errs, checkContextClaims("JWT.ContextClaims", j.ContextClaims)...)
}

// checkContextClaims checks the claims that a backend receives. The field that lists them is for errors.
func checkContextClaims(field string, claims []string) (errs []error) {
	for i, claim := range claims {
		switch {
		case claim == "":
			errs = append(errs, fmt.Errorf("%s has an empty name", field))
		case cdktoken.UnresolvedList(claim):
			errs = append(errs, fmt.Errorf("%s %s", field, cdktoken.ListProblem))
		case settings.IsReserved(claim):
			errs = append(errs, fmt.Errorf("%s has %q, a name that the context has already: leave it out",
				field, claim))
		case slices.Contains(claims[:i], claim):
			errs = append(errs, fmt.Errorf("%s has %q twice: leave one out", field, claim))
		}
	}
	return errs
}

// checkOpaqueIssuers refuses a second issuer of opaque tokens.
func (j *JWT) checkOpaqueIssuers() error {
	first := -1
	for n, i := range j.Issuers {
		switch {
		case !i.IsOpaque():
		case first < 0:
			first = n
		default:
			return fmt.Errorf("JWT.Issuers[%d] and [%d] both have opaque tokens, which do not name their issuer, and "+
				"one issuer's tokens are not shown to another: guard the routes of one with an authorizer of their own "+
				"(GuardedBy), or set Introspection.VerifyJWTs where the tokens are JWTs", first, n)
		}
	}
	return nil
}

// Introspects reports whether any issuer is asked about its tokens.
func (j *JWT) Introspects() bool {
	return j != nil && slices.ContainsFunc(j.Issuers, func(i issuer.Issuer) bool { return i.Introspection != nil })
}

// TakesOpaque reports whether any issuer has opaque tokens.
func (j *JWT) TakesOpaque() bool {
	return j != nil && slices.ContainsFunc(j.Issuers, issuer.Issuer.IsOpaque)
}

// OpaqueAlone reports whether the function verifies no JWTs, because it asks each issuer about each token.
func (j *JWT) OpaqueAlone() bool {
	return !slices.ContainsFunc(j.Issuers, func(i issuer.Issuer) bool { return !i.IsOpaque() })
}

// ChecksClients reports whether the claims that name a client are compared. This is so if Clients is set, and for
// access tokens of Amazon Cognito, which has the audience in the claim client_id.
func (j *JWT) ChecksClients() bool {
	return slices.ContainsFunc(j.Issuers, func(i issuer.Issuer) bool {
		return len(i.Clients) > 0 || i.TokenUse == "access"
	})
}
