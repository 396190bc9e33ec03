package plan

import (
	"errors"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// addDefaults reads the requirements of Props.DefaultAccess, and refuses words that are not requirements, and
// requirements that need a parameter that not every path has.
func (p *Plan) addDefaults() (errs []error) {
	for _, a := range p.props.DefaultAccess {
		switch a := a.(type) {
		case Requirement:
			p.defaults = append(p.defaults, access.Requirement(a))
		case Either:
			if either, err := a.requirement(); err != nil {
				errs = append(errs, fmt.Errorf("Props.DefaultAccess: %w", err))
			} else {
				p.defaults = append(p.defaults, either)
			}
		case Tenant:
			var r PlannedRoute
			if r.Tenant = p.defaultTenant; p.defaultTenant == nil {
				p.defaultTenant = &a
			}
			if a.IsPath {
				errs = append(errs, fmt.Errorf("Props.DefaultAccess has %s, and not every route has the parameter: "+
					"use With for the routes that have it", a))
			}
			for _, err := range a.addTo(&r) {
				errs = append(errs, fmt.Errorf("Props.DefaultAccess: %w", err))
			}
		default:
			errs = append(errs, errors.New("Props.DefaultAccess holds a word that is not a requirement: it takes AnyScope, "+
				"AnyGroup, AnyRole, Claim, Either and Tenant; for other words that routes share use With"))
		}
	}
	for _, r := range p.defaults {
		for range r.Paths {
			errs = append(errs, fmt.Errorf("Props.DefaultAccess requires that %s, and not every route has the parameter: "+
				"use With for the routes that have it", r))
			break
		}
	}
	if len(errs) > 0 {
		p.defaults = nil
		return errs
	}
	for _, err := range access.CheckAll(route.Pattern{Verb: route.Any}, p.defaults) {
		errs = append(errs, fmt.Errorf("Props.DefaultAccess: %w", err))
	}
	if len(errs) > 0 {
		p.defaults = nil // reported once, and not again for each route
	}
	return errs
}

// takeDefaults applies the requirements of Props.DefaultAccess to a guarded route that restricts its callers no
// further. A login's own routes are left alone, because they state what they need.
func (p *Plan) takeDefaults(r *PlannedRoute, open, anyCaller bool) error {
	switch {
	case anyCaller && open:
		return fmt.Errorf("it is %s and has AnyCaller, which is for guarded routes: leave one of them out", r.openWord())
	case anyCaller && len(r.Requires) > 0:
		return fmt.Errorf("it has AnyCaller and yet requires %s: leave one of them out", JoinRequirements(r.Requires))
	case open || anyCaller || len(r.Requires) > 0 || r.Login != nil:
	default:
		r.Requires, r.Defaulted = append(r.Requires, p.defaults...), len(p.defaults) > 0
	}
	return nil
}

// cannotEnforce returns the error for a guard that does not enforce what a route requires.
func (r *PlannedRoute) cannotEnforce(g *Guard, err error) error {
	if r.Defaulted {
		return fmt.Errorf("by Props.DefaultAccess it requires %s, which %s cannot enforce: %w; or write AnyCaller() on "+
			"the route, if each caller that the authorizer admits may call it", JoinRequirements(r.Requires), g, err)
	}
	return fmt.Errorf("it requires %s, which %s cannot enforce: %w", JoinRequirements(r.Requires), g, err)
}
