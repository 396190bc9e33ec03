package accessdiff

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// unknownTexts reports differences that access may depend on and that are only known as texts.
func unknownTexts(was, is []matrix.Variable, say func(text, before, after string)) {
	before, after := textsByName(was), textsByName(is)
	for _, name := range differing(before, after) {
		x, y := before[name], after[name]
		what := "changed"
		switch {
		case x == "":
			what = "added"
		case y == "":
			what = "removed"
		}
		say(what+": "+name+"; the effect on access cannot be compared", x, y)
	}
}

// unknownInvokers reports who may now call functions past the API, and API keys outside the assembly.
func unknownInvokers(was, is matrix.API, say func(text, before, after string)) {
	for _, i := range is.Invokers {
		if !slices.ContainsFunc(was.Invokers, func(o matrix.Invoker) bool {
			return o.Function == i.Function && o.Principal == i.Principal
		}) {
			who := i.Principal
			if rest, all := strings.CutPrefix(who, "*"); all {
				who = "every AWS account" + rest
			}
			say("a permission lets "+who+" invoke "+i.Function+" past the checks of "+list(i.Routes)+
				", under conditions that are not compared", "", i.Principal)
		}
	}
	if !asksKeys(was) || !asksKeys(is) { // a route that is new or now requires a key is reported
		return
	}
	for _, p := range is.Plans {
		for _, key := range p.Others {
			var stages []string // stages on which no plan admitted the key
			for _, stage := range p.Stages {
				if !slices.ContainsFunc(was.Plans, func(o matrix.Plan) bool {
					return slices.Contains(o.Others, key) && (slices.Contains(o.Stages, stage) || !slices.Contains(was.Stages, stage))
				}) {
					stages = append(stages, stage)
				}
			}
			on := ""
			if len(stages) < len(p.Stages) {
				on = ", on the stage " + strings.Join(stages, ", ")
			}
			if stages != nil {
				say("the usage plan "+p.Name+" takes the API key "+key+", which is not in the assembly"+on, "", key)
			}
		}
	}
}

// asksKeys reports whether a route of an API requires an API key.
func asksKeys(api matrix.API) bool {
	return slices.ContainsFunc(api.Routes, func(r matrix.Route) bool { return r.APIKey })
}
