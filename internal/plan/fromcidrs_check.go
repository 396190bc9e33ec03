package plan

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/origin"
)

// checkAddresses refuses ranges of routes that no policy can compare, and ranges that lock every caller out.
func (p *Plan) checkAddresses() (errs []error) {
	s := p.policyScope()
	for _, g := range p.groups() {
		of := g.routes[0].Pattern
		if p.Stage == "" {
			errs = append(errs, fmt.Errorf("route %q has FromCIDRs, and the stage is not known, as RestApiProps.Deploy is "+
				"false: the * that stands for it in the resource policy would cross slashes; let the API be deployed here, or "+
				"write ResourcePolicy.Statements with your stage", of))
			continue
		}
		if _, err := p.otherResources(g); err != nil {
			errs = append(errs, err)
		}
		reachable := func(v string) bool { return cdktoken.Unresolved(v) || !origin.Unrouted(origin.Parse(v)) }
		if !s.private && !slices.ContainsFunc(g.ranges, reachable) {
			errs = append(errs, fmt.Errorf("route %q: its FromCIDRs has private addresses only, like %q, from which nothing "+
				"reaches a public endpoint: name the public addresses of those who may call, or set "+
				"RestApiProps.EndpointConfiguration to PRIVATE", of, g.ranges[0]))
		}
		if err := p.props.Policy.checkRouteRanges(g.ranges); err != nil {
			errs = append(errs, fmt.Errorf("route %q: %w", of, err))
		}
	}
	if p.RestrictsAddresses() && s.overlap != nil && !p.props.Policy.hasLists() {
		errs = append(errs, fmt.Errorf("FromCIDRs takes a resource policy, and %w", s.overlap))
	}
	return errs
}

// checkRouteRanges returns an error if the policy of the whole API locks out the callers from one of a route's ranges.
func (r *ResourcePolicy) checkRouteRanges(ranges []string) error {
	if r == nil || slices.ContainsFunc(slices.Concat(ranges, r.AllowCIDRs, r.DenyCIDRs), cdktoken.Unresolved) {
		return nil
	}
	var allowed, denied []netip.Prefix
	for _, v := range r.AllowCIDRs {
		allowed = append(allowed, origin.Parse(v))
	}
	for _, v := range r.DenyCIDRs {
		denied = append(denied, origin.Parse(v))
	}
	for _, v := range ranges {
		of := origin.Parse(v)
		meets := func(a netip.Prefix) bool { return a.Overlaps(of) }
		if origin.Covered(of, denied) {
			return fmt.Errorf("its FromCIDRs has %q, which ResourcePolicy.DenyCIDRs denies as a whole: leave one of the two out",
				v)
		}
		if len(allowed) > 0 && !slices.ContainsFunc(allowed, meets) {
			return fmt.Errorf("its FromCIDRs has %q, and ResourcePolicy.AllowCIDRs has none of its addresses: callers have to "+
				"match both, so add it there, or leave it out here", v)
		}
	}
	return nil
}
