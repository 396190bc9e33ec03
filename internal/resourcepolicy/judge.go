// Package resourcepolicy judges the resource policy of a REST API against its routes: for policies under which no
// request gets through, and for statements that admit callers that an authorizer rejects.
//
// It does not evaluate a request against a policy. What is known only when the stack is deployed counts as anything.
package resourcepolicy

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Scope is what a policy has to fit: resources in the short form, such as "execute-api:/prod/GET/orders".
type Scope struct {
	Allowed    []string // of routes that need an Allow, preflights included: public ones, and those that Cognito guards
	Guarded    []string // of routes that must not have one: a Lambda authorizer or IAM decides
	Preflights string   // of Allowed, that of the preflights; "" without CORS
}

// Invoke is the action of a request to an API.
const Invoke = "execute-api:Invoke"

// Judge reads a policy document in JSON, in which CDK tokens are the objects that they resolve to. It reports whether a
// statement allows everybody everything. The error says what is wrong, and the way out.
//
// That an Allow of the policy beats an answer that leaves a route out is in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
func Judge(document []byte, s Scope) (allowsAll bool, err error) {
	var doc struct{ Statement statements }
	if err := json.Unmarshal(document, &doc); err != nil {
		return false, fmt.Errorf("its document is not readable: %w", err)
	}
	allows, preflights := false, s.Preflights == ""
	for _, st := range doc.Statement {
		switch {
		case st.Effect != "Allow" && len(st.Condition) == 0 && st.Principal != nil && st.everybody() && st.everything(): // a NotPrincipal leaves some callers in
			return false, errors.New("a statement denies everything to everybody, so it locks everybody out: give it a " +
				"Condition, or take it out")
		case st.Effect != "Allow":
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

// statements are a list of them or, one without a list, in a document that was written for the L1 resource.
type statements []statement

func (s *statements) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '{' {
		*s = make(statements, 1)
		return json.Unmarshal(text, &(*s)[0])
	}
	return json.Unmarshal(text, (*[]statement)(s))
}

// statement is a statement of the finished document. What is no text in it is a CDK token.
type statement struct {
	Effect    string
	Condition map[string]map[string]any
	Principal any
	Action    any
	Resource  any
}

func (st statement) everybody() bool {
	if m, ok := st.Principal.(map[string]any); ok {
		return slices.Contains(textsOf(m["AWS"]).list, "*")
	}
	return st.Principal == nil || slices.Contains(textsOf(st.Principal).list, "*") // nil: NotPrincipal
}

// signed reports whether a condition wants something that only requests signed with AWS credentials have.
func (st statement) signed() bool {
	for operator, keys := range st.Condition {
		if strings.Contains(operator, "Not") || operator == "Null" || strings.HasSuffix(operator, "IfExists") || strings.HasPrefix(operator, "ForAllValues") {
			continue
		}
		for key := range keys {
			if strings.HasPrefix(strings.ToLower(key), "aws:principal") {
				return true
			}
		}
	}
	return false
}

// everything reports whether a statement is about every request.
func (st statement) everything() bool {
	return !textsOf(st.Resource).token && !textsOf(st.Action).token && st.covers("execute-api:/\x00/\x00/\x00")
}

// covers reports whether a statement may be about a request to a resource of the short form, which may have wildcards.
// What is a token may be anything.
func (st statement) covers(resource string) bool {
	actions, resources := textsOf(st.Action), textsOf(st.Resource)
	if !actions.any(func(a string) bool { return meet(strings.ToLower(a), strings.ToLower(Invoke)) }) {
		return false
	}
	return resources.any(func(r string) bool { return meet(short(r), resource) })
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

// texts are what stands in a place of a policy: a text, a list of them, or tokens.
type texts struct {
	list  []string
	token bool
}

func textsOf(v any) (t texts) {
	switch v := v.(type) {
	case nil: // NotAction, NotResource or NotPrincipal: taken for anything
		t.token = true
	case string:
		t.list = []string{v}
	case []any:
		for _, e := range v {
			of := textsOf(e)
			t.list, t.token = append(t.list, of.list...), t.token || of.token
		}
	default:
		text, ok := joined(v)
		if t.token = !ok; ok {
			t.list = []string{text}
		}
	}
	return t
}

// joined is the pattern of an ARN that CDK puts together when the stack is deployed, as Stack.FormatArn does: the
// partition, the region and the account, which have no separators in them, stand as *.
func joined(v any) (text string, ok bool) {
	object, _ := v.(map[string]any)
	args, _ := object["Fn::Join"].([]any)
	if len(object) != 1 || len(args) != 2 || args[0] != "" {
		return "", false
	}
	parts, ok := args[1].([]any)
	for _, part := range parts {
		switch part := part.(type) {
		case string:
			text += part
		case map[string]any:
			if ref := part["Ref"]; ref != "AWS::Partition" && ref != "AWS::Region" && ref != "AWS::AccountId" {
				return "", false
			}
			text += "*"
		default:
			return "", false
		}
	}
	return text, ok
}

func (t texts) any(f func(string) bool) bool {
	if t.token {
		return true
	}
	for _, s := range t.list {
		if f(s) {
			return true
		}
	}
	return false
}

// meet reports whether some text fits both patterns, in which * stands for any characters and ? for one.
func meet(a, b string) bool {
	fits := make([][]bool, len(a)+1) // whether the rests from i and j on meet
	for i := len(a); i >= 0; i-- {
		fits[i] = make([]bool, len(b)+1)
		for j := len(b); j >= 0; j-- {
			switch {
			case i == len(a) && j == len(b):
				fits[i][j] = true
			case i < len(a) && a[i] == '*':
				fits[i][j] = fits[i+1][j] || j < len(b) && fits[i][j+1]
			case j < len(b) && b[j] == '*':
				fits[i][j] = fits[i][j+1] || i < len(a) && fits[i+1][j]
			case i < len(a) && j < len(b):
				fits[i][j] = (a[i] == b[j] || a[i] == '?' || b[j] == '?') && fits[i+1][j+1]
			}
		}
	}
	return fits[0][0]
}
