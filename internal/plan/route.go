package plan

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Verbs returns the HTTP verbs that a pattern takes.
func Verbs(p route.Pattern) []string {
	if p.Verb == route.Any {
		return route.Verbs
	}
	return []string{p.Verb}
}

// parsePattern parses a pattern like [route.Parse], but refuses two mistakes. A segment such as ":id", a habit from
// other routers, is a literal in API Gateway, and a request for /orders/42 would not match it. Clients resolve the
// segments "." and ".." before they send a path (RFC 3986, section 5.2.4). Package route accepts both, because it also
// reads templates that were made by others.
func parsePattern(text string) (route.Pattern, error) {
	pattern, err := route.Parse(text)
	if err != nil {
		return pattern, err
	}
	for _, s := range pattern.Segments {
		if name, found := strings.CutPrefix(s.Text, ":"); found && s.Kind == route.Literal {
			return pattern, fmt.Errorf("route %q: segment %q: API Gateway writes a parameter {%s}", text, s.Text,
				cmp.Or(name, "id"))
		}
		if s.Kind == route.Literal && (s.Text == "." || s.Text == "..") {
			return pattern, fmt.Errorf("route %q: segment %q: clients resolve it before they send the request, so the route "+
				"would not be called: write the path that is meant", text, s.Text)
		}
	}
	return pattern, nil
}

// decideGuard determines who guards a route, and whether that guard can enforce what the route requires.
func (p *Plan) decideGuard(r *PlannedRoute) (errs []error) {
	errs = append(errs, r.checkBackend()...)
	guardName, named, public, anyCaller := "", false, false, false
	for _, a := range r.Access {
		switch a := a.(type) {
		case Requirement:
			r.Requires = append(r.Requires, access.Requirement(a))
		case Either:
			either, err := a.requirement()
			if err != nil {
				errs = append(errs, err)
			} else {
				r.Requires = append(r.Requires, either)
			}
		case Public:
			errs = append(errs, a.openTo(r, public)...)
			public = true
		case GuardedBy:
			if named {
				errs = append(errs, fmt.Errorf("it is GuardedBy both %q and %q: API Gateway takes one authorizer on "+
					"a method",
					guardName, a.Name))
			}
			guardName, named = a.Name, true
		case Forward:
			r.Forward = true
		case AnyCaller:
			anyCaller = true
		case Word:
			errs = append(errs, a.addTo(r)...)
		case Unsupported:
			errs = append(errs, fmt.Errorf("its Access holds a %s: use AnyScope, AnyGroup, AnyRole, Claim, "+
				"PathParameter, Either, AnyCaller, GuardedBy, ForwardAccessToken or Public", a.Type))
		}
	}
	errs = append(errs, r.checkKey(public)...)
	errs = append(errs, r.checkValidation()...)
	errs = append(errs, r.checkDescribed()...)
	open := public || r.KeyOnly
	if err := p.takeDefaults(r, open, anyCaller); err != nil {
		errs = append(errs, err)
	}
	g := p.Guard(guardName)
	errs = append(errs, access.CheckAll(r.Pattern, r.Requires)...)
	errs = append(errs, r.checkOptions()...)
	errs = append(errs, r.checkTenant(open)...)
	errs = append(errs, r.checkCredentials(g, open)...)
	switch {
	case open && named:
		errs = append(errs, fmt.Errorf("it is both %s and GuardedBy %q: leave one of them out", r.openWord(), guardName))
	case open && len(r.Requires) > 0:
		errs = append(errs, fmt.Errorf("it is %s and yet requires %s: leave one of them out", r.openWord(), r.Requires[0]))
	case open, g == nil && slices.Contains(p.broken, guardName):
	case named && g == nil:
		errs = append(errs, fmt.Errorf("it is GuardedBy %q, which is not among Props.Authorizers: %s; add it there, or "+
			"write another name", guardName, p.Names()))
	case g == nil:
		errs = append(errs, errors.New("no authorizer guards it: set Props.Authorizer, name one with GuardedBy, or "+
			"open it with Public and a reason"))
	case r.Pattern.Verb == "OPTIONS":
		errs = append(errs, fmt.Errorf("%s would guard it, but a browser's preflight brings no credentials: declare "+
			"Props.CORS instead of the route, or make it Public", g))
	default:
		r.Guard, g.used = g, true
		errs = append(errs, p.takeTenant(r, g)...)
		if err := g.Enforces(r.Requires); err != nil {
			errs = append(errs, r.cannotEnforce(g, err))
		}
	}
	errs = append(errs, r.checkCache()...)
	errs = append(errs, r.checkOnlyIf()...)
	errs = append(errs, r.checkForwardCaller(open)...)
	return append(errs, r.checkForward(g, open)...)
}

