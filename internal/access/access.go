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

// Rule is one route with what its caller must bring.
type Rule struct {
	Pattern   route.Pattern
	Elsewhere bool // not guarded by the authorizer this table is for: public, or guarded by another one
	Requires  []Requirement
}

// Permits tells whether these rights meet all of the rule's requirements. A rule without any asks for nothing more
// than a valid token.
func (rule Rule) Permits(r Rights) bool {
	for _, req := range rule.Requires {
		if !slices.ContainsFunc(req.AnyOf, func(v string) bool { return r.Has(req.Kind, v) }) {
			return false
		}
	}
	return true
}

// Table is the access table as one authorizer sees it: all routes of the API, since matching needs them all, of which
// it decides those that are not [Rule.Elsewhere]. It does not change, so any number of goroutines may use it.
type Table struct {
	rules  []Rule
	routes *route.Table
	values map[value]int // every value that a requirement names, numbered
	needs  [][]route.Set // of each rule: its requirements, as sets of those numbers
}

type value struct {
	kind Kind
	text string
}

// NewTable checks the rules and makes a table of them. What it says of one rule begins with the rule's route; what is
// wrong between two routes is said as [route.NewTable] says it.
func NewTable(rules []Rule) (*Table, error) {
	t := &Table{rules: make([]Rule, len(rules)), values: map[value]int{}}
	patterns := make([]route.Pattern, len(rules))
	for i, r := range rules {
		patterns[i] = r.Pattern
		t.rules[i] = r
		t.rules[i].Requires = slices.Clone(r.Requires)
		for j, req := range r.Requires {
			if err := req.Check(); err != nil {
				return nil, fmt.Errorf("access: route %q: %w", r.Pattern, err)
			}
			t.rules[i].Requires[j].AnyOf = slices.Clone(req.AnyOf)
			for _, v := range req.AnyOf {
				if _, known := t.values[value{req.Kind, v}]; !known {
					t.values[value{req.Kind, v}] = len(t.values)
				}
			}
		}
	}
	routes, err := route.NewTable(patterns)
	if err != nil {
		return nil, err
	}
	t.routes = routes
	t.number()
	return t, nil
}

// number writes each requirement as a set of numbered values, so that a decision compares words instead of strings.
func (t *Table) number() {
	t.needs = make([][]route.Set, len(t.rules))
	for i, r := range t.rules {
		for _, req := range r.Requires {
			need := route.NewSet(len(t.values))
			for _, v := range req.AnyOf {
				need.Add(t.values[value{req.Kind, v}])
			}
			t.needs[i] = append(t.needs[i], need)
		}
	}
}

// Rules are the table's rules, in the order they were given. The slice is the table's own: it is not to be changed.
func (t *Table) Rules() []Rule { return t.rules }

// Routes are the rules' patterns as a table, under the same indexes.
func (t *Table) Routes() *route.Table { return t.routes }

// Match finds the rule that a request falls under, by its index. See [route.Table.Match].
func (t *Table) Match(verb, path string) (rule int, ok bool) {
	i := t.routes.Index(verb, path)
	return i, i >= 0
}

// Permitted says of each rule whether these rights permit it; of those that are elsewhere it says false.
func (t *Table) Permitted(r Rights) []bool {
	held := route.NewSet(len(t.values))
	hold := func(kind Kind, texts []string) {
		for _, text := range texts {
			if i, named := t.values[value{kind, text}]; named {
				held.Add(i)
			}
		}
	}
	hold(Scope, r.Scopes)
	hold(Group, r.Groups)
	hold(Role, r.Roles)
	out := make([]bool, len(t.rules))
	for i, needs := range t.needs {
		out[i] = !t.rules[i].Elsewhere && !slices.ContainsFunc(needs, func(need route.Set) bool { return !held.Meets(need) })
	}
	return out
}
