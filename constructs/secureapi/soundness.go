package secureapi

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// checkTogether looks at what only the whole table shows: open routes that swallow what falls through from protected
// ones, and rights for which no cacheable policy exists.
func (p *plan) checkTogether() (errs []error) {
	errs = append(errs, p.checkFallThroughs()...)
	for _, g := range p.guards {
		if err := p.makeTable(g); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// checkFallThroughs refuses an open route with a parameter that takes requests meant for a guarded route's resource: API
// Gateway passes over a resource that lacks the verb, and the one with the parameter is next. The rule fall-through does
// the same for guarded methods that were added beside the table.
func (p *plan) checkFallThroughs() (errs []error) {
	type pair struct{ open, protected int }
	verbs := map[pair][]string{}
	var pairs []pair
	for _, f := range p.table.FallThroughs(func(i int) bool { return p.routes[i].guard == nil }) {
		at := pair{f.Open, f.Protected}
		if verbs[at] == nil {
			pairs = append(pairs, at)
		}
		verbs[at] = append(verbs[at], f.Verb)
	}
	for _, at := range pairs {
		open, protected := p.table.Patterns()[at.open], p.table.Patterns()[at.protected]
		errs = append(errs, fmt.Errorf("route %q is public and gets what %q, which is guarded, does not take: %s %s falls through to it; guard %[1]q too, or add the missing verbs as guarded routes",
			open, protected, strings.Join(verbs[at], ", "), protected.Path()))
	}
	return errs
}

// makeTable makes the access table of a guard that uses the included function, and refuses one for which the function
// could not answer with a policy that may be cached.
func (p *plan) makeTable(g *guard) error {
	var jwt *JWT
	cached := false
	switch a := g.authorizer.(type) {
	case TokenAuthorizer:
		jwt, cached = a.JWT, a.CacheTTL != NoCache
	case RequestAuthorizer:
		jwt, cached = a.JWT, !a.perRequest()
	}
	if jwt == nil {
		return nil
	}
	var rules []access.Rule
	for _, r := range p.routes {
		rules = append(rules, access.Rule{Pattern: r.pattern, Elsewhere: r.guard != g, Requires: r.requires})
		if r.guard != g {
			rules[len(rules)-1].Requires = nil // not this authorizer's business
		}
	}
	table, err := access.NewTable(rules)
	if err != nil {
		return err
	}
	g.table = table
	if !cached {
		return nil
	}
	return checkCacheable(g, table, p.stage, jwt.DenyEscapedPaths)
}

// checkCacheable refuses a table for which some callers' rights have no policy that may be cached, or too large a one.
func checkCacheable(g *guard, table *access.Table, stage string, denyEscapes bool) error {
	const waysOut = "set CacheTTL to NoCache, or use a RequestAuthorizer with IdentitySources that include Context(\"path\") and Context(\"httpMethod\"), or change the routes or what they require"
	compiler, err := iampolicy.NewCompiler(table)
	if err != nil {
		return fmt.Errorf("%s: %w", g, err)
	}
	compiler.DenyEscapes = denyEscapes
	var errs []error
	for _, c := range compiler.Conflicts() {
		errs = append(errs, fmt.Errorf("%s caches one policy for all routes, and there is none for some callers: %s; declare %q as a route of its own with what %q requires, or %s",
			g, c, c.Narrower(), table.Rules()[c.Denied].Pattern, waysOut))
	}
	if err := compiler.CheckSize(iampolicy.LongestPrefix + len(stage)); err != nil {
		errs = append(errs, fmt.Errorf("%s caches one policy for all routes: %w; %s", g, err, waysOut))
	}
	return errors.Join(errs...)
}

func quoteAll(texts []string) string {
	var out []string
	for _, t := range texts {
		out = append(out, fmt.Sprintf("%q", t))
	}
	return strings.Join(out, ", ")
}