// checkOptions refuses options that contradict the table.
func (r Route) checkOptions() []error {
	switch {
	case r.SetsAuthorization:
		return []error{errors.New("its MethodOptions set an authorizer, an authorization type or scopes: say it with " +
			"Access, so that the table is the whole truth")}
	case r.NoProxy:
		return []error{errors.New("its IntegrationOptions turn the proxy integration off: write the route with Integrate " +
			"and awsapigateway.NewLambdaIntegration, which says what the answers are")}
	}
	return nil
}

// checkCredentials refuses to pass credentials through that the route's callers do not have.
func (r Route) checkCredentials(g *Guard, open bool) []error {
	if !r.PassesCredentials || !open && g != nil && g.Signed {
		return nil
	}
	return []error{errors.New("its IntegrationOptions pass the caller's credentials through, which only requests signed " +
		"for an IAMAuthorizer have: leave CredentialsPassthrough out, or guard it with one")}
}

// checkForward refuses to forward a token that does not exist, or that API Gateway would cache.
func (r PlannedRoute) checkForward(g *Guard, open bool) []error {
	const out = "name a further SessionAuthorizer of the same Login with CacheTTL NoCache in Authorizers, and add " +
		"GuardedBy(name) to the route"
	switch {
	case !r.Forward:
		return nil
	case open:
		return []error{fmt.Errorf("it is %s and has ForwardAccessToken, and its callers have no session: leave one of "+
			"them out", r.openWord())}
	case g == nil:
		return nil // reported already
	case g.Session == nil:
		return []error{fmt.Errorf("it has ForwardAccessToken, and %s takes no session, so that its callers bring their "+
			"token themselves: leave it out, or guard the route by a SessionAuthorizer with CacheTTL NoCache", g)}
	case g.Session.Cached:
		return []error{fmt.Errorf("it has ForwardAccessToken, and API Gateway keeps the answers of %s, the token with them: "+
			"%s", g, out)}
	case g.Session.Login.ReadsIDTokens():
		return []error{fmt.Errorf("it has ForwardAccessToken, and the session of %s holds claims of an ID token and no "+
			"access token: leave it out", g.Session.Login)}
	}
	return nil
}

// callers describes who may call a route.
func (r PlannedRoute) callers() string {
	who := r.identities()
	if r.NeedsKey {
		who += " with an API key"
	}
	if r.From != nil && !slices.ContainsFunc(r.From, cdktoken.Unresolved) {
		who += " from " + strings.Join(r.From, " or ")
	} else if r.From != nil {
		who += " from some addresses"
	}
	return who
}

// identities describes whom the guard of a route lets pass.
func (r PlannedRoute) identities() string {
	switch {
	case r.Guard == nil:
		return "everyone"
	case len(r.Requires) == 0:
		return fmt.Sprintf("all callers of %s", r.Guard)
	}
	needs := JoinRequirements(r.Requires)
	if cdktoken.Unresolved(needs) { // a warning is read before a deployment could resolve it
		needs = "what is known when the stack is deployed"
	}
	return fmt.Sprintf("%s by %s", needs, r.Guard)
}

// MethodScopes returns the scopes that API Gateway compares with the token's, or nil if it compares none.
func (r PlannedRoute) MethodScopes() []string {
	if r.Guard == nil || !r.Guard.ComparesScopes || len(r.Requires) == 0 {
		return nil
	}
	for _, req := range r.Requires {
		if req.Kind == access.Scope {
			return req.AnyOf
		}
	}
	return nil
}

// conditions returns the requirements on claims, sorted by claim name.
func (r PlannedRoute) conditions() []access.Requirement {
	out := slices.DeleteFunc(
		slices.Clone(r.Requires),
		func(req access.Requirement) bool { return req.Kind != access.Claim },
	)
	slices.SortStableFunc(out, func(x, y access.Requirement) int { return cmp.Compare(x.Claim, y.Claim) })
	return out
}

// shareConditions sets the conditions on claims that all routes of a guard share, and refuses routes that differ in
// them.
func (p *Plan) shareConditions() (errs []error) {
	first := map[*Guard]PlannedRoute{}
	for _, r := range p.Routes {
		g := r.Guard
		if g == nil || !g.ComparesClaims {
			continue
		}
		one, seen := first[g]
		if !seen {
			first[g], g.Conditions = r, r.conditions()
			continue
		}
		if slices.EqualFunc(g.Conditions, r.conditions(), access.Requirement.Equal) {
			continue
		}
		errs = append(errs, fmt.Errorf("route %q: it requires %s, and route %q requires %s: %s has one set of conditions "+
			"on claims for all of its routes: require the same of each, name a further %s for the others with GuardedBy, "+
			"or guard them with a TokenAuthorizer with JWT", r.Pattern, conditionsText(r.conditions()), one.Pattern,
			conditionsText(g.Conditions), g, g.Kind))
	}
	return errs
}

func conditionsText(requires []access.Requirement) string {
	return cmp.Or(JoinRequirements(requires), "no claim")
}
