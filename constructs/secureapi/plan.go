package secureapi

import (
	"errors"
	"fmt"
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
}

// plannedRoute is a route whose pattern is parsed and whose guard is known.
type plannedRoute struct {
	Route
	pattern  route.Pattern
	guard    *guard // nil: public
	reason   string // why it is public
	requires []access.Requirement
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
		errs = append(errs, p.checkSize(props.CORS != nil)...)
	}
	errs = append(errs, props.ResourcePolicy.check(policyScope(props, p))...)
	errs = append(errs, props.CORS.check(p)...)
	errs = append(errs, props.Stage.check()...)
	errs = append(errs, p.checkFlush(props.Stage)...)
	errs = append(errs, checkRestApiProps(props, p)...)
	switch len(errs) {
	case 0:
		return p, nil
	case 1:
		return nil, errs[0]
	}
	return nil, &problems{errs}
}

// maxResources is how many a CloudFormation stack takes.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const maxResources = 500

// checkSize refuses a table that no stack takes. CDK says so too, but of the largest ones only after its recursion has
// run out of stack, which says nothing.
func (p *plan) checkSize(preflights bool) []error {
	paths, parts := map[string]bool{}, map[string]bool{}
	for _, r := range p.routes {
		path := r.pattern.Path()
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
	options := 0
	if preflights {
		options = len(paths)
	}
	if n := len(p.routes) + len(parts) + options; n > maxResources {
		return []error{fmt.Errorf("the table makes %d resources (%d methods, %d parts of paths, %d preflights), and a CloudFormation stack takes %d: make several APIs of it, each in a stack of its own, behind one custom domain with a base path for each, or let a function answer more paths by a greedy parameter",
			n, len(p.routes), len(parts), options, maxResources)}
	}
	return nil
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

func (p *plan) addRoutes(props *Props) (errs []error) {
	if len(props.Routes) == 0 {
		errs = append(errs, errors.New("there are no Routes: an API needs at least one"))
	}
	var patterns []route.Pattern
	first := map[string]int{} // where each pattern is in Routes
	for i, r := range props.Routes {
		pattern, err := parsePattern(r.Pattern)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		planned := plannedRoute{Route: r, pattern: pattern}
		for _, err := range p.decide(&planned) {
			errs = append(errs, fmt.Errorf("route %q: %w", r.Pattern, err))
		}
		p.routes = append(p.routes, planned)
		if at, twice := first[pattern.String()]; twice {
			errs = append(errs, fmt.Errorf("route %q is there twice, as Routes[%d] and Routes[%d]: leave one out, or join what they require in one", r.Pattern, at, i))
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
	for _, g := range p.guards {
		if !g.used {
			errs = append(errs, fmt.Errorf("%s guards no route: name it with GuardedBy, or take it out", g))
		}
	}
	return errs
}

// parsePattern is [route.Parse] without a habit from other routers: in API Gateway ":id" is a literal, which a request
// for /orders/42 does not match. Package route takes it, since it also reads templates that others made.
func parsePattern(text string) (route.Pattern, error) {
	pattern, err := route.Parse(text)
	if err != nil {
		return pattern, err
	}
	for _, s := range pattern.Segments {
		if name, found := strings.CutPrefix(s.Text, ":"); found && s.Kind == route.Literal {
			return pattern, fmt.Errorf("route %q: segment %q: API Gateway writes a parameter {%s}", text, s.Text, orDefault(name, "id"))
		}
	}
	return pattern, nil
}

// decide finds out who guards a route, and whether that guard can enforce what the route asks for.
func (p *plan) decide(r *plannedRoute) (errs []error) {
	if r.Function == nil {
		errs = append(errs, errors.New("its function is nil: give it an awslambda.IFunction, such as gofunction.New returns"))
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
	errs = append(errs, checkRequirements(r.requires)...)
	if err := checkMethodOptions(r.Route); err != nil {
		errs = append(errs, err)
	}
	if i := r.IntegrationOptions; i != nil && i.CredentialsPassthrough != nil && *i.CredentialsPassthrough {
		if _, iam := authorizerOf(g).(IAMAuthorizer); open || !iam {
			errs = append(errs, errors.New("its IntegrationOptions pass the caller's credentials through, which only requests signed for an IAMAuthorizer have: leave CredentialsPassthrough out, or guard it with one"))
		}
	}
	switch {
	case open && named:
		errs = append(errs, fmt.Errorf("it is both Public and GuardedBy %q: leave one of them out", guardName))
	case open && len(r.requires) > 0:
		errs = append(errs, fmt.Errorf("it is Public and yet requires %s: leave one of them out", r.requires[0]))
	case open:
	case named && g == nil:
		errs = append(errs, fmt.Errorf("it is GuardedBy %q, which is not among Props.Authorizers: %s", guardName, p.names()))
	case g == nil:
		errs = append(errs, errors.New("nobody guards it: set Props.Authorizer, name one with GuardedBy, or open it with Public and a reason"))
	case r.pattern.Verb == "OPTIONS":
		errs = append(errs, fmt.Errorf("%s would guard it, but a browser's preflight brings no credentials: declare Props.CORS instead of the route, or make it Public", g))
	default:
		r.guard, g.used = g, true
		if err := g.authorizer.enforces(r.requires); err != nil {
			errs = append(errs, fmt.Errorf("it requires %s, which %s cannot enforce: %w", joinRequirements(r.requires), g, err))
		}
	}
	return errs
}

func authorizerOf(g *guard) Authorizer {
	if g == nil {
		return nil
	}
	return g.authorizer
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
