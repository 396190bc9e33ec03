package accessdiff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// unknownTexts reports differences that access may depend on and that are only known as texts.
func unknownTexts(was, is []matrix.Variable, say func(text, before, after string)) {
	texts := func(list []matrix.Variable) map[string]string {
		out := map[string]string{}
		for _, v := range list {
			out[v.Name] = v.Value
		}
		return out
	}
	before, after := texts(was), texts(is)
	for _, name := range slices.Sorted(mapsKeys(union(before, after))) {
		x, had := before[name]
		y, has := after[name]
		what := "changed"
		switch {
		case had && has && x == y:
			continue
		case !had:
			what = "added"
		case !has:
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

// unknownServices reports AWS services that a resource policy now allows to call the API, or to call more of it.
func unknownServices(was, is matrix.API, say func(text, before, after string)) {
	before, after := servicesOf(was), servicesOf(is)
	for _, name := range slices.Sorted(mapsKeys(after)) {
		old, now := before[name], after[name]
		lacks := func(list []string) func(string) bool {
			return func(text string) bool { return !slices.Contains(list, text) }
		}
		switch {
		case len(now.allows) > 0 && len(old.allows) == 0:
			say("the resource policy lets the service "+name+" call the API, and who can have it call cannot be compared",
				"", name)
		case slices.ContainsFunc(now.allows, lacks(old.allows)),
			len(now.allows) > 0 && slices.ContainsFunc(old.denies, lacks(now.denies)):
			say("the resource policy lets the service "+name+" call the API in other ways than it did, and who can have it "+
				"call cannot be compared", "", name)
		}
	}
}

// service is what a resource policy says about a service, one entry for each resource: what it allows the service by
// name, and what it denies it.
type service struct{ allows, denies []string }

// servicesOf returns the services that a resource policy allows something.
func servicesOf(api matrix.API) map[string]service {
	out := map[string]service{}
	doc, err := api.Document.Parse(api.ARN)
	if err != nil || api.Document.NotKnown != "" {
		return out // it is reported as not known
	}
	for _, s := range doc.Statements {
		if s.Effect == iampolicy.Allow && s.Principal != nil {
			for _, name := range s.Principal.Service {
				out[name] = service{allows: append(out[name].allows, textsOf(s)...)}
			}
		}
	}
	for _, s := range doc.Statements {
		for name, said := range out {
			if s.Effect == iampolicy.Deny && aboutService(s, name) {
				said.denies = append(said.denies, textsOf(s)...)
				out[name] = said
			}
		}
	}
	return out
}

// aboutService reports whether a statement is about a service, by name or by covering all callers.
func aboutService(s iampolicy.Statement, name string) bool {
	has := func(p *iampolicy.Principal) bool {
		return p.Anyone || slices.Contains(p.AWS, "*") || slices.Contains(p.Service, name)
	}
	return s.Principal != nil && has(s.Principal) || s.NotPrincipal != nil && !has(s.NotPrincipal)
}

// textsOf describes what a statement is about besides its principals, one text for each resource.
func textsOf(s iampolicy.Statement) (out []string) {
	resources := s.Resource
	if s.NotResource != nil {
		resources = []string{"but " + strings.Join(s.NotResource, " ")}
	}
	var conditions []string
	for _, c := range s.Conditions {
		conditions = append(conditions, conditionText(c))
	}
	slices.Sort(conditions)
	for _, resource := range resources {
		out = append(out, fmt.Sprint(resource, s.Action, s.NotAction, conditions))
	}
	return out
}
