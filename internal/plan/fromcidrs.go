package plan

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/resourcepolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// FromCIDRs restricts a route to callers from ranges of addresses.
type FromCIDRs struct{ Ranges []string }

var _ Word = FromCIDRs{}

func (FromCIDRs) isAccess()    {}
func (FromCIDRs) word() string { return "FromCIDRs" }

func (f FromCIDRs) addTo(r *PlannedRoute) (errs []error) {
	if r.From != nil {
		return []error{errors.New("it has FromCIDRs twice: name all of its ranges in one")}
	}
	if len(f.Ranges) == 0 {
		return []error{errors.New(`its FromCIDRs names no range, which locks every caller out: want ranges like ` +
			`"203.0.113.0/24"`)}
	}
	for _, v := range f.Ranges {
		if err := checkEntry("CIDR", v); err != nil {
			errs = append(errs, fmt.Errorf("its FromCIDRs: %w", err))
		} else if !Unresolved(v) && parseRange(v).Bits() == 0 {
			errs = append(errs, fmt.Errorf("its FromCIDRs has %q, which is every address: leave FromCIDRs out", v))
		}
	}
	if len(errs) == 0 {
		r.From = prefixes(f.Ranges)
	}
	return errs
}

// group are the routes with the same ranges, which one statement can restrict.
type group struct {
	ranges []string // in order, each once
	routes []PlannedRoute
}

// groups are those of the table, in the order of their ranges.
func (p *Plan) groups() (out []group) {
	for _, r := range p.Sorted() {
		if r.From == nil {
			continue
		}
		ranges := slices.Compact(slices.Sorted(slices.Values(r.From)))
		i := slices.IndexFunc(out, func(g group) bool { return slices.Equal(g.ranges, ranges) })
		if i < 0 {
			i, out = len(out), append(out, group{ranges: ranges})
		}
		out[i].routes = append(out[i].routes, r)
	}
	slices.SortFunc(out, func(x, y group) int { return slices.Compare(x.ranges, y.ranges) })
	return out
}

// RestrictsAddresses reports whether a route of the table has FromCIDRs.
func (p *Plan) RestrictsAddresses() bool {
	return slices.ContainsFunc(p.Routes, func(r PlannedRoute) bool { return r.From != nil })
}

// oddPaths are the endings of resources with spellings of paths that a server may read as another path: API Gateway
// ignores slashes at the ends of a path (see [route.Table.Match]), and nothing says whether escaped ones are slashes, and
// what it makes of dots.
var oddPaths = []string{"/*//*", "/*/%2F*", "/*/%2f*", "/*/./*", "/*/.", "/*..*"}

// addressStatements restrict the routes with FromCIDRs. A Deny for a route's own path would be evaded by each spelling
// of the path that API Gateway takes for the route's and the policy does not. So the Deny is for all that is not the
// path of another route: what the policy does not know is denied.
//
// A Deny of a resource policy holds whatever guards the route.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
func (p *Plan) addressStatements() (out []map[string]any) {
	key := p.policyScope().ipKey()
	for _, g := range p.groups() {
		deny := func(member string, resources any) {
			out = append(out, map[string]any{
				"Effect": "Deny", "Principal": "*", "Action": resourcepolicy.Invoke, member: resources,
				"Condition": condition{"NotIpAddress": {key: g.ranges}},
			})
		}
		others, err := p.others(g)
		if err != nil || len(others) == 0 { // an error is refused by checkAddresses
			deny("Resource", wholeAPI)
			continue
		}
		deny("NotResource", others)
		var odd []string
		for _, path := range oddPaths {
			odd = append(odd, "execute-api:/"+p.Stage+path)
		}
		deny("Resource", odd)
	}
	return out
}

