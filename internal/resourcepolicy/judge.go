// Package resourcepolicy judges the resource policy of a REST API against its routes: for policies under which no
// request gets through, and for statements that admit callers that an authorizer rejects.
//
// It does not evaluate a request against a policy. What is known only when the stack is deployed counts as anything.
package resourcepolicy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// Scope is what a policy has to fit: resources in the short form, such as "execute-api:/prod/GET/orders".
type Scope struct {
	Allowed    []string // of routes that need an Allow, preflights included: public ones, and those that Cognito guards
	Guarded    []string // of routes that must not have one: a Lambda authorizer or IAM decides
	Preflights string   // of Allowed, that of the preflights; "" without CORS
}

// Invoke is the action of a request to an API.
const Invoke = iampolicy.InvokeAction

// Judge reads a policy document in JSON, in which CDK tokens are the objects that they resolve to. It reports whether a
// statement allows everybody everything. The error says what is wrong, and the way out.
//
// That an Allow of the policy beats an answer that leaves a route out is in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html, and that a statement
// needs a principal in https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func Judge(document []byte, s Scope) (allowsAll bool, err error) {
	doc, err := iampolicy.ParseTemplate(string(document))
	if err != nil {
		return false, fmt.Errorf("its document is not readable: %w", err)
	}
	allows, preflights := false, s.Preflights == ""
	for _, st := range doc.Statements {
		st := statement(st)
		switch {
		case st.Effect != "" && st.Principal == nil && st.NotPrincipal == nil: // without an Effect it is a token
			return false, errors.New("a statement has no Principal, which each statement of a resource policy needs: name " +
				"callers, such as an account, or \"*\" for everyone")
		case st.locksOut():
			return false, errors.New("a statement denies everything to everybody, so it locks everybody out: give it a " +
				"Condition, or take it out")
		case st.Effect != iampolicy.Allow:
			continue
		case st.everybody() && !st.signed():
			for _, guarded := range s.Guarded {
				if st.covers(guarded) {
					return false, fmt.Errorf("a statement allows everybody %s, which an authorizer guards: API Gateway lets a "+
						"request through that the resource policy allows and the authorizer's answer leaves out; leave that resource "+
						"out, or name principals", guarded)
				}
			}
		}
		allowsAll = allowsAll || st.everybody() && !st.signed() && st.everything()
		for _, open := range s.Allowed {
			allows = allows || st.everybody() && st.covers(open)
		}
		preflights = preflights || st.everybody() && st.covers(s.Preflights)
	}
	if !allows && len(s.Allowed) > 0 {
		return false, errors.New("no statement allows everybody a route that is public or guarded by Cognito, which " +
			"needs an Allow as soon as there is a policy, so it locks everybody out: add an Allow statement")
	}
	if !preflights {
		return false, fmt.Errorf("no statement allows everybody the preflights, %s, which have no authorizer and so need "+
			"an Allow as soon as there is a policy: no page of another origin could call; add an Allow of that resource, or "+
			"leave CORS out", s.Preflights)
	}
	return allowsAll, nil
}

type statement iampolicy.Statement

// locksOut reports whether a statement denies everything to everybody. A NotPrincipal leaves some callers in.
func (st statement) locksOut() bool {
	return st.Effect != iampolicy.Allow && len(st.Conditions) == 0 && st.Principal != nil && st.everybody() &&
		st.everything()
}

// everybody reports whether a statement is about all callers. One with a NotPrincipal may be, and one that is a token.
func (st statement) everybody() bool { return st.Principal == nil || st.Principal.Anyone }

// signed reports whether a condition wants something that only requests signed with AWS credentials have.
func (st statement) signed() bool {
	return slices.ContainsFunc(st.Conditions, func(c iampolicy.Condition) bool {
		weak := strings.Contains(c.Operator, "Not") || c.Operator == "Null" ||
			strings.HasSuffix(c.Operator, "IfExists") || strings.HasPrefix(c.Operator, "ForAllValues")
		return !weak && strings.HasPrefix(strings.ToLower(c.Key), "aws:principal")
	})
}

// everything reports whether a statement is about every request.
func (st statement) everything() bool {
	return known(st.Action) && known(st.Resource) && st.covers("execute-api:/\x01/\x01/\x01")
}

// covers reports whether a statement may be about a request to a resource of the short form, which may have wildcards.
func (st statement) covers(resource string) bool {
	return mayFit(st.Action, func(action string) bool {
		return iampolicy.Meet(strings.ToLower(action), strings.ToLower(Invoke))
	}) && mayFit(st.Resource, func(pattern string) bool {
		return iampolicy.Meet(short(pattern), resource)
	})
}

// known reports whether all of a list is known, which it is not where NotAction or NotResource stands in its place.
func known(list []string) bool { return list != nil && !slices.Contains(list, iampolicy.Unknown) }

// mayFit reports whether an element of a list fits, or may fit when the stack is deployed.
func mayFit(list []string, fits func(string) bool) bool {
	return !known(list) || slices.ContainsFunc(list, fits)
}

// short is a resource without the API's ARN before the stage: "arn:aws:execute-api:*:*:abc/prod/GET/x" is
// "execute-api:/prod/GET/x". One that ends before the stage is about all that follows.
func short(resource string) string {
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
