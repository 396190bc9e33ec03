package secureapi

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
	"github.com/gatehouse-cdk/gatehouse/constructs/internal/executable"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// SiblingsWarning is the id of the warning that one function answers routes of different requirements, which a router
// that decodes paths can take for each other. Once the function is known to route by the event's resource, or to match
// the path undecoded:
//
//	reason := jsii.String("routes by event.resource")
//	awscdk.Annotations_Of(api).AcknowledgeWarning(jsii.String(secureapi.SiblingsWarning), reason)
const SiblingsWarning = "gatehouse:siblingRoutes"

// warnOfSiblings warns, once for a function, of routes that its own router can take for each other, unless its
// executable has a lambdahttp.Mux, which takes the route from the event.
func (b *builder) warnOfSiblings() {
	byFunction := map[awslambda.IFunction][]route.Sibling{}
	var functions []awslambda.IFunction
	for _, s := range b.plan.siblings() {
		f := b.plan.routes[s.Chosen].Function
		if byFunction[f] == nil {
			functions = append(functions, f)
		}
		byFunction[f] = append(byFunction[f], s)
	}
	for _, f := range functions {
		router := executable.RouterOf(f)
		if router == executable.ByResource || router == executable.NotBuilt {
			continue
		}
		annotation.Warn(b.api, SiblingsWarning, fmt.Sprintf("secureapi: %s: %s", b.path,
			b.plan.siblingsMessage(*f.Node().Path(), byFunction[f], router)))
	}
}

// siblings are requests for one route that a router can serve as a route of the same function whose requirement their
// callers need not meet.
func (p *plan) siblings() []route.Sibling {
	return p.table.Siblings(func(chosen, served int) bool {
		a, b := p.routes[chosen], p.routes[served]
		return a.Function == b.Function && !implies(a, b)
	})
}

// implies reports whether the callers of one route may call the other as well.
func implies(a, b plannedRoute) bool {
	if b.guard == nil {
		return true
	}
	return a.guard == b.guard && !slices.ContainsFunc(b.requires, func(need access.Requirement) bool {
		return !slices.ContainsFunc(a.requires, func(have access.Requirement) bool {
			return have.Kind == need.Kind && !slices.ContainsFunc(have.AnyOf,
				func(v string) bool { return !slices.Contains(need.AnyOf, v) })
		})
	})
}

func (p *plan) siblingsMessage(function string, found []route.Sibling, router executable.Router) string {
	first := found[0]
	chosen, served := p.routes[first.Chosen], p.routes[first.Served]
	more := ""
	if n := len(found) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more pairs of routes)", n)
	}
	wayOut := "route by the event's resource and httpMethod, or match its path undecoded"
	if router == executable.Other {
		wayOut = "register its handlers with lambdahttp.NewMux, which its executable does not have"
	}
	return fmt.Sprintf("the function %s answers %q, for %s, and %q, for %s. API Gateway authorizes %s %s as %q, and a router in "+
		"the function that decodes the path, or takes HEAD for GET, serves it as %q%s. Have the function %s; "+
		"or give the routes functions of their own; or acknowledge %q once you know that the function does so",
		function, chosen.pattern, chosen.callers(), served.pattern, served.callers(), first.Verb, first.Path,
		chosen.pattern,
		served.pattern, more, wayOut, SiblingsWarning)
}

// callers says who may call a route.
func (r plannedRoute) callers() string {
	switch {
	case r.guard == nil:
		return "everyone"
	case len(r.requires) == 0:
		return fmt.Sprintf("all callers of %s", r.guard)
	}
	needs := joinRequirements(r.requires)
	if unresolved(needs) { // a warning is read before there is a deployment to resolve it
		needs = "what is known when the stack is deployed"
	}
	return fmt.Sprintf("%s by %s", needs, r.guard)
}
