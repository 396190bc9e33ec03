package secureapi

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// plan is the checked access table: what will be built, before CDK sees any of it.
type plan struct {
	routes []plannedRoute // as given
	guards []*guard       // the API's own first, then by name
	table  *route.Table
	stage  string // "" if the API is not deployed here

	allowsAll bool // the resource policy allows everybody everything, and only Denies and authorizers keep anybody out
}

// plannedRoute is a route whose pattern is parsed and whose guard is known.
type plannedRoute struct {
	Route
	pattern  route.Pattern
	guard    *guard // nil: public
	reason   string // why it is public
	requires []access.Requirement
}

// guard is an authorizer in use, with the access table as it sees it.
type guard struct {
	name       string // as in GuardedBy; "" is the API's own
	authorizer Authorizer
	used       bool
	table      *access.Table // for the included function
}

func (g *guard) String() string {
	if g.name == "" {
		return "the API's " + g.authorizer.kind()
	}
	return fmt.Sprintf("the %s %q", g.authorizer.kind(), g.name)
}

// id is the construct id of the authorizer; ids are part of the logical ids, which must not change lightly.
func (g *guard) id() string { return g.idOf("Authorizer") }

// idOf is the construct id of something that belongs to the authorizer. The name comes last, so that no two ids of two
// authorizers are the same.
func (g *guard) idOf(what string) string {
	if g.name == "" {
		return what
	}
	return what + "-" + g.name
}

// newPlan checks the props and says all that is wrong with them.
func newPlan(props *Props) (*plan, error) {
	if props == nil {
		return nil, errors.New("the props are nil: at least Routes and an Authorizer are needed")
	}
	p := &plan{stage: stageOf(props)}
	errs := p.addGuards(props)
	errs = append(errs, p.addRoutes(props)...)
	if len(errs) == 0 {
		errs = append(errs, p.checkTogether()...)
	}
	errs = append(errs, props.ResourcePolicy.check(policyScope(props, p))...)
	errs = append(errs, props.CORS.check(p)...)
	errs = append(errs, props.Stage.check()...)
	errs = append(errs, checkRestApiProps(props)...)
	switch len(errs) {
	case 0:
		return p, nil
	case 1:
		return nil, errs[0]
	}
	return nil, &problems{errs}
}

