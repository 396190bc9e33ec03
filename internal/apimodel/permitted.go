package apimodel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// Permitted reports whether Lambda lets API Gateway make an invocation. Why says what is missing; where that is not
// known, as a permission is not resolved, the invocation is permitted and why says so.
//
// A permission counts only for the very ARN that is invoked: one of the function does not cover its aliases, and one of
// an alias does not cover the function. A role in Credentials takes the permission's place.
//
// Sources: https://docs.aws.amazon.com/lambda/latest/dg/versioning-aliases-permissions.html for aliases,
// https://repost.aws/knowledge-center/api-gateway-rest-api-lambda-integrations for what happens without a permission,
// and https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html for wildcards in SourceArn.
func (m *Model) Permitted(i Invocation) (ok bool, why string) {
	if i.Function == nil || i.Credentials != "" {
		return true, ""
	}
	var unknown, others []string
	for _, p := range m.Permissions {
		reason, about := p.refuses(m, i)
		switch {
		case !about:
		case reason == "":
			return true, ""
		case p.Unknown != "":
			unknown = append(unknown, fmt.Sprintf("%s may do so, but is not known: %s", p.ID, p.Unknown))
		default:
			others = append(others, p.ID.String()+" "+reason)
		}
	}
	slices.Sort(others)
	switch {
	case len(unknown) > 0:
		slices.Sort(unknown)
		return true, "it is not known whether API Gateway may invoke " + i.name() + ": " + strings.Join(unknown, "; ")
	case len(others) > 0:
		return false, "no AWS::Lambda::Permission lets API Gateway invoke " + i.name() + " for " + i.SourceARN + ": " +
			strings.Join(others, "; ")
	}
	return false, "no AWS::Lambda::Permission of the assembly lets API Gateway invoke " + i.name()
}

// refuses says why a permission does not cover an invocation; "" if it does. About reports whether it is about the
// function and about API Gateway at all.
func (p *Permission) refuses(m *Model, i Invocation) (reason string, about bool) {
	if p.Principal != gatewayPrincipal && p.Principal != "*" && (p.Unknown == "" || p.Principal != "") {
		return "", false
	}
	f, qualifier := m.FunctionOf(p.Function, p.Stack)
	if f != i.Function && (p.Unknown == "" || p.Function != "") {
		return "", false
	}
	switch {
	case p.Unknown != "":
		return p.Unknown, true
	case qualifier != i.Qualifier:
		return fmt.Sprintf("is for %s, and another ARN is invoked",
			Invocation{Function: f, Qualifier: qualifier}.name()), true
	case len(p.conditions) > 0:
		return "has " + strings.Join(p.conditions, ", ") + ", which API Gateway never meets", true
	case !p.covers(i):
		return "is for " + p.source(), true
	}
	return "", true
}

// covers reports whether the statement that Lambda makes of a permission allows an invocation. SourceArn is compared by
// ArnLike, as https://repost.aws/questions/QUizsg_qznQLWKtqUD8Ruszw shows of a policy.
func (p *Permission) covers(i Invocation) bool {
	s := iampolicy.Statement{Effect: iampolicy.Allow, Action: []string{p.Action}, Resource: []string{"*"}}
	if p.SourceARN != "" {
		s.Conditions = append(s.Conditions,
			iampolicy.Condition{Operator: "ArnLike", Key: "aws:SourceArn", Values: []string{p.SourceARN}})
	}
	if p.SourceAccount != "" {
		s.Conditions = append(s.Conditions, iampolicy.Condition{
			Operator: "StringEquals",
			Key:      "aws:SourceAccount",
			Values:   []string{p.SourceAccount},
		})
	}
	context := iampolicy.Context{}
	context.Set("aws:SourceArn", i.SourceARN)
	context.Set("aws:SourceAccount", i.API.Account)
	d := iampolicy.Document{Statements: []iampolicy.Statement{s}}.Evaluate(iampolicy.Request{
		Action:   "lambda:InvokeFunction",
		Resource: i.Function.ARN,
		Context:  context,
	})
	return d.Outcome == iampolicy.Allowed
}

// PermissionNotes reports which invocations of an API Lambda refuses, or may refuse, by what they are made for. The
// routes and authorizers that share a reason are in one note.
func (m *Model) PermissionNotes(a *API) (notes []string) {
	type finding struct {
		ok  bool
		why string
	}
	var order []finding
	uses := map[finding][]string{}
	for _, use := range a.uses() {
		ok, why := m.Permitted(use.Invocation)
		if why == "" {
			continue
		}
		if !ok { // the ARN in it differs from route to route
			why = strings.Replace(why, " for "+use.SourceARN, "", 1)
		}
		f := finding{ok, why}
		if uses[f] == nil {
			order = append(order, f)
		}
		uses[f] = append(uses[f], use.For)
	}
	for _, f := range order {
		note := f.why + ": " + some(uses[f])
		if !f.ok {
			note += " answers 500, here as on AWS"
		}
		notes = append(notes, note)
	}
	return notes
}

// some is a list of names, of which a few are shown.
func some(names []string) string {
	const shown = 4
	if n := len(names); n > shown {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), n-shown)
	}
	return strings.Join(names, ", ")
}
