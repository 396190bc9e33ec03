package matrix

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Text returns the matrix as lines under the name of each API: who may call which route, and what that depends on.
// Nothing is aligned, so a change in one place changes one line. It returns nothing if there is no API.
func (m Matrix) Text() []byte {
	var b bytes.Buffer
	functions := map[string]bool{} // whose environment has been written
	for i, api := range m.APIs {
		if i > 0 {
			b.WriteByte('\n')
		}
		l := &lines{api: api, functions: functions}
		l.routes()
		l.endpoint()
		l.policies()
		for _, a := range api.Authorizers {
			l.authorizer(a)
		}
		l.answers()
		l.unread()
		b.WriteString(Plain(api.String()) + "\n")
		for _, text := range l.list {
			b.WriteString("  " + Plain(text) + "\n")
		}
	}
	return b.Bytes()
}

// lines collects the lines of an API.
type lines struct {
	api       API
	functions map[string]bool
	list      []string
}

func (l *lines) add(format string, a ...any) { l.list = append(l.list, fmt.Sprintf(format, a...)) }

func (l *lines) routes() {
	for _, r := range l.api.Routes {
		text := r.String() + ": " + r.describeCallers()
		switch {
		case r.Authorizer != "":
			text += ", by " + r.Kind + " " + r.Authorizer
		case r.Kind == Unknown:
			text += ", by a guard that is not known"
		}
		if r.APIKey && r.Kind != None {
			text += ", with an API key"
		}
		if r.AnsweredBy != "" {
			text += ", answered by " + r.AnsweredBy
		}
		for n, v := range r.Caller {
			text += map[bool]string{true: ", caller: ", false: ", "}[n == 0] + v.Name + " from " + v.Value
		}
		l.add("%s", text)
	}
	if len(l.api.Routes) == 0 {
		l.add("no routes")
	}
	for _, text := range l.api.NotKnown {
		l.add("not known: %s", text)
	}
}

func (l *lines) endpoint() {
	for _, s := range l.api.Stages {
		l.add("stage %s", s)
	}
	if types := l.api.Endpoint.Types; len(types) > 0 {
		l.add("endpoint: %s", strings.Join(types, ", "))
	}
	if l.api.Endpoint.Closed {
		l.add("endpoint: the execute-api address is closed")
	}
	for _, d := range l.api.Endpoint.Domains {
		text := "domain " + d.Name
		if d.Rule != "" {
			text += ", " + d.Rule
		}
		if d.Stage != "" {
			text += ": stage " + d.Stage
		}
		if d.Truststore != "" {
			text += ", with a client certificate of " + d.Truststore
		}
		l.add("%s", text)
	}
	if l.api.KeySource == "AUTHORIZER" {
		l.add("API keys: from the authorizer")
	}
	for _, p := range l.api.Plans {
		for _, key := range p.Keys {
			l.add("API key %s: plan %s for %s", key, p.Name, strings.Join(p.Stages, ", "))
		}
		for _, key := range p.Others {
			l.add("API key %s, which is not in the assembly: plan %s for %s", key, p.Name, strings.Join(p.Stages, ", "))
		}
	}
}

// policies adds the resource policy, one line for each statement, and what principals may call: routes, and the
// statements that say more than a list of routes.
func (l *lines) policies() {
	for _, s := range l.api.Document.Statements {
		l.add("resource policy: %s", s)
	}
	if why := l.api.Document.NotKnown; why != "" {
		l.add("resource policy: it is not read in full: %s", why)
	}
	if note, ok := strings.CutPrefix(l.api.policyNote(), l.api.String()+" has a resource policy"); ok {
		l.add("resource policy: one %s", strings.TrimLeft(strings.TrimSuffix(note, "."), ", "))
	}
	for _, p := range l.api.Principals {
		name := "role " + p.Name
		if p.User {
			name = "user " + p.Name
		}
		for _, r := range p.MayCall {
			l.add("%s may call %s", name, r)
		}
		for _, s := range p.Policy.Statements {
			if !l.plainGrant(s) {
				l.add("%s: %s", name, s)
			}
		}
		for _, arn := range p.Managed {
			l.add("%s: managed policy %s, which is not in the assembly", name, arn)
		}
		if p.Trust != "" {
			l.add("%s: may be assumed by %s", name, p.Trust)
		}
		if why := p.Policy.NotKnown; why != "" {
			l.add("%s: its policies are not read in full: %s", name, why)
		}
	}
}

