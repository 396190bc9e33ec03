package iampolicy

import "strings"

// Request is a request that a document is evaluated for.
type Request struct {
	Action   string // [InvokeAction]
	Resource string // a method's ARN
	Caller   Caller
	Context  Context
}

// Outcome is the result of an evaluation.
type Outcome uint8

// The outcomes. The zero value denies.
const (
	ImplicitDeny Outcome = iota // no statement matched
	ExplicitDeny                // a Deny matched
	Allowed                     // an Allow matched, and no Deny did
)

func (o Outcome) String() string {
	return [...]string{"implicit deny", "explicit deny", "allowed"}[o]
}

// Decision is an outcome and the statement that caused it.
type Decision struct {
	Outcome   Outcome
	Statement int // the index of the first statement that caused it; -1 if none
}

// Evaluate decides a request as IAM does: denied if any Deny matches, else allowed if any Allow matches, else denied.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
//
// It evaluates documents that [Parse] accepts. In any other document, a condition that it does not understand fails
// closed: it counts as met in a Deny and as unmet in an Allow.
func (d Document) Evaluate(r Request) Decision {
	decision := Decision{Statement: -1}
	for i, s := range d.Statements {
		if s.Effect == Allow && decision.Outcome == Allowed || !s.matches(r) {
			continue
		}
		if s.Effect == Deny {
			return Decision{ExplicitDeny, i}
		}
		if s.Effect == Allow {
			decision = Decision{Allowed, i}
		}
	}
	return decision
}

func (s Statement) matches(r Request) bool {
	if !listFits(s.Action, s.NotAction, r.Action, actionMatches) ||
		!listFits(s.Resource, s.NotResource, r.Resource, resourceMatches) {
		return false
	}
	if s.Principal != nil && !s.Principal.matches(r.Caller) || s.NotPrincipal != nil && s.NotPrincipal.matches(r.Caller) {
		return false
	}
	for _, c := range s.Conditions {
		met, understood := c.met(r.Context)
		if !understood {
			met = s.Effect == Deny
		}
		if !met {
			return false
		}
	}
	return true
}

// listFits reports whether an element of the list matches, or no element of the Not list. A statement with neither list
// matches nothing.
func listFits(list, not []string, s string, matches func(pattern, s string) bool) bool {
	if len(not) > 0 {
		list = not
	}
	for _, pattern := range list {
		if matches(pattern, s) {
			return len(not) == 0
		}
	}
	return len(not) > 0
}

// actionMatches compares actions without case.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
func actionMatches(pattern, action string) bool {
	if literalPrefix(pattern, action) == len(pattern) && len(pattern) == len(action) {
		return true
	}
	return Match(strings.ToLower(pattern), strings.ToLower(action))
}

// Expand puts the API's ARN before the resources that leave it out, as an API's resource policy may. It turns
// "execute-api:/prod/GET/orders" into "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/orders". The
// given ARN has no slash at its end. The document itself does not change.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
func (d Document) Expand(api string) Document {
	out := d
	out.Statements = make([]Statement, len(d.Statements))
	for i, s := range d.Statements {
		s.Resource, s.NotResource = expand(s.Resource, api), expand(s.NotResource, api)
		out.Statements[i] = s
	}
	return out
}

func expand(list []string, api string) []string {
	var out []string
	for _, r := range list {
		if rest, short := strings.CutPrefix(r, shortForm); short {
			r = api + "/" + rest
		}
		out = append(out, r)
	}
	return out
}
