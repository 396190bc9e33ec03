package plan

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// OnlyIf makes a route where a condition of the stack holds.
type OnlyIf struct {
	Path      string // of the condition's construct; "" for none
	Condition any    // CDK's, which is handed on
}

var _ Word = OnlyIf{}

func (OnlyIf) isAccess()    {}
func (OnlyIf) word() string { return "OnlyIf" }

func (o OnlyIf) addTo(r *PlannedRoute) []error {
	switch {
	case o.Path == "":
		return []error{errors.New("its OnlyIf has no condition: give it an awscdk.CfnCondition, or leave it out")}
	case r.OnlyIf != nil && r.OnlyIf.Path != o.Path:
		return []error{errors.New("it has OnlyIf twice: join the conditions by awscdk.Fn_ConditionAnd in one")}
	}
	r.OnlyIf = &o
	return nil
}

// checkOnlyIf refuses settings of the stage for a method that may not be there.
func (r *PlannedRoute) checkOnlyIf() (errs []error) {
	if r.OnlyIf == nil {
		return nil
	}
	for _, w := range []struct {
		set  bool
		word string
	}{{r.Throttle != nil, Throttle{}.word()}, {r.Cache != nil, CacheResponse{}.word()}} {
		if w.set {
			errs = append(errs, fmt.Errorf("it has OnlyIf and %s, which is a setting of the stage for a method that may "+
				"not be there: leave one of them out", w.word))
		}
	}
	return errs
}

// checkConditions refuses an API that may have no method, which does not deploy.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html
func (p *Plan) checkConditions() []error {
	if p.props.Conditional || p.props.CORS != nil || len(p.Routes) == 0 ||
		slices.ContainsFunc(p.Routes, func(r PlannedRoute) bool { return r.OnlyIf == nil }) {
		return nil
	}
	return []error{errors.New("each route has OnlyIf, and where none of their conditions holds there is no method, without " +
		"which API Gateway deploys no API: set Props.Condition for the API as a whole, such as awscdk.Fn_ConditionOr of " +
		"theirs, or leave OnlyIf out of one route")}
}

// checkOpened refuses a guarded route with a condition whose requests a public one takes where the condition does not
// hold: the guard would go with the route.
func (p *Plan) checkOpened() (errs []error) {
	for i, r := range p.Routes {
		if r.OnlyIf == nil || r.Guard == nil {
			continue
		}
		for _, left := range [][]int{p.routesBut(func(j int) bool { return j == i }),
			p.routesBut(func(j int) bool { return p.Routes[j].OnlyIf != nil })} {
			if open := p.takenBy(r.Pattern, left); open >= 0 && p.Routes[open].Guard == nil {
				errs = append(errs, fmt.Errorf("route %q has OnlyIf, and where its condition does not hold its requests go to %q, "+
					"which is public: guard that one too, or leave OnlyIf out", r.Pattern, p.Routes[open].Pattern))
				break
			}
		}
	}
	return errs
}

// routesBut are the numbers of the routes, but for some.
func (p *Plan) routesBut(without func(int) bool) (left []int) {
	for i := range p.Routes {
		if !without(i) {
			left = append(left, i)
		}
	}
	return left
}

// takenBy is the first of some routes that takes a request for a pattern; -1 for none. Values of parameters are such as
// no literal matches.
func (p *Plan) takenBy(pattern route.Pattern, left []int) int {
	var patterns []route.Pattern
	for _, i := range left {
		patterns = append(patterns, p.Routes[i].Pattern)
	}
	table, err := route.NewTable(patterns)
	if err != nil {
		return -1 // which the whole table has too
	}
	path := ""
	for _, s := range pattern.Segments {
		if s.Kind == route.Literal {
			path += "/" + s.Text
		} else {
			path += "/*"
		}
	}
	for _, verb := range Verbs(pattern) {
		if i := table.Index(verb, cmp.Or(path, "/")); i >= 0 {
			return left[i]
		}
	}
	return -1
}

// OneCondition is the condition that all routes of a function have; nil if they differ or one has none.
func (p *Plan) OneCondition(function int) *OnlyIf {
	var one *OnlyIf
	for _, r := range p.Routes {
		switch {
		case r.Integrated || r.Function != function:
		case r.OnlyIf == nil || one != nil && one.Path != r.OnlyIf.Path:
			return nil
		default:
			one = r.OnlyIf
		}
	}
	return one
}
