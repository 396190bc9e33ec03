package cloudassembly

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// gatewayPrincipal is the service that invokes functions for REST APIs.
const gatewayPrincipal = "apigateway.amazonaws.com"

// Permission is a statement of a function's resource-based policy: it lets a service or an account invoke the function.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
type Permission struct {
	ID
	Function      string // its name or ARN, perhaps with an alias or version
	Action        string // such as "lambda:InvokeFunction"
	Principal     string // such as "apigateway.amazonaws.com"
	SourceARN     string // a pattern with * and ?; "" for any source
	SourceAccount string // "" for any account

	// Unknown says why a part of it is not known, so that it may let API Gateway invoke any function; "" if all is known.
	Unknown string

	conditions []string // properties whose conditions a request of API Gateway never meets
}

func (b *builder) readPermissions() {
	b.each("AWS::Lambda::Permission", func(r *reader) {
		r = r.notice()
		p := &Permission{ID: r.id}
		for _, field := range []struct {
			name string
			to   *string
		}{
			{"FunctionName", &p.Function},
			{"Action", &p.Action},
			{"Principal", &p.Principal},
			{"SourceArn", &p.SourceARN},
			{"SourceAccount", &p.SourceAccount},
		} {
			if bad, ok := r.values[field.name].(broken); ok && p.Unknown == "" {
				p.Unknown = short(bad.err)
			}
			*field.to = r.text(field.name)
		}
		// PrincipalOrgID needs a principal of an organization, which a service is not; an event source token is Alexa's; and
		// the other two are for function URLs.
		for _, name := range []string{"PrincipalOrgID", "EventSourceToken", "FunctionUrlAuthType", "InvokedViaFunctionUrl"} {
			if r.has(name) {
				p.conditions = append(p.conditions, name)
			}
		}
		b.model.Permissions = append(b.model.Permissions, p)
	})
}

// Invocation is a call of a function that API Gateway makes: for a method's integration or for an authorizer.
type Invocation struct {
	API         *API
	Function    *Function
	Qualifier   string // the alias or version in the ARN that is invoked; "" for none
	Credentials string // the ARN of a role that makes the call; "" for API Gateway itself
	SourceARN   string // see [API.MethodARN] and [API.AuthorizerARN]
}

// MethodARN is the ARN that API Gateway gives as the source of an invocation for a method: with the path of the resource,
// as in "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/orders/{id}".
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
func (a *API) MethodARN(stage, verb, path string) string {
	return a.executeARN() + "/" + stage + "/" + verb + path
}

// AuthorizerARN is the ARN that API Gateway gives as the source of an invocation of an authorizer. It has no stage.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
func (a *API) AuthorizerARN(authorizer *Authorizer) string {
	return a.executeARN() + "/authorizers/" + authorizer.AuthorizerID
}

func (a *API) executeARN() string {
	return fmt.Sprintf("arn:%s:execute-api:%s:%s:%s", a.Partition, a.Region, a.Account, a.APIID)
}

// Permitted reports whether Lambda lets API Gateway make an invocation. Why says what is missing; where that is not known,
// as a permission is not resolved, the invocation is permitted and why says so.
//
// A permission counts only for the very ARN that is invoked: one of the function does not cover its aliases, and one of an
// alias does not cover the function. A role in Credentials takes the permission's place.
//
// Sources: https://docs.aws.amazon.com/lambda/latest/dg/versioning-aliases-permissions.html for aliases,
// https://repost.aws/knowledge-center/api-gateway-rest-api-lambda-integrations for what happens without a permission, and
// https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html for wildcards in SourceArn.
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

// name is the function as a reader finds it in the template, with its alias.
func (i Invocation) name() string {
	if i.Qualifier == "" {
		return i.Function.ID.String()
	}
	return i.Function.ID.String() + ":" + i.Qualifier
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
		return fmt.Sprintf("is for %s, and another ARN is invoked", Invocation{Function: f, Qualifier: qualifier}.name()), true
	case len(p.conditions) > 0:
		return "has " + strings.Join(p.conditions, ", ") + ", which API Gateway never meets", true
	case !p.covers(i):
		return "is for " + p.source(), true
	}
	return "", true
}

