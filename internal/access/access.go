// Package access holds an API's access table: its routes and who may call each.
//
// A table is made at synth, ships in the included authorizer's bundle as a file, and is read there again. The package
// decides which routes a caller's claims permit. It knows neither tokens nor policies.
package access

import (
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Table is the access table as one authorizer sees it: all routes of the API, since matching needs them all, of which
// it decides those that are not [Rule.Elsewhere]. It does not change, so any number of goroutines may use it.
type Table struct {
	rules  []Rule
	routes *route.Table
	values valueSet      // every value that a requirement names, numbered
	needs  [][]route.Set // of each rule: its requirements, as sets of those numbers
	claims []string      // see Claims

	sources []Source // see Sources
	bounds  []*bound // of each rule; nil if no rule has requirements on its path
}

// NewTable checks the rules and makes a table of them. What it says of one rule begins with the rule's route; what is
// wrong between two routes is said as [route.NewTable] says it.
func NewTable(rules []Rule) (*Table, error) {
	t := &Table{rules: make([]Rule, len(rules))}
	patterns := make([]route.Pattern, len(rules))
	// The function reads its table at each cold start, so what the rules hold is in few pieces of memory.
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
		if Ownership && (len(r.Requires) > 16 || ways(r.Requires) > maxWays) {
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
	t.number(numbers)
	if Ownership {
		t.bindAll()
	}
	add := func(claim string) {
		if claim != "" && !slices.Contains(t.claims, claim) {
			t.claims = append(t.claims, claim)
		}
	}
	for _, v := range t.values.list {
		add(v.claim)
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

// number writes each requirement as a set of numbered values, so that a decision compares words instead of strings. The
// numbers are those of all values that the requirements name, in their order.
func (t *Table) number(numbers []int) {
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

// Rules returns the table's rules, in the order they were given. The slice is the table's own: it is not to be changed.
func (t *Table) Rules() []Rule { return t.rules }

// Routes returns the rules' patterns as a table, under the same indexes.
func (t *Table) Routes() *route.Table { return t.routes }

// Claims returns the paths of the claims that the requirements look at, each once: what [Rights.Claims] has to hold.
// The slice is the table's own: it is not to be changed.
func (t *Table) Claims() []string { return t.claims }

// Match finds the rule that a request falls under, by its index. See [route.Table.Match].
func (t *Table) Match(verb, path string) (rule int, ok bool) {
	i := t.routes.Index(verb, path)
	return i, i >= 0
}

// Permitted says of each rule whether these rights permit it, whatever its path's parameters are; of those that are
// elsewhere it says false.
func (t *Table) Permitted(r Rights) []bool { return t.Grant(r).All }

// hold adds values to those that are held.
func (t *Table) hold(held route.Set, kind Kind, claim string, texts []string) {
	for _, text := range texts {
		if i := t.values.find(value{kind, claim, text}); i >= 0 {
			held.Add(i)
		}
	}
}

// held are the values that the rights have, by their numbers.
func (t *Table) held(r Rights) route.Set {
	held := route.NewSet(len(t.values.list))
	t.hold(held, Scope, "", r.Scopes)
	t.hold(held, Group, "", r.Groups)
	t.hold(held, Role, "", r.Roles)
	for _, c := range r.Claims {
		t.hold(held, Claim, c.Path, []string{c.Text})
		t.hold(held, ClaimHas, c.Path, c.List)
	}
	return held
}
