// Package resourcepolicy judges the resource policy of a REST API against its routes. It finds policies that let no
// request through, and statements that admit callers that an authorizer rejects.
//
// It does not evaluate a request against a policy. A value that is known only at deployment may be anything.
package resourcepolicy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// Scope describes the routes that a policy must fit. Its resources are in the short form, such as
// "execute-api:/prod/GET/orders".
type Scope struct {
	Allowed    []string // of preflights and of routes that need an Allow: public, or guarded by API Gateway itself
	Guarded    []string // of routes that must not have an Allow, because a Lambda authorizer or IAM decides
	Preflights string   // the one of Allowed for preflights; "" without CORS
}

// Invoke is the action of a request to an API.
const Invoke = iampolicy.InvokeAction

// Judge checks a policy document in JSON, in which CDK tokens are resolved to objects. It reports whether a statement
// allows everything to every caller. The error says what is wrong, and the way out.
//
// An Allow of the policy overrides an authorizer's answer that leaves a route out:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html. A statement needs a
// principal: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func Judge(document []byte, s Scope) (allowsAll bool, err error) {
	doc, err := iampolicy.ParseTemplate(string(document))
	if err != nil {
		return false, fmt.Errorf("its document is not readable: %w", err)
	}
	allows, preflights := false, s.Preflights == ""
	for _, st := range doc.Statements {
		st := statement(st)
		switch {
		case st.Effect != "" && st.Principal == nil && st.NotPrincipal == nil:
			// A statement without an Effect stands for a token.
			return false, errors.New("a statement has no Principal, which each statement of a resource policy needs: name " +
				"callers, such as an account, or \"*\" for everyone")
		case st.locksOut():
			return false, errors.New("a statement denies everything to everybody, so it locks everybody out: give it a " +
				"Condition, or take it out")
		case st.Effect != iampolicy.Allow:
			continue
		case st.namesEveryone() && !st.requiresSignature():
			for _, guarded := range s.Guarded {
				if st.covers(guarded) {
					return false, fmt.Errorf("a statement allows everybody %s, which an authorizer guards: API Gateway lets a "+
						"request through that the resource policy allows and the authorizer's answer leaves out; leave that resource "+
						"out, or name principals", guarded)
				}
			}
		}
		allowsAll = allowsAll || st.namesEveryone() && !st.requiresSignature() && st.matchesEverything()
		for _, open := range s.Allowed {
			allows = allows || st.namesEveryone() && st.covers(open)
		}
		preflights = preflights || st.namesEveryone() && st.covers(s.Preflights)
	}
	if !allows && len(s.Allowed) > 0 {
		return false, errors.New("no statement allows everybody a route that is public, or guarded by Cognito or a " +
			"JWTAuthorizer, which needs an Allow as soon as there is a policy, so it locks everybody out: add an Allow " +
			"statement")
	}
	if !preflights {
		return false, fmt.Errorf("no statement allows everybody the preflights, %s, which have no authorizer and so need "+
			"an Allow as soon as there is a policy: no page of another origin could call; add an Allow of that resource, or "+
			"leave CORS out", s.Preflights)
	}
	return allowsAll, nil
}

type statement iampolicy.Statement

// locksOut reports whether a statement denies everything to every caller. A NotPrincipal exempts some callers.
func (st statement) locksOut() bool {
	return st.Effect != iampolicy.Allow && len(st.Conditions) == 0 && st.Principal != nil && st.namesEveryone() &&
		st.matchesEverything()
}

// namesEveryone reports whether a statement applies to all callers. It may do so if it has a NotPrincipal or stands for
// a token.
func (st statement) namesEveryone() bool { return st.Principal == nil || st.Principal.Anyone }

// requiresSignature reports whether a condition requires something that only requests signed with AWS credentials have.
func (st statement) requiresSignature() bool {
	return slices.ContainsFunc(st.Conditions, func(c iampolicy.Condition) bool {
		weak := strings.Contains(c.Operator, "Not") || c.Operator == "Null" ||
			strings.HasSuffix(c.Operator, "IfExists") || strings.HasPrefix(c.Operator, "ForAllValues")
		return !weak && strings.HasPrefix(strings.ToLower(c.Key), "aws:principal")
	})
}

// matchesEverything reports whether a statement applies to every request.
func (st statement) matchesEverything() bool {
	return isKnown(st.Action) && isKnown(st.Resource) && st.covers("execute-api:/\x01/\x01/\x01")
}

// covers reports whether a statement may apply to a request for a resource in the short form, which may have wildcards.
func (st statement) covers(resource string) bool {
	return mayFit(st.Action, func(action string) bool {
		return iampolicy.Meet(strings.ToLower(action), strings.ToLower(Invoke))
	}) && mayFit(st.Resource, func(pattern string) bool {
		return iampolicy.Meet(shortForm(pattern), resource)
	})
}

// isKnown reports whether all elements of a list are known. They are not if NotAction or NotResource takes the list's
// place.
func isKnown(list []string) bool { return list != nil && !slices.Contains(list, iampolicy.Unknown) }

// mayFit reports whether an element of a list fits, or may fit once it is known.
func mayFit(list []string, fits func(string) bool) bool {
	return !isKnown(list) || slices.ContainsFunc(list, fits)
}

// shortForm removes the API's ARN before the stage: "arn:aws:execute-api:*:*:abc/prod/GET/x" becomes
// "execute-api:/prod/GET/x". A resource that ends before the stage matches everything after it.
func shortForm(resource string) string {
	if strings.HasPrefix(resource, "execute-api:/") || resource == "*" {
		return resource
	}
	parts := strings.SplitN(resource, ":", 6)
	if len(parts) < 6 {
		return "*"
	}
	_, path, found := strings.Cut(parts[5], "/")
	if !found {
		return "*"
	}
	return "execute-api:/" + path
}