// others are resources that cover the requests to all routes but those of a group, and none to those of the group.
//
// Their literals begin after a slash and end before one or a wildcard, and have no percent sign. So a path that one of
// them covers is covered as well once it is decoded: whether API Gateway decodes paths makes no difference.
func (p *Plan) others(g group) (out []string, err error) {
	add := func(resources ...string) {
		for _, r := range resources {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	prefix := "execute-api:/" + p.Stage + "/"
	if p.props.CORS != nil { // a preflight tells nothing and does nothing, and a page has to read the 403 that follows
		add(prefix + "OPTIONS/*")
	}
	kept := p.requests(g.routes)
	free := func(resources ...string) bool {
		return !slices.ContainsFunc(resources, func(resource string) bool {
			return slices.ContainsFunc(kept, func(k string) bool { return iampolicy.Meet(resource, k) })
		})
	}
	for _, r := range p.Sorted() {
		if slices.ContainsFunc(g.routes, func(k PlannedRoute) bool { return k.Pattern.String() == r.Pattern.String() }) {
			continue
		}
		if short, ok := shortened(prefix, r.Pattern, free); ok {
			add(short)
			continue
		}
		if all := spelled(prefix+"*", r.Pattern); free(all...) {
			add(all...)
			continue
		}
		for _, k := range g.routes {
			if route.WildcardCovers(r.Pattern, k.Pattern) {
				return nil, fmt.Errorf("route %q has FromCIDRs, and %q has not the same ones: the resource policy names the "+
					"second by a *, which crosses slashes and would cover the first, so that callers from elsewhere reached it: "+
					"give both the same FromCIDRs, or move one to another path", k.Pattern, r.Pattern)
			}
		}
		for _, verb := range p.verbs(r.Pattern) {
			add(spelled(prefix+verb, r.Pattern)...)
		}
	}
	slices.Sort(out)
	return out, nil
}

// shortened is a resource for all that begins with the literals that a pattern begins with: the shortest one that is
// free of the paths that are kept.
func shortened(prefix string, p route.Pattern, free func(...string) bool) (resource string, ok bool) {
	path := ""
	for _, s := range p.Segments {
		if s.Kind != route.Literal {
			break
		}
		path += "/" + s.Text
		if resource = prefix + "*" + path + "*"; free(resource) {
			return resource, true
		}
	}
	return "", false
}

// spelled are the resources of a pattern's path, with the slash at its end that API Gateway ignores.
func spelled(verb string, p route.Pattern) []string {
	path := p.Wildcard()
	if path == "/" || strings.HasSuffix(path, "*") {
		return []string{verb + path}
	}
	return []string{verb + path, verb + path + "/"}
}

// requests are the resources of routes.
func (p *Plan) requests(routes []PlannedRoute) (out []string) {
	for _, r := range routes {
		for _, verb := range p.verbs(r.Pattern) {
			out = append(out, spelled("execute-api:/"+p.Stage+"/"+verb, r.Pattern)...)
		}
	}
	return out
}

// verbs are those of a pattern that a route takes. The preflight takes OPTIONS, on a route for every verb too.
func (p *Plan) verbs(pattern route.Pattern) []string {
	out := slices.Clone(Verbs(pattern))
	if p.props.CORS != nil {
		out = slices.DeleteFunc(out, func(verb string) bool { return verb == "OPTIONS" })
	}
	return out
}

// checkAddresses refuses ranges of routes that no policy can compare, and those that lock every caller out.
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
		if _, err := p.others(g); err != nil {
			errs = append(errs, err)
		}
		reachable := func(v string) bool { return Unresolved(v) || !internal(parseRange(v)) }
		if !s.private && !slices.ContainsFunc(g.ranges, reachable) {
			errs = append(errs, fmt.Errorf("route %q: its FromCIDRs has private addresses only, like %q, from which nothing "+
				"reaches a public endpoint: name the public addresses of those who may call, or set "+
				"RestApiProps.EndpointConfiguration to PRIVATE", of, g.ranges[0]))
		}
		if err := p.props.Policy.leaves(g.ranges); err != nil {
			errs = append(errs, fmt.Errorf("route %q: %w", of, err))
		}
	}
	if p.RestrictsAddresses() && s.overlap != nil && !p.props.Policy.hasLists() {
		errs = append(errs, fmt.Errorf("FromCIDRs takes a resource policy, and %w", s.overlap))
	}
	return errs
}

// leaves refuses ranges of a route that the policy of the whole API shuts out.
func (r *ResourcePolicy) leaves(ranges []string) error {
	if r == nil || slices.ContainsFunc(slices.Concat(ranges, r.AllowCIDRs, r.DenyCIDRs), Unresolved) {
		return nil
	}
	var allowed, denied []netip.Prefix
	for _, v := range r.AllowCIDRs {
		allowed = append(allowed, parseRange(v))
	}
	for _, v := range r.DenyCIDRs {
		denied = append(denied, parseRange(v))
	}
	for _, v := range ranges {
		of := parseRange(v)
		meets := func(a netip.Prefix) bool { return a.Overlaps(of) }
		if covered(of, denied) {
			return fmt.Errorf("its FromCIDRs has %q, which ResourcePolicy.DenyCIDRs denies as a whole: leave one of the two out",
				v)
		}
		if len(allowed) > 0 && !slices.ContainsFunc(allowed, meets) {
			return fmt.Errorf("its FromCIDRs has %q, of which ResourcePolicy.AllowCIDRs has no address: callers have to be in "+
				"both, so add it there, or leave it out here", v)
		}
	}
	return nil
}
