package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

var foreignGuard = Rule{
	ID:       "included-authorizer",
	Severity: Error,
	Why: "The included authorizer knows the routes of its table. For a method outside the table, it admits no " +
		"callers, or the callers of a route whose * covers the method.",
	Looks:  "methods that are not in their API's table and name an authorizer with the included function",
	WayOut: "put the method into Routes, or give it another authorizer",
	check: func(v *view, report reporter) {
		for _, m := range v.methods {
			if !m.isBesideTable() || m.preflight() || !m.mayHaveType(authCustom) {
				continue
			}
			switch {
			case m.guard == nil:
				report(m.resource, Finding{API: m.api.name(), Message: fmt.Sprintf(
					"the method %s was added beside the table, and it cannot be told whether the included authorizer guards it: "+
						"AuthorizerId: %s", m.key(), m.noID)})
			case v.invokesIncluded(m.guard):
				report(m.resource, Finding{API: m.api.name(), Message: fmt.Sprintf(
					"the method %s was added beside the table with an authorizer that answers for the table alone: it admits no "+
						"callers, or by the * of another route the callers of that one", m.key())})
			}
		}
	},
}

var grantCoversMethod = Rule{
	ID:       "grant-covers-method",
	Severity: Error,
	Why: "In the ARN of a grant, the * for a path parameter also matches slashes. So a grant of a route covers " +
		"methods below it that were added outside the table.",
	Looks: "IAM policies of the assembly that name a route of a table, and methods with AWS_IAM outside that " +
		"table",
	WayOut: "put the method into Routes, where GrantInvoke sees it",
	check: func(v *view, report reporter) {
		var granted map[*api][]string
		for _, m := range v.methods {
			if !m.isBesideTable() || !m.mayHaveType(authIAM) {
				continue
			}
			beside, ok := m.pattern()
			if !ok {
				continue
			}
			if granted == nil {
				granted = v.granted()
			}
			for _, name := range granted[m.api] {
				if pattern, err := route.Parse(name); err == nil && route.WildcardCovers(pattern, beside) {
					report(m.resource, Finding{API: m.api.name(), Message: fmt.Sprintf(
						"the method %s was added beside the table, and the * of the grant of %q covers it, as it crosses slashes",
						m.key(), name)})
					break
				}
			}
		}
	},
}

// granted returns the routes of each API's plan that an IAM policy of the assembly allows by the route's ARN, as
// GrantInvoke does.
func (v *view) granted() map[*api][]string {
	// allowed has the part of an ARN after the account without the stage, such as "a1b2c3/GET/orders/?*". The API is * if
	// its ID is known only at deployment, as in a stack of another region.
	allowed := map[string]bool{}
	for kind, property := range map[string]string{
		"AWS::IAM::Policy":        "PolicyDocument",
		"AWS::IAM::ManagedPolicy": "PolicyDocument",
		"AWS::IAM::RolePolicy":    "PolicyDocument",
		"AWS::IAM::UserPolicy":    "PolicyDocument",
		"AWS::IAM::Role":          "Policies",
		"AWS::IAM::User":          "Policies",
		"AWS::IAM::Group":         "Policies",
	} {
		for _, r := range v.byType[kind] {
			r.collectARNs("Properties."+property, r.t.Properties[property], allowed)
		}
	}
	out := map[*api][]string{}
	for _, a := range v.apis {
		if a.plan == nil {
			continue
		}
		for name, guard := range a.plan.routes {
			pattern, err := route.Parse(name)
			if err != nil || a.plan.guards[guard] != planIAM {
				continue
			}
			for _, verb := range verbsOf(pattern) {
				granted := "/" + verb + pattern.Wildcard()
				if allowed[a.ref()+granted] || allowed["*"+granted] { // of this API, or of an API that may be this one
					out[a] = append(out[a], name)
					break
				}
			}
		}
		slices.Sort(out[a])
	}
	return out
}

// collectARNs collects the execute-api ARNs of a policy. It includes those of each stage, even if the stage's name is
// known only at deployment, and those of each branch of an Fn::If, unless the branch is known not to be taken.
func (r *resource) collectARNs(path string, raw any, into map[string]bool) {
	if value, err := r.resolve(path, raw); err == nil {
		raw = value
	}
	switch raw := raw.(type) {
	case string:
		parts := strings.SplitN(raw, ":", 6)
		if len(parts) != 6 || parts[2] != "execute-api" {
			return
		}
		if of := strings.SplitN(parts[5], "/", 3); len(of) == 3 {
			into[of[0]+"/"+of[2]] = true
		}
	case []any:
		for i, entry := range raw {
			r.collectARNs(fmt.Sprintf("%s[%d]", path, i), entry, into)
		}
	case map[string]any:
		if text, ok := r.joinedText(path, raw); ok {
			r.collectARNs(path, text, into)
			return
		}
		for name, member := range raw {
			r.collectARNs(path+"."+name, member, into)
		}
	}
}

// joinedText returns the text of an Fn::Join, with * for each part that is known only at deployment.
func (r *resource) joinedText(path string, call map[string]any) (string, bool) {
	args, _ := call["Fn::Join"].([]any)
	if len(call) != 1 || len(args) != 2 {
		return "", false
	}
	by, _ := args[0].(string)
	list, ok := args[1].([]any)
	var parts []string
	for i, raw := range list {
		text := "*"
		if value, err := r.resolve(fmt.Sprintf("%s.Fn::Join[1][%d]", path, i), raw); err == nil {
			text, _ = scalar(value)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, by), ok
}

var fallThrough = Rule{
	ID:       "fall-through",
	Severity: Error,
	Why: "API Gateway skips a path that lacks the request's verb. A request that a guarded method does not take " +
		"can therefore reach an open route with a parameter.",
	Looks:  "guarded methods that were added beside a table with public routes",
	WayOut: "guard the public route too, or add the missing verbs as guarded routes",
	check:  eachPlanned((*api).fallThroughs),
}

func (a *api) fallThroughs(report reporter) {
	var patterns []route.Pattern
	var of []*method // of the methods that were added beside the table
	open := map[int]bool{}
	for _, name := range slices.Sorted(maps.Keys(a.plan.routes)) {
		if pattern, err := route.Parse(name); err == nil {
			open[len(patterns)] = a.plan.routes[name] == ""
			patterns, of = append(patterns, pattern), append(of, nil)
		}
	}
	for _, m := range a.methods {
		if pattern, ok := m.pattern(); ok && m.isBesideTable() && !m.mayHaveType(authNone) {
			patterns, of = append(patterns, pattern), append(of, m)
		}
	}
	table, err := route.NewTable(patterns)
	if err != nil {
		return // API Gateway does not accept such paths side by side
	}
	type pair struct{ open, guarded int }
	verbs := map[pair][]string{}
	for _, f := range table.FallThroughs(func(i int) bool { return open[i] }) {
		verbs[pair{f.Open, f.Protected}] = append(verbs[pair{f.Open, f.Protected}], f.Verb)
	}
	for at, missing := range verbs {
		if m := of[at.guarded]; m != nil {
			report(m.resource, Finding{API: a.name(), Message: fmt.Sprintf(
				"route %q is public and gets what %q, which is guarded, does not take: %s %s falls through to it",
				patterns[at.open], patterns[at.guarded], strings.Join(missing, ", "), m.path)})
		}
	}
}
