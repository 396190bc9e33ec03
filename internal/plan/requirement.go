package plan

import (
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// requirement joins the alternatives, which must be requirements themselves, into one requirement.
func (e Either) requirement() (access.Requirement, error) {
	out := access.Requirement{Kind: access.Either}
	for _, a := range e.Of {
		what := ""
		switch a := a.(type) {
		case Requirement:
			out.Either = append(out.Either, access.Requirement(a))
			continue
		case Either:
			what = "another Either: name its alternatives in the outer one"
		case Public:
			what = "Public, which opens the route for every caller: leave the other alternatives out, or Public"
		case GuardedBy:
			what = fmt.Sprintf("GuardedBy(%q), and a method has one authorizer: write GuardedBy beside Either", a.Name)
		case Forward:
			what = "ForwardAccessToken, which is not a requirement: write it beside Either"
		case AnyCaller:
			what = "AnyCaller, which each caller meets: leave the Either out"
		case Word:
			what = eitherProblem(a)
		case Unsupported:
			what = fmt.Sprintf("a %s: use AnyScope, AnyGroup, AnyRole, Claim or PathParameter", a.Type)
		}
		return out, fmt.Errorf("its Either holds %s", what)
	}
	return out, nil
}

// JoinRequirements describes requirements that all must hold.
func JoinRequirements(requires []access.Requirement) string {
	var out []string
	for _, r := range requires {
		out = append(out, r.String())
	}
	return strings.Join(out, " and ")
}
