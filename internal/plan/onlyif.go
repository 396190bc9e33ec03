package plan

import (
	"errors"
	"fmt"
	"slices"
)

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

// checkOnlyIf refuses stage settings for a method that may not exist.
func (r *PlannedRoute) checkOnlyIf() (errs []error) {
	if r.OnlyIf == nil {
		return nil
	}
	for _, w := range []struct {
		set  bool
		word string
	}{{r.Throttle != nil, "Throttle"}, {r.Cache != nil, "CacheResponse"}} {
		if w.set {
			errs = append(errs, fmt.Errorf("it has OnlyIf and %s, which is a setting of the stage for a method that may "+
				"not be there: leave one of them out", w.word))
		}
	}
	return errs
}

// checkConditions refuses an API that may end up without methods, which does not deploy.
// Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html
func (p *Plan) checkConditions() []error {
	if p.props.Conditional || p.props.CORS != nil || len(p.Routes) == 0 ||
		slices.ContainsFunc(p.Routes, func(r PlannedRoute) bool { return r.OnlyIf == nil }) {
		return nil
	}
	return []error{errors.New("each route has OnlyIf: where none of their conditions holds, the API has no method, " +
		"and API Gateway does not deploy it: set Props.Condition for the whole API, such as awscdk.Fn_ConditionOr " +
		"of these conditions, or leave OnlyIf out of one route")}
}

// checkOpened refuses a guarded route with a condition if, where the condition does not hold, a public route takes its
// requests. The guard would vanish with the route. The public route may have a condition too.
func (p *Plan) checkOpened() (errs []error) {
	told := map[int]bool{}
	for _, o := range p.table.Opened(
		func(i int) bool { return p.Routes[i].OnlyIf != nil },
		func(i int) bool { return p.Routes[i].Guard == nil },
	) {
		if !told[o.Protected] {
			told[o.Protected] = true
			errs = append(errs, fmt.Errorf("route %q has OnlyIf, and where its condition does not hold its requests go to %q, "+
				"which is public: guard that one too, or leave OnlyIf out", p.Routes[o.Protected].Pattern,
				p.Routes[o.Open].Pattern))
		}
	}
	return errs
}

// OneCondition returns the condition that all routes of a function share, or nil if they differ or one has none.
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