// stageOf is the name of the stage that the API is deployed to.
func stageOf(props *Props) string {
	name := orDefault(props.Stage.Name, defaultStage)
	if r := props.RestApiProps; r != nil {
		if r.Deploy != nil && !*r.Deploy {
			return ""
		}
		if o := r.DeployOptions; o != nil && o.StageName != nil {
			name = *o.StageName
		}
	}
	return name
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

func (p *plan) addGuards(props *Props) (errs []error) {
	add := func(name string, given Authorizer) {
		a, err := value(given)
		if err != nil {
			errs = append(errs, fmt.Errorf("the authorizer %q: %w", name, err))
			return
		}
		g := &guard{name: name, authorizer: a}
		for _, err := range a.check() {
			errs = append(errs, fmt.Errorf("%s: %w", g, err))
		}
		p.guards = append(p.guards, g)
	}
	if props.Authorizer != nil {
		add("", props.Authorizer)
	}
	for _, name := range slices.Sorted(maps.Keys(props.Authorizers)) {
		a := props.Authorizers[name]
		if a == nil {
			errs = append(errs, fmt.Errorf("the authorizer %q of Authorizers is nil", name))
			continue
		}
		if name == "" || strings.ContainsAny(name, "/ \t\n") || unresolved(name) {
			errs = append(errs, fmt.Errorf("the name %q in Authorizers: want one without slashes and spaces, as it becomes part of a construct id", name))
			continue
		}
		add(name, a)
	}
	return errs
}

// value is an authorizer as the rest of the package knows it. A pointer has the methods of what it points to, so
// Authorizer takes it; and so does a struct that embeds one, which must not pass for the kind it embeds.
func value(a Authorizer) (Authorizer, error) {
	switch a := a.(type) {
	case TokenAuthorizer, RequestAuthorizer, CognitoAuthorizer, IAMAuthorizer:
		return a, nil
	case *TokenAuthorizer:
		return pointed(a)
	case *RequestAuthorizer:
		return pointed(a)
	case *CognitoAuthorizer:
		return pointed(a)
	case *IAMAuthorizer:
		return pointed(a)
	}
	return nil, fmt.Errorf("a %T is none: use a TokenAuthorizer, RequestAuthorizer, CognitoAuthorizer or IAMAuthorizer", a)
}

func pointed[T Authorizer](a *T) (Authorizer, error) {
	if a == nil {
		return nil, fmt.Errorf("it is a nil %T", a)
	}
	return *a, nil
}

func (p *plan) guard(name string) *guard {
	for _, g := range p.guards {
		if g.name == name {
			return g
		}
	}
	return nil
}

func (p *plan) addRoutes(props *Props) (errs []error) {
	if len(props.Routes) == 0 {
		errs = append(errs, errors.New("there are no Routes: an API needs at least one"))
	}
	var patterns []route.Pattern
	for _, r := range props.Routes {
		pattern, err := route.Parse(r.Pattern)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		planned := plannedRoute{Route: r, pattern: pattern}
		for _, err := range p.decide(&planned) {
			errs = append(errs, fmt.Errorf("route %q: %w", r.Pattern, err))
		}
		patterns = append(patterns, pattern)
		p.routes = append(p.routes, planned)
	}
	table, err := route.NewTable(patterns)
	if err != nil {
		errs = append(errs, err)
	}
	p.table = table
	for _, g := range p.guards {
		if !g.used && len(props.Routes) > 0 && len(p.routes) == len(props.Routes) {
			errs = append(errs, fmt.Errorf("%s guards no route: name it with GuardedBy, or take it out", g))
		}
	}
	return errs
}

// decide finds out who guards a route, and whether that guard can enforce what the route asks for.
func (p *plan) decide(r *plannedRoute) (errs []error) {
	if r.Function == nil {
		errs = append(errs, errors.New("its function is nil"))
	}
	guardName, named, open := "", false, false
	for _, a := range r.Access {
		switch a := a.(type) {
		case requirement:
			r.requires = append(r.requires, access.Requirement(a))
		case public:
			if open = true; strings.TrimSpace(a.reason) == "" {
				errs = append(errs, errors.New(`Public needs a reason, for those who review it: Public("load balancer health check")`))
			}
			r.reason = a.reason
		case guardedBy:
			if named {
				errs = append(errs, fmt.Errorf("it is GuardedBy both %q and %q: API Gateway takes one authorizer on a method", guardName, a.name))
			}
			guardName, named = a.name, true
		default:
			errs = append(errs, fmt.Errorf("its Access holds a %T: use AnyScope, AnyGroup, AnyRole, GuardedBy or Public", a))
		}
	}
	g := p.guard(guardName)
	if g != nil && !open {
		g.used = true // also where something else is wrong, so that it is not said to be unused on top
	}
	errs = append(errs, checkRequirements(r.requires)...)
	if err := checkMethodOptions(r.Route); err != nil {
		errs = append(errs, err)
	}
	switch {
	case open && named:
		errs = append(errs, fmt.Errorf("it is both Public and GuardedBy %q", guardName))
	case open && len(r.requires) > 0:
		errs = append(errs, fmt.Errorf("it is Public and yet requires %s", r.requires[0]))
	case open:
	case named && g == nil:
		errs = append(errs, fmt.Errorf("it is GuardedBy %q, which is not among Props.Authorizers: %s", guardName, p.names()))
	case g == nil:
		errs = append(errs, errors.New("nobody guards it: set Props.Authorizer, name one with GuardedBy, or open it with Public and a reason"))
	case r.pattern.Verb == "OPTIONS":
		errs = append(errs, fmt.Errorf("%s would guard it, but a browser's preflight brings no credentials: declare Props.CORS instead of the route, or make it Public", g))
	default:
		r.guard = g
		if err := g.authorizer.enforces(r.requires); err != nil {
			errs = append(errs, fmt.Errorf("it requires %s, which %s cannot enforce: %w", joinRequirements(r.requires), g, err))
		}
	}
	return errs
}

func (p *plan) names() string {
	var out []string
	for _, g := range p.guards {
		if g.name != "" {
			out = append(out, fmt.Sprintf("%q", g.name))
		}
	}
	if len(out) == 0 {
		return "there is none"
	}
	return "they are " + strings.Join(out, ", ")
}

func checkRequirements(requires []access.Requirement) (errs []error) {
	for _, r := range requires {
		if err := r.Check(); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

func joinRequirements(requires []access.Requirement) string {
	var out []string
	for _, r := range requires {
		out = append(out, r.String())
	}
	return strings.Join(out, " and ")
}

// checkMethodOptions refuses what would decide over the table's head.
func checkMethodOptions(r Route) error {
	o := r.MethodOptions
	if o != nil && (o.Authorizer != nil || o.AuthorizationType != "" || o.AuthorizationScopes != nil) {
		return errors.New("its MethodOptions set an authorizer, an authorization type or scopes: say it with Access, so that the table is the whole truth")
	}
	if i := r.IntegrationOptions; i != nil && i.Proxy != nil && !*i.Proxy {
		return errors.New("its IntegrationOptions turn the proxy integration off: add such a method through api.RestAPI")
	}
	return nil
}
