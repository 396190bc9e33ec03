// Package access holds an API's access table: its routes and who may call each.
//
// A table is built at synth, ships as a file in the included authorizer's bundle, and is read there again. The package
// decides which routes a caller's claims permit. It knows neither tokens nor policies.
package access

import (
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Table is the access table as one authorizer sees it. It has all routes of the API, because matching needs them all,
// but decides only those that are not [Rule.Elsewhere]. It is immutable, so it is safe for concurrent use.
type Table struct {
	rules  []Rule
	routes *route.Table
	values valueSet      // each value that a requirement names has a number
	needs  [][]route.Set // for each rule: its requirements, as sets of those numbers
	claims []string      // see Claims
	tenant []string      // see Tenants

	sources []Source // see Sources
	bounds  []*bound // for each rule; nil if no rule has requirements on its path
}

// NewTable checks the rules and builds a table of them. An error about one rule begins with the rule's route. An error
// about two routes is that of [route.NewTable].
func NewTable(rules []Rule) (*Table, error) {
	t := &Table{rules: make([]Rule, len(rules))}
	patterns := make([]route.Pattern, len(rules))
	// The function reads its table at each cold start, so the contents of all rules share a few allocations.
	var sizes struct{ requires, values int }
	for _, r := range rules {
		sizes.requires += len(r.Requires)
		for _, req := range r.Requires {
			sizes.values += len(req.AnyOf)
		}
	}
	requires := make([]Requirement, 0, sizes.requires)
	values := make([]string, 0, sizes.values)
	numbers := make([]int, 0, sizes.values) // of the values
	for i, r := range rules {
		patterns[i] = r.Pattern
		t.rules[i] = r
		before := len(requires)
		for _, req := range r.Requires {
			if err := req.Check(); err != nil {
				return nil, fmt.Errorf("access: route %q: %w", r.Pattern, err)
			}
			if err := req.checkParameters(r.Pattern); err != nil {
				return nil, fmt.Errorf("access: route %q: %w", r.Pattern, err)
			}
			for v := range req.all {
				n := t.values.find(v)
				if n < 0 {
					n = t.values.add(v)
				}
				numbers = append(numbers, n)
			}
			first := len(values)
			values = append(values, req.AnyOf...)
			req.AnyOf = slices.Clip(values[first:])
			req.Either = cloneAll(req.Either)
			requires = append(requires, req)
		}
		if Ownership && (len(r.Requires) > 16 || countWays(r.Requires) > maxWays) {
			return nil, fmt.Errorf("access: route %q: more than 16 requirements, or more than %d ways to meet them by "+
				"parameters of the path: name fewer", r.Pattern, maxWays)
		}
		if t.rules[i].Requires = nil; len(requires) > before {
			t.rules[i].Requires = slices.Clip(requires[before:])
		}
	}
	routes, err := route.NewTable(patterns)
	if err != nil {
		return nil, err
	}
	t.routes = routes
	t.numberValues(numbers)
	if Ownership {
		t.bindAll()
	}
	add := func(claim string) {
		if claim != "" && !slices.Contains(t.claims, claim) {
			t.claims = append(t.claims, claim)
		}
	}
	for _, v := range t.values.list {
		if add(v.claim); v.kind == Tenant {
			t.tenant = append(t.tenant, v.claim)
		}
	}
	for _, s := range t.sources {
		add(s.Claim)
	}
	return t, nil
}

// cloneAll copies the alternatives of a requirement.
func cloneAll(requires []Requirement) []Requirement {
	out := slices.Clone(requires)
	for i := range out {
		out[i].AnyOf = slices.Clone(out[i].AnyOf)
	}
	return out
}

// numberValues converts each requirement into a set of numbered values, so that a decision compares words instead of
// strings. The parameter numbers holds the numbers of all values that the requirements name, in order.
func (t *Table) numberValues(numbers []int) {
	count := 0
	for _, r := range t.rules {
		count += len(r.Requires)
	}
	t.needs = make([][]route.Set, len(t.rules))
	sets := make([]route.Set, count)
	words := len(route.NewSet(len(t.values.list)))
	memory := make(route.Set, count*words)
	for i, r := range t.rules {
		t.needs[i], sets = slices.Clip(sets[:len(r.Requires)]), sets[len(r.Requires):]
		for j, req := range r.Requires {
			t.needs[i][j], memory = slices.Clip(memory[:words]), memory[words:]
			for range req.all {
				t.needs[i][j].Add(numbers[0])
				numbers = numbers[1:]
			}
		}
	}
}

// Rules returns the table's rules in the order in which they were given. The caller must not change the slice.
func (t *Table) Rules() []Rule { return t.rules }

// Routes returns the rules' patterns as a table, with the same indexes.
func (t *Table) Routes() *route.Table { return t.routes }

// Claims returns the paths of the claims that the requirements compare, each once. [Rights.Claims] must hold these
// claims. The caller must not change the slice.
func (t *Table) Claims() []string { return t.claims }

// Tenants returns the paths of the claims that requirements want to be a tenant ID, each once. The caller must not
// change the slice.
func (t *Table) Tenants() []string { return t.tenant }

// Match returns the index of the rule for a request. See [route.Table.Match].
func (t *Table) Match(verb, path string) (rule int, ok bool) {
	i := t.routes.Index(verb, path)
	return i, i >= 0
}

// addHeld adds the numbers of a caller's values to held.
func (t *Table) addHeld(held route.Set, kind Kind, claim string, texts []string) {
	for _, text := range texts {
		if i := t.values.find(value{kind, claim, text}); i >= 0 {
			held.Add(i)
		}
	}
}

// heldValues returns the numbers of the values that the rights have.
func (t *Table) heldValues(r Rights) route.Set {
	held := route.NewSet(len(t.values.list))
	t.addHeld(held, Scope, "", r.Scopes)
	t.addHeld(held, Group, "", r.Groups)
	t.addHeld(held, Role, "", r.Roles)
	for _, c := range r.Claims {
		t.addHeld(held, Claim, c.Path, []string{c.Text})
		t.addHeld(held, ClaimHas, c.Path, c.List)
	}
	for _, claim := range t.tenant {
		if v := (value{kind: Tenant, claim: claim}); r.has(v) {
			held.Add(t.values.find(v))
		}
	}
	return held
}
