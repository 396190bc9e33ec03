package apimodel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// Permitted reports whether Lambda allows API Gateway to make an invocation. why says what is missing. If a permission
// does not resolve, so that this is not known, the invocation is permitted and why says so.
//
// A permission counts only for the exact ARN that is invoked: one for the function does not cover its aliases, and one
// for an alias does not cover the function. A role in Credentials replaces the permission.
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
		reason, about := p.whyNotCovered(m, i)
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

// whyNotCovered says why a permission does not cover an invocation; "" if it does. about reports whether the permission
// concerns the function and API Gateway at all.
func (p *Permission) whyNotCovered(m *Model, i Invocation) (reason string, about bool) {
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

// covers reports whether the statement that Lambda makes from a permission allows an invocation. SourceArn is compared
// with ArnLike, as https://repost.aws/questions/QUizsg_qznQLWKtqUD8Ruszw shows for a policy.
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

// PermissionNotes lists the invocations of an API that Lambda refuses, or may refuse. Routes and authorizers with the
// same reason share a note.
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
		if !ok { // the reason contains an ARN, which differs between routes
			why = strings.Replace(why, " for "+use.SourceARN, "", 1)
		}
		f := finding{ok, why}
		if uses[f] == nil {
			order = append(order, f)
		}
		uses[f] = append(uses[f], use.For)
	}
	for _, f := range order {
		note := f.why + ": " + listSome(uses[f])
		if !f.ok {
			note += " answers 500, here as on AWS"
		}
		notes = append(notes, note)
	}
	return notes
}

// listSome lists names. It shows only the first few.
func listSome(names []string) string {
	const shown = 4
	if n := len(names); n > shown {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), n-shown)
	}
	return strings.Join(names, ", ")
}
