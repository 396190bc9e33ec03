// Package plan checks the access table of a REST API in plain Go: its routes and who guards each, the authorizers, the
// resource policy, CORS, the stage and the settings of the API.
//
// Package secureapi converts its props into [Props], and builds what the [Plan] says. The package imports neither CDK nor
// jsii, so its checks run under the race detector and are fuzzed. A value that is known only when the stack is deployed is
// a text that holds the marker of a CDK token: checks of the literal text do not apply to it, see [Unresolved].
package plan

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Props describe an API in plain values.
type Props struct {
	Routes      []Route
	Authorizer  *Authorizer            // the API's own; nil for none
	Authorizers map[string]*Authorizer // further ones, by the name that GuardedBy refers to
	Policy      *ResourcePolicy        // nil for none
	CORS        *CORS                  // nil for none
	Stage       Stage
	RestAPI     *RestAPI // nil if the caller sets nothing of it
}

// Plan is a checked access table: what is built.
type Plan struct {
	Routes []PlannedRoute // as given
	Guards []*Guard       // the API's own first, then by name
	Stage  string         // the name of the stage; "" if the API is not deployed

	table *route.Table
	props Props
	scope policyScope
}

// PlannedRoute is a route whose pattern is parsed and whose guard is known.
type PlannedRoute struct {
	Route
	Pattern  route.Pattern
	Index    int    // in Props.Routes
	Guard    *Guard // nil: public
	Reason   string // why it is public
	Requires []access.Requirement
}

// New checks the props. The error has all that is wrong with them.
func New(props Props) (*Plan, error) {
	p := &Plan{props: props, Stage: stageName(props)}
	errs := p.addGuards()
	errs = append(errs, p.addRoutes()...)
	if len(errs) == 0 {
		errs = append(errs, p.checkTogether()...)
		errs = append(errs, p.checkSize()...)
	}
	p.scope = p.newPolicyScope()
	errs = append(errs, props.Policy.check(p.scope)...)
	errs = append(errs, p.checkCORS()...)
	errs = append(errs, props.Stage.check()...)
	errs = append(errs, p.checkFlush()...)
	errs = append(errs, p.checkRestAPI()...)
	switch len(errs) {
	case 0:
		return p, nil
	case 1:
		return nil, errs[0]
	}
	return nil, &problems{errs}
}

// problems are several errors, one a line.
type problems struct{ errs []error }

func (p *problems) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d things are wrong:", len(p.errs))
	for _, err := range p.errs {
		b.WriteString("\n  - ")
		b.WriteString(strings.ReplaceAll(err.Error(), "\n", "\n    "))
	}
	return b.String()
}

func (p *problems) Unwrap() []error { return p.errs }

// Sorted returns the routes by path and verb: the id of CDK's deployment depends on the order in which methods are made,
// and moving a line of the table is no reason to deploy.
func (p *Plan) Sorted() []PlannedRoute {
	return slices.SortedFunc(slices.Values(p.Routes), func(x, y PlannedRoute) int {
		return cmp.Or(cmp.Compare(x.Pattern.Path(), y.Pattern.Path()), cmp.Compare(x.Pattern.Verb, y.Pattern.Verb))
	})
}

// Guard returns the authorizer with a name, "" for the API's own; nil if there is none.
func (p *Plan) Guard(name string) *Guard {
	for _, g := range p.Guards {
		if g.Name == name {
			return g
		}
	}
	return nil
}

// Names lists the names of the further authorizers, for errors.
func (p *Plan) Names() string {
	var out []string
	for _, g := range p.Guards {
		if g.Name != "" {
			out = append(out, fmt.Sprintf("%q", g.Name))
		}
	}
	if len(out) == 0 {
		return "there is none"
	}
	return "they are " + strings.Join(out, ", ")
}

func (p *Plan) addGuards() (errs []error) {
	add := func(name string, a *Authorizer) {
		if a.Err != nil {
			errs = append(errs, fmt.Errorf("the authorizer %q: %w", name, a.Err))
			return
		}
		g := &Guard{Name: name, Authorizer: *a}
		for _, err := range a.Problems {
			errs = append(errs, fmt.Errorf("%s: %w", g, err))
		}
		p.Guards = append(p.Guards, g)
	}
	if p.props.Authorizer != nil {
		add("", p.props.Authorizer)
	}
	for _, name := range slices.Sorted(maps.Keys(p.props.Authorizers)) {
		a := p.props.Authorizers[name]
		switch {
		case a == nil:
			errs = append(errs, fmt.Errorf("the authorizer %q of Authorizers is nil", name))
		case name == "" || strings.ContainsAny(name, "/ \t\n") || Unresolved(name):
			errs = append(errs, fmt.Errorf("the name %q in Authorizers: want one without slashes and spaces, as it becomes "+
				"part of a construct id", name))
		default:
			add(name, a)
		}
	}
	return errs
}

func (p *Plan) addRoutes() (errs []error) {
	if len(p.props.Routes) == 0 {
		errs = append(errs, errors.New("there are no Routes: an API needs at least one"))
	}
	var patterns []route.Pattern
	first := map[string]int{} // where each pattern is in Routes
	for i, r := range p.props.Routes {
		pattern, err := parsePattern(r.Pattern)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		planned := PlannedRoute{Route: r, Pattern: pattern, Index: i}
		for _, err := range p.decide(&planned) {
			errs = append(errs, fmt.Errorf("route %q: %w", r.Pattern, err))
		}
		p.Routes = append(p.Routes, planned)
		if at, twice := first[pattern.String()]; twice {
			errs = append(errs, fmt.Errorf("route %q is there twice, as Routes[%d] and Routes[%d]: leave one out, or join what "+
				"they require in one", r.Pattern, at, i))
			continue
		}
		first[pattern.String()] = i
		patterns = append(patterns, pattern)
	}
	table, err := route.NewTable(patterns)
	if err != nil {
		errs = append(errs, err)
	}
	p.table = table
	if len(errs) > 0 {
		return errs // a route that is mended may need a guard that none needs now
	}
	for _, g := range p.Guards {
		if !g.used {
			errs = append(errs, fmt.Errorf("%s guards no route: name it with GuardedBy, or take it out", g))
		}
	}
	return errs
}

// maxResources is how many a CloudFormation stack takes.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const maxResources = 500

// checkSize refuses a table that no stack takes. CDK says so too, but of the largest ones only after its recursion has
// run out of stack, which says nothing.
func (p *Plan) checkSize() []error {
	paths, parts := map[string]bool{}, map[string]bool{}
	for _, r := range p.Routes {
		path := r.Pattern.Path()
		paths[path] = true
		for i := range path {
			if i > 0 && path[i] == '/' {
				parts[path[:i]] = true
			}
		}
		if path != "/" {
			parts[path] = true
		}
	}
	preflights := 0
	if p.props.CORS != nil {
		preflights = len(paths)
	}
	n := len(p.Routes) + len(parts) + preflights
	if n <= maxResources {
		return nil
	}
	return []error{fmt.Errorf("the table makes %d resources (%d methods, %d parts of paths, %d preflights), and a "+
		"CloudFormation stack takes %d: make several APIs of it, each in a stack of its own, behind one custom domain with a "+
		"base path for each, or let a function answer more paths by a greedy parameter",
		n, len(p.Routes), len(parts), preflights, maxResources)}
}
