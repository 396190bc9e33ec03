// Package plan checks the access table of a REST API in plain Go: its routes and who guards each, the authorizers, the
// resource policy, CORS, the stage and the settings of the API.
//
// Package secureapi converts its props into [Props], calls [New] and builds CDK objects from the [Plan]. The
// packages below check what needs nothing else of the table. None of them imports CDK or jsii, so their tests run under
// the race detector and are fuzzed. A value that is known only at deployment is a string with the marker of a CDK
// token, to which checks of the literal value do not apply; see package cdktoken.
package plan

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Plan is a checked access table, ready to be built.
type Plan struct {
	Routes []PlannedRoute // those given, followed by those of logins
	Guards []*Guard       // the API's own first, then by name
	Logins []*Login       // the logins whose sessions guards take, in the order of the guards
	Stage  string         // the name of the stage; "" if the API is not deployed

	broken   []string             // the names of authorizers that an error of New already reports
	defaults []access.Requirement // the requirements of guarded routes that have none

	defaultTenant *Tenant // of guarded routes with an isolated function; nil for none

	models map[string]string // model names, by the text of the schema
	table  *route.Table
	props  Props
}

// PlannedRoute is a route whose pattern is parsed and whose guard is known.
type PlannedRoute struct {
	Route
	Pattern  route.Pattern
	Index    int    // in Props.Routes, if Login is nil
	Login    *Login // the login that the route belongs to; nil for a route of the table
	Guard    *Guard // nil if the route is public
	Reason   string // why it is public
	Forward  bool   // whether its function gets the access token of the caller's session
	Requires []access.Requirement
	KeyOnly  bool      // Guard is nil, and Reason says why a key is enough
	Throttle *Throttle // of its method; nil for the stage's

	Cache *CacheResponse // nil if its answers are not cached
	Body  *Body          // the schema of its request bodies; nil for any body

	Tenant     *Tenant // what says for which tenant its function runs; nil for a function without tenants
	TenantFrom string  // what the tenant ID is mapped from, such as "context.authorizer.tenantId"

	OnlyIf *OnlyIf // the condition under which it is created; nil for always

	Described *Body // how its request bodies are described without being checked; nil for no description

	// Parameters must be in each request, such as "method.request.header.X-Tenant".
	Parameters []string

	ForwardsCaller bool // whether its integration sends the caller along

	From []string // the address ranges of its callers; nil for any address

	Defaulted bool // whether Requires comes from Props.DefaultAccess
}

// Sorted returns the routes by path and verb. The ID of CDK's deployment depends on the order in which methods are
// created, and moving a line of the table is no reason to deploy.
func (p *Plan) Sorted() iter.Seq[PlannedRoute] {
	sorted := make([]*PlannedRoute, len(p.Routes)) // a route has 500 bytes, and this is called ten times for an API
	for i := range p.Routes {
		sorted[i] = &p.Routes[i]
	}
	slices.SortFunc(sorted, func(x, y *PlannedRoute) int {
		return cmp.Or(cmp.Compare(x.Pattern.Path(), y.Pattern.Path()), cmp.Compare(x.Pattern.Verb, y.Pattern.Verb))
	})
	return func(yield func(PlannedRoute) bool) {
		for _, r := range sorted {
			if !yield(*r) {
				return
			}
		}
	}
}

// Forget drops what only the construction of the API needs: the tables of the routes and the props, but for the domain.
// An app keeps the plan of each API until it ends.
func (p *Plan) Forget() {
	p.table, p.props = nil, Props{Domain: p.props.Domain}
	for _, g := range p.Guards {
		g.Table = nil
	}
}

// Guard returns the authorizer with a name, or nil. The API's own has the name "".
func (p *Plan) Guard(name string) *Guard {
	for _, g := range p.Guards {
		if g.Name == name {
			return g
		}
	}
	return nil
}

// Unnamed reports whether the API has no authorizer.
func (p *Plan) Unnamed() bool { return len(p.Guards) == 0 }

// Names lists the names of the further authorizers, for errors.
func (p *Plan) Names() string {
	var out []string
	for _, g := range p.Guards {
		if g.Name != "" {
			out = append(out, fmt.Sprintf("%q", g.Name))
		}
	}
	if len(out) == 0 {
		return "it is empty"
	}
	return "they are " + strings.Join(out, ", ")
}
