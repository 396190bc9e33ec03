package plan

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/policycompiler"
)

// checkTogether checks what depends on the whole table: open routes that take requests which fall through from
// protected ones, and rights for which no cacheable policy exists.
func (p *Plan) checkTogether() (errs []error) {
	errs = append(errs, p.checkFallThroughs()...)
	for _, g := range p.Guards {
		if err := p.makeTable(g); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// checkFallThroughs refuses an open route with a parameter that takes requests meant for a guarded route's resource.
// API Gateway passes over a resource that lacks the verb and tries the one with the parameter next. The rule
// fall-through does the same for guarded methods that were added beside the table.
func (p *Plan) checkFallThroughs() (errs []error) {
	type pair struct{ open, protected int }
	verbs := map[pair][]string{}
	var pairs []pair
	for _, f := range p.table.FallThroughs(func(i int) bool { return p.Routes[i].Guard == nil }) {
		at := pair{f.Open, f.Protected}
		if verbs[at] == nil {
			pairs = append(pairs, at)
		}
		verbs[at] = append(verbs[at], f.Verb)
	}
	for _, at := range pairs {
		open, protected := p.table.Patterns()[at.open], p.table.Patterns()[at.protected]
		errs = append(errs, fmt.Errorf("route %q is public and gets what %q, which is guarded, does not take: %s %s "+
			"falls through to it; guard %[1]q too, or add the missing verbs as guarded routes",
			open, protected, strings.Join(verbs[at], ", "), protected.Path()))
	}
	return errs
}

// makeTable builds the access table of a guard that uses the included function. It refuses a table for which the
// function could not answer with a policy that may be cached.
func (p *Plan) makeTable(g *Guard) error {
	if g.Included == nil {
		return nil
	}
	var rules []access.Rule
	for r := range p.Sorted() { // sorted, so that the order of the table does not change the function's code
		rule := access.Rule{Pattern: r.Pattern, Elsewhere: r.Guard != g}
		if r.Guard == g {
			rule.Requires, rule.Forward = r.Requires, r.Forward
		}
		rules = append(rules, rule)
	}
	table, err := access.NewTable(rules)
	if err != nil {
		return err
	}
	g.Table = table
	if !g.Included.Cached {
		return nil
	}
	stage := p.Stage
	if cdktoken.Unresolved(stage) {
		stage = longestStage
	}
	return g.checkCacheable(stage)
}

// checkCacheable refuses a table if, for the rights of some callers, no policy may be cached, or the policy is too
// large.
func (g *Guard) checkCacheable(stage string) error {
	waysOut := "set CacheTTL to NoCache, or use a RequestAuthorizer with IdentitySources that include " +
		"IdentityContext(\"path\") and IdentityContext(\"httpMethod\"), or change the routes or what they require"
	if g.Session != nil {
		waysOut = "set CacheTTL to NoCache, or change the routes or what they require"
	}
	compiler, err := policycompiler.NewCompiler(g.Table)
	if err != nil {
		return fmt.Errorf("%s: %w", g, err)
	}
	compiler.DenyEscapes = g.Included.DenyEscapes
	if g.Session != nil {
		compiler.Limit -= policycompiler.SafeOnlySize
	}
	var errs []error
	for _, c := range compiler.Conflicts() {
		if c.Values {
			errs = append(errs, fmt.Errorf("%s caches one policy for all routes, and no policy is right for some callers: %s; "+
				"put the parameter that a claim is compared with before other parameters, or %s", g, c, waysOut))
			continue
		}
		errs = append(errs, fmt.Errorf("%s caches one policy for all routes, and no policy is right for some callers: "+
			"%s; declare %q as a route of its own with what %q requires, or %s",
			g, c, c.Narrower(), g.Table.Rules()[c.Denied].Pattern, waysOut))
	}
	if err := compiler.CheckSize(policycompiler.LongestPrefix + len(stage)); err != nil {
		errs = append(errs, fmt.Errorf("%s caches one policy for all routes: %w; %s", g, err, waysOut))
	}
	return errors.Join(errs...)
}
