package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/origin"
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
		if cdktoken.UnresolvedList(v) {
			errs = append(errs, errors.New("its FromCIDRs "+cdktoken.ListProblem))
		} else if err := origin.Check(origin.CIDR, v); err != nil {
			errs = append(errs, fmt.Errorf("its FromCIDRs: %w", err))
		} else if !cdktoken.Unresolved(v) && origin.Parse(v).Bits() == 0 {
			errs = append(errs, fmt.Errorf("its FromCIDRs has %q, which is every address: leave FromCIDRs out", v))
		}
	}
	if len(errs) == 0 {
		r.From = origin.Ranges(f.Ranges)
	}
	return errs
}

// group holds the routes with the same ranges. One statement can restrict them all.
type group struct {
	ranges []string // sorted, each once
	routes []PlannedRoute
}

// groups groups the routes of the table that have FromCIDRs, in the order of their ranges.
func (p *Plan) groups() (out []group) {
	for r := range p.Sorted() {
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

// oddPaths are endings of resources that match unusual spellings of a path, which a server may read as another path.
// API Gateway ignores slashes at the end of a path (see [route.Table.Match]). It is not documented whether it ignores
// escaped slashes, and how it reads dots.
var oddPaths = []string{"/*//*", "/*/%2F*", "/*/%2f*", "/*/./*", "/*/.", "/*..*"}

// addressStatements returns the statements that restrict the routes with FromCIDRs.
//
// A Deny for a route's own path could be evaded: API Gateway may accept a spelling of the path for the route that the
// policy does not match. So the Deny covers everything that is not the path of another route, and what the policy does
// not know is denied.
//
// A Deny of a resource policy applies whatever guards the route.
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
		others, err := p.otherResources(g)
		if err != nil || len(others) == 0 { // checkAddresses reports the error
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

// otherResources returns resources that match the requests of all routes outside a group, and no request of the group.
// It returns the shorter of two lists, because a policy must fit into 8,192 characters.
func (p *Plan) otherResources(g group) ([]string, error) {
	narrow, err := p.coverOthers(g, false)
	if err != nil {
		return nil, err
	}
	wide, err := p.coverOthers(g, true)
	if err != nil {
		return nil, err
	}
	if len(strings.Join(wide, "")) < len(strings.Join(narrow, "")) {
		return wide, nil
	}
	return narrow, nil
}

// coverOthers builds one list of resources for [Plan.otherResources]. If wide is set, a resource that cannot be for all
// verbs first tries to match everything that begins as the route does, and only then the route alone.
//
// The literals of a resource begin after a slash, end before a slash or a wildcard, and contain no percent sign. A path
// that a resource matches is therefore still matched after it is decoded, so it makes no difference whether API Gateway
// decodes paths.
func (p *Plan) coverOthers(g group, wide bool) (out []string, err error) {
	add := func(resources ...string) {
		for _, r := range resources {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	prefix := "execute-api:/" + p.Stage + "/"
	if p.props.CORS != nil { // a preflight reveals and changes nothing, and a page needs it to read the 403 that follows
		add(prefix + "OPTIONS/*")
	}
	kept, known := p.requestResources(g.routes), map[string]bool{}
	free := func(resources ...string) bool {
		return !slices.ContainsFunc(resources, func(resource string) bool {
			meets, looked := known[resource]
			if !looked {
				meets = slices.ContainsFunc(kept, func(k string) bool { return resourcesMeet(resource, k) })
				known[resource] = meets
			}
			return meets
		})
	}
	for r := range p.Sorted() {
		if slices.ContainsFunc(g.routes, func(k PlannedRoute) bool { return k.Pattern.String() == r.Pattern.String() }) {
			continue
		}
		verbs := p.takenVerbs(r.Pattern)
		if short, ok := prefixResources([]string{prefix + "*"}, r.Pattern, free); ok {
			add(short...)
			continue
		}
		var withVerbs []string
		for _, verb := range verbs {
			withVerbs = append(withVerbs, prefix+verb)
		}
		if all := pathSpellings(prefix+"*", r.Pattern); !wide && len(verbs) > 1 && free(all...) {
			add(all...)
			continue
		}
		if short, ok := prefixResources(withVerbs, r.Pattern, free); ok {
			add(short...)
			continue
		}
		for _, k := range g.routes {
			covers := func(verb string) bool {
				return route.WildcardCovers(route.Pattern{Verb: verb, Segments: r.Pattern.Segments}, k.Pattern)
			}
			if slices.ContainsFunc(verbs, covers) {
				return nil, fmt.Errorf("route %q has FromCIDRs, and %q does not have the same: the resource policy names the "+
					"second by a *, which crosses slashes and would cover the first, so callers from elsewhere could reach it: "+
					"give both the same FromCIDRs, or move one to another path", k.Pattern, r.Pattern)
			}
		}
		for _, verb := range withVerbs {
			add(pathSpellings(verb, r.Pattern)...)
		}
	}
	slices.Sort(out)
	return out, nil
}

// prefixResources returns, for each verb, a resource that matches everything that begins with a pattern's leading
// literals. It picks the shortest resources that match none of the paths to keep out, as free reports.
func prefixResources(verbs []string, p route.Pattern, free func(...string) bool) (resources []string, ok bool) {
	path := ""
	for _, s := range p.Segments {
		if s.Kind != route.Literal {
			break
		}
		path += "/" + s.Text
		resources = nil
		for _, verb := range verbs {
			resources = append(resources, verb+path+"*")
		}
		if free(resources...) {
			return resources, true
		}
	}
	return nil, false
}

// resourcesMeet reports the same as [iampolicy.Meet]. It compares the beginnings and ends of the two first, because
// Meet is slow.
func resourcesMeet(a, b string) bool {
	isWildcard := func(c byte) bool { return c == '*' || c == '?' }
	shorter := min(len(a), len(b))
	for i := range shorter {
		if isWildcard(a[i]) || isWildcard(b[i]) {
			break
		}
		if a[i] != b[i] {
			return false
		}
	}
	for i := 1; i <= shorter; i++ {
		x, y := a[len(a)-i], b[len(b)-i]
		if isWildcard(x) || isWildcard(y) {
			break
		}
		if x != y {
			return false
		}
	}
	return iampolicy.Meet(a, b)
}

// pathSpellings returns the resources of a pattern's path with and without a slash at its end, which API Gateway
// ignores.
func pathSpellings(verb string, p route.Pattern) []string {
	path := p.Wildcard()
	if path == "/" || strings.HasSuffix(path, "*") {
		return []string{verb + path}
	}
	return []string{verb + path, verb + path + "/"}
}

// requestResources returns the resources that match the requests of routes.
func (p *Plan) requestResources(routes []PlannedRoute) (out []string) {
	for _, r := range routes {
		for _, verb := range p.takenVerbs(r.Pattern) {
			out = append(out, pathSpellings("execute-api:/"+p.Stage+"/"+verb, r.Pattern)...)
		}
	}
	return out
}

// takenVerbs returns the verbs that a pattern's route takes. A route for every verb leaves out the verbs that have a
// route of their own on its path, and OPTIONS if there are preflights.
func (p *Plan) takenVerbs(pattern route.Pattern) []string {
	if pattern.Verb != route.Any {
		return []string{pattern.Verb}
	}
	return slices.DeleteFunc(slices.Clone(Verbs(pattern)), func(verb string) bool {
		return verb == "OPTIONS" && p.props.CORS != nil || slices.ContainsFunc(p.Routes, func(r PlannedRoute) bool {
			return r.Pattern.Verb == verb && slices.Equal(r.Pattern.Segments, pattern.Segments)
		})
	})
}
