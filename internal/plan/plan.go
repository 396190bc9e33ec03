// Package plan checks the access table of a REST API in plain Go: its routes and who guards each, the authorizers, the
// resource policy, CORS, the stage and the settings of the API.
//
// Package secureapi converts its props into [Props], and builds what the [Plan] says. The package imports neither CDK
// nor jsii, so its checks run under the race detector and are fuzzed. A value that is known only when the stack is
// deployed is a text that holds the marker of a CDK token: checks of the literal text do not apply to it, see
// [Unresolved].
package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Plan is a checked access table: what is built.
type Plan struct {
	Routes []PlannedRoute // as given, and those of logins
	Guards []*Guard       // the API's own first, then by name
	Logins []*Login       // whose sessions guards take, in the order of the guards
	Stage  string         // the name of the stage; "" if the API is not deployed

	broken   []string             // the names of authorizers that are no guards, of which the error says why
	defaults []access.Requirement // of a guarded route without requirements of its own
	models   map[string]string    // their names, by the text of the schema
	table    *route.Table
	props    Props
}

// PlannedRoute is a route whose pattern is parsed and whose guard is known.
type PlannedRoute struct {
	Route
	Pattern  route.Pattern
	Index    int    // in Props.Routes, if Login is nil
	Login    *Login // whose route it is; nil for one of the table
	Guard    *Guard // nil: public
	Reason   string // why it is public
	Forward  bool   // its function gets the access token of the caller's session
	Requires []access.Requirement
	KeyOnly  bool      // Guard is nil, and Reason says why a key is enough
	Throttle *Throttle // of its method; nil for that of the stage

	Cache *CacheResponse // nil: its answers are not kept
	Body  *Body          // what its requests' bodies have to be; nil for anything

	OnlyIf *OnlyIf // the condition that it is made under; nil for always

	Described *Body // what its requests' bodies are said to be, which is not checked; nil for nothing

	// Parameters must be there in a request: "method.request.header.X-Tenant".
	Parameters []string

	From []string // the ranges of addresses that its callers come from; nil for any

	Defaulted bool // Requires is that of Props.DefaultAccess
}

// Sorted returns the routes by path and verb: the id of CDK's deployment depends on the order in which methods are
// made, and moving a line of the table is no reason to deploy.
func (p *Plan) Sorted() []PlannedRoute {
	sorted := slices.Clone(p.Routes) // and not collected one by one, which takes three times the memory
	slices.SortFunc(sorted, func(x, y PlannedRoute) int {
		return cmp.Or(cmp.Compare(x.Pattern.Path(), y.Pattern.Path()), cmp.Compare(x.Pattern.Verb, y.Pattern.Verb))
	})
	return sorted
}

// Guard returns the authorizer with a name, "" for the API's own; nil without one.
func (p *Plan) Guard(name string) *Guard {
	for _, g := range p.Guards {
		if g.Name == name {
			return g
		}
	}
	return nil
}

// Unnamed reports whether there is no authorizer, neither the API's own nor a further one.
func (p *Plan) Unnamed() bool { return len(p.Guards) == 0 }

// Names says which names the further authorizers have, for errors.
func (p *Plan) Names() string {
	var out []string
	for _, g := range p.Guards {
		if g.Name != "" {
			out = append(out, fmt.Sprintf("%q", g.Name))
		}
	}
	if len(out) == 0 {
		return "there are none"
	}
	return "they are " + strings.Join(out, ", ")
}
