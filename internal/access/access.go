// Package access holds an API's access table: its routes and who may call each.
//
// A table is made at synth, ships in the included authorizer's bundle as a file, and is read there again. The package
// decides which routes a caller's claims permit. It knows neither tokens nor policies.
package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Kind is what a requirement asks for.
type Kind string

// The kinds of requirement.
const (
	Scope Kind = "scope" // an OAuth 2.0 scope
	Group Kind = "group" // membership in a group
	Role  Kind = "role"  // an application role
)

// Requirement asks for one of several values: OR. A rule's requirements must all hold: AND.
type Requirement struct {
	Kind  Kind
	AnyOf []string
}

func (r Requirement) String() string {
	return fmt.Sprintf("any %s of %s", r.Kind, strings.Join(r.AnyOf, ", "))
}

// Rule is one route with what its caller must bring.
type Rule struct {
	Pattern   route.Pattern
	Elsewhere bool // not guarded by the authorizer this table is for: public, or guarded by another one
	Requires  []Requirement
}

// Rights are the values a caller's claims bring, whatever claims they came in.
type Rights struct {
	Scopes, Groups, Roles []string
}

// Has tells whether the caller has this very value; parts of a value do not count.
func (r Rights) Has(kind Kind, value string) bool {
	switch kind {
	case Scope:
		return slices.Contains(r.Scopes, value)
	case Group:
		return slices.Contains(r.Groups, value)
	case Role:
		return slices.Contains(r.Roles, value)
	}
	return false
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
// it decides those that are not [Rule.Elsewhere].
type Table struct {
	rules  []Rule
	routes *route.Table
}

// NewTable checks the rules and makes a table of them.
func NewTable(rules []Rule) (*Table, error) {
	patterns := make([]route.Pattern, len(rules))
	for i, r := range rules {
		patterns[i] = r.Pattern
		for _, req := range r.Requires {
			if err := req.check(); err != nil {
				return nil, fmt.Errorf("access: route %q: %w", r.Pattern, err)
			}
		}
	}
	routes, err := route.NewTable(patterns)
	if err != nil {
		return nil, err
	}
	return &Table{rules: rules, routes: routes}, nil
}

func (r Requirement) check() error {
	switch r.Kind {
	case Scope, Group, Role:
	default:
		return fmt.Errorf("unknown kind of requirement %q: want %s, %s or %s", r.Kind, Scope, Group, Role)
	}
	if len(r.AnyOf) == 0 {
		return fmt.Errorf("a %s requirement without a value would let nobody in: name at least one", r.Kind)
	}
	for _, v := range r.AnyOf {
		if v == "" || r.Kind == Scope && strings.ContainsAny(v, " \t\r\n") {
			return fmt.Errorf("%s %q: want one %s without white space", r.Kind, v, r.Kind)
		}
	}
	return nil
}

// Rules are the table's rules, in the order they were given.
func (t *Table) Rules() []Rule { return t.rules }

// Match finds the rule that a request falls under, by its index. See [route.Table.Match].
func (t *Table) Match(verb, path string) (int, bool) {
	i, _, ok := t.routes.Match(verb, path)
	return i, ok
}

// Permitted says of each rule whether these rights permit it; of those that are elsewhere it says false.
func (t *Table) Permitted(r Rights) []bool {
	out := make([]bool, len(t.rules))
	for i, rule := range t.rules {
		out[i] = !rule.Elsewhere && rule.Permits(r)
	}
	return out
}
