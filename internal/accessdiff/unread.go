package accessdiff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// unknownTexts reports what access may depend on and differs, of which there are only texts.
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

// unknownInvokers reports who may call functions past the API now, and who has keys that are not in the assembly.
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
	if !asksKeys(was) || !asksKeys(is) { // a route that is new, or asks for a key now, is said
		return
	}
	for _, p := range is.Plans {
		for _, key := range p.Others {
			var stages []string // on which no plan took it
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

// asksKeys reports whether a route of an API asks for an API key.
func asksKeys(api matrix.API) bool {
	return slices.ContainsFunc(api.Routes, func(r matrix.Route) bool { return r.APIKey })
}

// unknownServices reports services of AWS that a resource policy lets call the API, or lets call more of it.
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

// service is what a resource policy says of a service by its name, each resource by itself.
type service struct{ allows, denies []string }

func servicesOf(api matrix.API) map[string]service {
	out := map[string]service{}
	doc, err := api.Document.Parse(api.ARN)
	if err != nil || api.Document.NotKnown != "" {
		return out // and it is said that it is not known
	}
	for _, s := range doc.Statements {
		if s.Principal == nil {
			continue
		}
		for _, name := range s.Principal.Service {
			said := out[name]
			resources := s.Resource
			if s.NotResource != nil {
				resources = []string{"but " + strings.Join(s.NotResource, " ")}
			}
			for _, resource := range resources {
				text := fmt.Sprint(resource, s.Action, s.NotAction, s.Conditions)
				if s.Effect == iampolicy.Allow {
					said.allows = append(said.allows, text)
				} else {
					said.denies = append(said.denies, text)
				}
			}
			out[name] = said
		}
	}
	return out
}
