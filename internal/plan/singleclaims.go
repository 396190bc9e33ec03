package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// singleTextClaims are the registered claims that are a single text in each token, and in each answer about one.
// Sources: https://www.rfc-editor.org/rfc/rfc7519#section-4.1 https://www.rfc-editor.org/rfc/rfc7662#section-2.2
var singleTextClaims = []string{"iss", "sub", "jti"}

// checkSingleClaims refuses conditions that no caller can meet. A token's iss is the URL of its issuer, byte by byte,
// and tokens of other issuers are refused earlier. A claim that is a single text is not a list that could have a value.
// Source: https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
func (p *Plan) checkSingleClaims() (errs []error) {
	for _, r := range p.Routes {
		if r.Guard == nil {
			continue
		}
		if claim, found := listOfSingle(r.Requires); found {
			errs = append(errs, fmt.Errorf("route %q: it wants the claim %s to be a list, and in each token %s is one text: "+
				"write Claim(%q).Is in place of Has", r.Pattern, claim, claim, claim))
		}
		issuers := r.Guard.issuers()
		if len(issuers) == 0 || slices.ContainsFunc(issuers, cdktoken.Unresolved) {
			continue
		}
		if wrong, found := otherIssuer(r.Requires, issuers); found {
			errs = append(errs, fmt.Errorf("route %q: it wants the claim iss to be %q, and %s accepts only tokens of %s: "+
				"write the URL of one of its issuers, byte by byte", r.Pattern, wrong, r.Guard, quotedList(issuers)))
		}
	}
	return errs
}

// otherIssuer returns the first value for the claim iss that is not among issuers.
func otherIssuer(requires []access.Requirement, issuers []string) (url string, found bool) {
	for _, q := range requires {
		if q.Kind == access.Claim && q.Claim == "iss" {
			for _, value := range q.AnyOf {
				if !slices.Contains(issuers, value) {
					return value, true
				}
			}
		}
		if url, found = otherIssuer(q.Either, issuers); found {
			return url, true
		}
	}
	return "", false
}

// listOfSingle returns the first claim that a condition treats as a list, although it is a single text in each token.
func listOfSingle(requires []access.Requirement) (claim string, found bool) {
	for _, q := range requires {
		if q.Kind == access.ClaimHas && slices.Contains(singleTextClaims, q.Claim) {
			return q.Claim, true
		}
		if claim, found = listOfSingle(q.Either); found {
			return claim, true
		}
	}
	return "", false
}

// issuers returns the issuers whose tokens the included function takes, including that of a session's login. It returns
// nil if the guard does not use that function.
func (g *Guard) issuers() []string {
	switch {
	case g.Session != nil && g.Session.Login != nil:
		return []string{g.Session.Login.Issuer.URL}
	case g.Included != nil:
		return slices.Clone(g.Included.Issuers)
	}
	return nil
}

func quotedList(texts []string) string {
	var out []string
	for _, text := range texts {
		out = append(out, fmt.Sprintf("%q", text))
	}
	return strings.Join(out, ", ")
}