// plainGrant reports whether a statement only allows routes of the API on all of its stages.
func (l *lines) plainGrant(statement string) bool {
	var s map[string]any
	if json.Unmarshal([]byte(statement), &s) != nil || s["Effect"] != "Allow" || s["Action"] != "execute-api:Invoke" {
		return false
	}
	for name := range s {
		if !slices.Contains([]string{"Effect", "Action", "Resource", "Sid"}, name) {
			return false
		}
	}
	resources, isList := s["Resource"].([]any)
	if !isList {
		resources = []any{s["Resource"]}
	}
	return !slices.ContainsFunc(resources, func(v any) bool {
		text, _ := v.(string)
		return !slices.ContainsFunc(l.api.Routes, func(r Route) bool { return r.Kind == IAM && l.coversRoute(r, text) })
	})
}

// coversRoute reports whether a resource covers all paths of a route on all stages.
func (l *lines) coversRoute(r Route, resource string) bool {
	p, err := route.Parse(r.String())
	if err != nil {
		return false
	}
	verb := strings.Replace(r.Verb, route.Any, "*", 1)
	stages := []string{"*"}
	if len(l.api.Stages) == 1 {
		stages = append(stages, l.api.Stages[0])
	}
	return slices.ContainsFunc(stages, func(stage string) bool {
		return resource == "execute-api:/"+stage+"/"+verb+p.Wildcard()
	})
}

func (l *lines) authorizer(a Authorizer) {
	name := a.Kind + " " + a.Name
	if sources := strings.Join(a.Sources, ", "); sources != "" {
		l.add("%s: reads %s", name, sources)
	}
	if a.Validation != "" {
		l.add("%s: accepts what matches %s", name, a.Validation)
	}
	switch {
	case a.Kind == JWT:
	case a.Cache != nil && *a.Cache == 0:
		l.add("%s: answers are not cached", name)
	case a.CacheKey == "":
		l.add("%s: answers cached for %s", name, period(a.Cache, "an unknown time"))
	default:
		l.add("%s: answers cached for %s by %s", name, period(a.Cache, ""), a.CacheKey)
	}
	if a.JWT != nil {
		l.add("%s: algorithms %s", name, strings.Join(a.JWT.Algorithms, ", "))
	}
	for _, by := range a.By {
		switch a.Kind {
		case JWT:
			l.add("%s: tokens of %s", name, by)
		case Cognito:
			l.add("%s: tokens of the user pool %s", name, by)
		default:
			l.add("%s: decided by the function %s", name, by)
		}
	}
	if len(a.By) == 0 {
		l.add("%s: decided by what is not in the assembly", name)
	}
	if a.Apart {
		l.add("%s: its access table does not have the routes of the API", name)
	}
	if a.Kind != Token && a.Kind != Request || len(a.By) == 0 || l.functions[a.By[0]] {
		return
	}
	l.functions[a.By[0]] = true
	if !a.Included || a.Code != "" {
		l.add("function %s: code %s", a.By[0], cmp.Or(a.Code, "not in the assembly"))
	}
	if a.Handler != "" {
		l.add("function %s: handler %s", a.By[0], a.Handler)
	}
	for _, arn := range a.Layers {
		l.add("function %s: layer %s", a.By[0], arn)
	}
	for _, v := range a.Variables {
		l.add("function %s: %s = %s", a.By[0], v.Name, v.Value)
	}
}

// answers adds who else may get answers: pages, callers that share a stage's cache, and callers of the functions
// themselves.
func (l *lines) answers() {
	for _, r := range l.api.Readable {
		text := "pages of " + r.Origin + " may read answers"
		if r.Origin == "*" || r.Origin == "any" {
			text = "pages of every origin may read answers"
		}
		if r.Credentials {
			text += " to requests with cookies"
		}
		if !l.coversAll(r.Routes) {
			text += " of " + strings.Join(r.Routes, ", ")
		}
		l.add("%s", text)
	}
	for _, k := range l.api.Kept {
		l.add("stage %s keeps answers of %s for %s, by %s", k.Stage, k.Route, period(&k.For, ""),
			strings.Join(append([]string{"route"}, k.Keys...), ", "))
	}
	for _, u := range l.api.FunctionURLs {
		who := "not known"
		switch u.AuthType {
		case "NONE":
			who = "anyone"
		case "AWS_IAM":
			who = "whom IAM allows lambda:InvokeFunctionUrl"
		}
		l.add("function URL of %s, past the API: %s", u.Function, who)
	}
	for _, i := range l.api.Invokers {
		l.add("permission to invoke %s, past the API: %s", i.Function, i.Principal)
	}
}

// unread adds what is not resolved, as in the template.
func (l *lines) unread() {
	for _, v := range l.api.Unread {
		for text := range strings.SplitSeq(v.Value, "\n") {
			l.add("%s: %s", v.Name, text)
		}
	}
}

// coversAll reports whether routes are all routes of the API, with or without those that only answer preflights.
func (l *lines) coversAll(routes []string) bool {
	return !slices.ContainsFunc(l.api.Routes, func(r Route) bool {
		return !r.Preflight && !slices.Contains(routes, r.String())
	})
}
