package plan

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/corsconfig"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/integration"
)

// Integrated returns the settings of a route and its API that the checks of its integration depend on.
func (p *Plan) Integrated(r PlannedRoute) integration.Route {
	out := integration.Route{
		Pattern:    r.Pattern,
		Signed:     r.Guard != nil && r.Guard.Signed,
		Streams:    r.Streams,
		Cached:     r.Cache != nil,
		CacheKeys:  p.CacheKeys(r),
		BinaryJSON: p.BinaryPreflights(),
	}
	if caller := r.Caller(); caller != nil && !r.Calls {
		out.Caller = caller.told()
	}
	out.TellsCallers = slices.ContainsFunc(p.Routes, func(r PlannedRoute) bool { return r.ForwardsCaller && !r.Calls })
	if c := p.props.CORS; c != nil {
		out.CORS = &corsconfig.Config{
			AllowOrigins:     c.AllowOrigins,
			ExposeHeaders:    c.ExposeHeaders,
			AllowCredentials: c.AllowCredentials,
		}
	}
	return out
}
