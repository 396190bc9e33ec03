package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// New checks the props and returns the plan. Its error lists all problems of the props.
func New(props Props) (*Plan, error) {
	p := &Plan{props: props, Stage: stageName(props)}
	errs := p.addGuards()
	errs = append(errs, p.addDefaults()...)
	errs = append(errs, p.addLogins()...)
	errs = append(errs, p.addRoutes()...)
	if len(errs) == 0 {
		errs = append(errs, p.checkTogether()...)
		errs = append(errs, p.checkLogins()...)
		errs = append(errs, p.checkSize()...)
		errs = append(errs, p.checkOpened()...)
		errs = append(errs, p.checkSingleClaims()...)
	}
	if given := p.checkGivenModels(); len(given) > 0 {
		errs = append(errs, given...)
	} else if len(errs) == 0 {
		errs = append(errs, p.checkModels()...)
	}
	errs = append(errs, props.Policy.check(p.policyScope())...)
	if len(errs) == 0 {
		errs = append(errs, p.checkAddresses()...)
	}
	// These checks run even if the table has errors. A check that needs a valid table belongs above.
	for _, check := range []func() []error{
		p.checkCORS,
		props.Stage.check,
		p.checkFlush,
		p.checkCaches,
		p.checkConditions,
		p.checkTenants,
		p.checkRestAPI,
		p.checkEndpoint,
		p.checkMethodSettings,
		p.checkStreamed,
		p.checkDomain,
		p.checkAPIPolicy,
		p.checkWebACL,
		p.checkExplanation,
		p.checkBinaryBodies,
		p.checkGatewayResponses,
		p.checkUsagePlans,
		p.checkKeySource,
		p.checkClaimedKeys,
	} {
		errs = append(errs, check()...)
	}
	switch len(errs) {
	case 0:
		return p, nil
	case 1:
		return nil, errs[0]
	}
	return nil, &problems{errs}
}

// problems joins several errors, one a line.
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

func (p *Plan) addGuards() (errs []error) {
	broken := func(name string, err error) {
		errs = append(errs, err)
		p.broken = append(p.broken, name)
	}
	add := func(name string, a *Authorizer) {
		if a.Err != nil {
			what := "Props.Authorizer"
			if name != "" {
				what = fmt.Sprintf("the authorizer %q of Authorizers", name)
			}
			broken(name, fmt.Errorf("%s: %w", what, a.Err))
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
			broken(name, fmt.Errorf("the authorizer %q of Authorizers is nil: give it a value, or take it out", name))
		case name == "" || strings.ContainsAny(name, "/ \t\n") || cdktoken.Unresolved(name):
			broken(name, fmt.Errorf("the name %q in Authorizers: want one without slashes and spaces, as it becomes part of a "+
				"construct id", name))
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
	first := map[string]int{} // the indices of the routes in p.Routes, by pattern
	given := p.givenRoutes()
	p.Routes = given[:0]
	for _, planned := range given {
		pattern, err := parsePattern(planned.Route.Pattern)
		if err != nil {
			if planned.Login == nil { // the check of the login's Path reports it otherwise
				errs = append(errs, err)
			}
			continue
		}
		planned.Pattern = pattern
		p.Routes = append(p.Routes, planned)
		r := &p.Routes[len(p.Routes)-1]
		for _, err := range p.decideGuard(r) {
			errs = append(errs, fmt.Errorf("route %q: %w", r.Route.Pattern, err))
		}
		if at, twice := first[pattern.String()]; twice {
			errs = append(errs, duplicateRoute(&p.Routes[at], r))
			continue
		}
		first[pattern.String()] = len(p.Routes) - 1
		patterns = append(patterns, pattern)
	}
	table, err := route.NewTable(patterns)
	if err != nil {
		errs = append(errs, err)
	}
	p.table = table
	if len(errs) > 0 {
		return errs // a route that still has an error may need a guard that now looks unused
	}
	errs = append(errs, p.shareConditions()...)
	for _, g := range p.Guards {
		if !g.used {
			errs = append(errs, fmt.Errorf("%s guards no route: name it with GuardedBy, or take it out", g))
		}
	}
	return errs
}

// givenRoutes returns the routes of the table, followed by those of logins.
func (p *Plan) givenRoutes() []PlannedRoute {
	out := make([]PlannedRoute, 0, len(p.props.Routes))
	for i, r := range p.props.Routes {
		out = append(out, PlannedRoute{Route: r, Index: i})
	}
	for _, l := range p.Logins {
		for _, r := range l.routes() {
			out = append(out, PlannedRoute{Route: r, Login: l})
		}
	}
	return out
}

// duplicateRoute returns the error for the second of two routes with one pattern.
func duplicateRoute(first, second *PlannedRoute) error {
	switch {
	case second.Login == nil:
		return fmt.Errorf("route %q is declared twice, as Routes[%d] and Routes[%d]: leave one out, or join their "+
			"requirements in one", second.Route.Pattern, first.Index, second.Index)
	case first.Login == nil:
		return fmt.Errorf("route %q is declared twice, as Routes[%d] and as one of %s: give the login another Path, or the "+
			"route another path", second.Route.Pattern, first.Index, second.Login)
	}
	return fmt.Errorf("route %q is declared twice, as one of %s and of another Login: give one of them another Path",
		second.Route.Pattern, first.Login)
}

// maxResources is how many resources a CloudFormation stack may have.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const maxResources = 500

// checkSize refuses a table that is too large for a stack. CDK refuses it too, but for the largest tables only after
// its recursion has run out of stack, with an error that does not tell why.
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
		"CloudFormation stack takes %d: make several APIs of it, each in a stack of its own, behind one custom domain "+
		"with a base path for each, or let a function answer more paths by a greedy parameter",
		n, len(p.Routes), len(parts), preflights, maxResources)}
}
