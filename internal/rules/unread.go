package rules

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

var unreadTemplate = Rule{
	ID:       "unread-template",
	Severity: Error,
	Why: "The output of a macro, and a nested stack whose template is not in the assembly, cannot be compared " +
		"with the table.",
	Looks: "macros of stacks with an API that Gatehouse built, and nested stacks that get the ID of such an API " +
		"or of its root resource",
	WayOut: "leave the macro out, or make the nested stack an awscdk.NestedStack of the app",
	check: func(v *view, report reporter) {
		ids := map[string]*api{}
		for _, a := range v.apis {
			if a.plan == nil {
				continue
			}
			ids[a.ref()], ids[a.attribute("RootResourceId")] = a, a
			for _, name := range a.stack.Template.Transforms {
				if !harmless(name) {
					report(a.resource, Finding{API: a.name(), Message: fmt.Sprintf("the macro %s may change what is deployed, and "+
						"it is not run here", name)})
				}
			}
		}
		delete(ids, "")
		for _, r := range v.byType["AWS::CloudFormation::Stack"] {
			err := r.stack.NestedError(r.id)
			if err == nil {
				continue
			}
			given, _ := r.property("Parameters").(map[string]any)
			for _, name := range slices.Sorted(maps.Keys(given)) {
				value, _ := scalar(given[name])
				if a := ids[value]; a != nil {
					report(r, Finding{API: a.name(), Message: fmt.Sprintf("the nested stack is given the API by its parameter %s, "+
						"and its template could not be read: %s", name, shortError(err))})
					break
				}
			}
		}
	},
}

func shortError(err error) string {
	var u *cloudassembly.UnresolvedError
	if errors.As(err, &u) {
		return unresolved(err)
	}
	return strings.TrimPrefix(err.Error(), "assembly: ")
}

// harmless reports whether a macro is one of AWS's own that adds no methods to an API.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html
func harmless(macro string) bool {
	for _, prefix := range []string{"AWS::LanguageExtensions", "AWS::SecretsManager-", "AWS::CodeDeployBlueGreen",
		"AWS::Serverless-"} {
		if strings.HasPrefix(macro, prefix) {
			return true
		}
	}
	return false
}

var missingRoute = Rule{
	ID:       "missing-route",
	Severity: Error,
	Why: "If a guarded route is missing from the template, its requests reach an open route with a parameter that " +
		"matches the path.",
	Looks:  "guarded routes of a table that the template does not have",
	WayOut: "leave the method as secureapi.New makes it, or guard the public route too",
	check:  eachPlanned((*api).missing),
}

func (a *api) missing(report reporter) {
	var patterns []route.Pattern
	there := map[string]bool{}
	for _, m := range a.methods {
		if pattern, ok := m.pattern(); ok && !there[m.key()] {
			there[m.key()] = true
			patterns = append(patterns, pattern)
		}
	}
	table, err := route.NewTable(patterns)
	if err != nil {
		return // API Gateway does not accept such paths side by side
	}
	for _, name := range slices.Sorted(maps.Keys(a.plan.routes)) {
		pattern, err := route.Parse(name)
		if there[name] || a.plan.routes[name] == "" || err != nil {
			continue
		}
		for _, verb := range verbsOf(pattern) {
			at := table.Index(verb, sample(pattern))
			if at < 0 {
				continue
			}
			if open := patterns[at].String(); a.plan.routes[open] == "" && open != name {
				report(a.resource, Finding{API: a.name(), Message: fmt.Sprintf(
					"the route %q of the table is not in the template, and its requests reach %q, which is public", name, open)})
				break
			}
		}
	}
}