// source is what a permission says of where calls may come from.
func (p *Permission) source() string {
	var parts []string
	for _, part := range []struct{ name, value string }{
		{"Action", p.Action}, {"SourceArn", p.SourceARN}, {"SourceAccount", p.SourceAccount},
	} {
		if part.value != "" {
			parts = append(parts, part.name+" "+part.value)
		}
	}
	return strings.Join(parts, ", ")
}

// covers reports whether the statement that Lambda makes of a permission allows an invocation. SourceArn is compared by
// ArnLike, as https://repost.aws/questions/QUizsg_qznQLWKtqUD8Ruszw shows of a policy.
func (p *Permission) covers(i Invocation) bool {
	s := iampolicy.Statement{Effect: iampolicy.Allow, Action: []string{p.Action}, Resource: []string{"*"}}
	if p.SourceARN != "" {
		s.Conditions = append(s.Conditions, iampolicy.Condition{Operator: "ArnLike", Key: "aws:SourceArn", Values: []string{p.SourceARN}})
	}
	if p.SourceAccount != "" {
		s.Conditions = append(s.Conditions, iampolicy.Condition{
			Operator: "StringEquals", Key: "aws:SourceAccount", Values: []string{p.SourceAccount},
		})
	}
	context := iampolicy.Context{}
	context.Set("aws:SourceArn", i.SourceARN)
	context.Set("aws:SourceAccount", i.API.Account)
	d := iampolicy.Document{Statements: []iampolicy.Statement{s}}.Evaluate(iampolicy.Request{
		Action: "lambda:InvokeFunction", Resource: i.Function.ARN, Context: context,
	})
	return d.Outcome == iampolicy.Allowed
}

// Use is an invocation with what it is made for.
type Use struct {
	Invocation
	For string // such as "GET /orders of the stage prod", or "the authorizer Shop/Auth"
}

// Uses are the invocations that API Gateway may have to make for an API: one for each verb of each route on each stage, and
// one for each authorizer of a route on each stage.
func (a *API) Uses() (list []Use) {
	for _, stage := range a.Stages {
		for _, method := range a.Methods {
			if f, qualifier := method.Integration.FunctionOn(stage); f != nil {
				for _, verb := range method.Verbs(a) {
					list = append(list, Use{
						For: verb + " " + method.Path + " of the stage " + stage.Name,
						Invocation: Invocation{
							API: a, Function: f, Qualifier: qualifier, Credentials: method.Integration.Credentials,
							SourceARN: a.MethodARN(stage.Name, verb, method.Path),
						},
					})
				}
			}
			guard := method.Authorizer
			if guard == nil {
				continue
			}
			if f, qualifier := guard.FunctionOn(stage); f != nil {
				use := Use{For: "the authorizer " + guard.ID.String(), Invocation: Invocation{
					API: a, Function: f, Qualifier: qualifier, Credentials: guard.Credentials, SourceARN: a.AuthorizerARN(guard),
				}}
				if !slices.Contains(list, use) {
					list = append(list, use)
				}
			}
		}
	}
	return list
}

// Verbs are those that a method of an API answers: of ANY those that the path has no method of its own for.
func (m *Method) Verbs(a *API) (list []string) {
	if m.Verb != "ANY" {
		return []string{m.Verb}
	}
	for _, verb := range verbs {
		own := slices.ContainsFunc(a.Methods, func(o *Method) bool { return o.Path == m.Path && o.Verb == verb })
		if verb != "ANY" && !own {
			list = append(list, verb)
		}
	}
	return list
}

// PermissionNotes say which invocations of an API Lambda refuses, or may refuse, by what they are made for. The routes
// and authorizers that share a reason are in one note.
func (m *Model) PermissionNotes(a *API) (notes []string) {
	type finding struct {
		ok  bool
		why string
	}
	var order []finding
	uses := map[finding][]string{}
	for _, use := range a.Uses() {
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
