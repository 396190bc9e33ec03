package access

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is the kind of value that a requirement compares.
type Kind string

// The kinds of requirement.
const (
	Scope    Kind = "scope"    // an OAuth 2.0 scope
	Group    Kind = "group"    // membership in a group
	Role     Kind = "role"     // an application role
	Claim    Kind = "claim"    // a claim whose text is one of several
	ClaimHas Kind = "claimHas" // a claim whose list has one of several texts
	PathIs   Kind = "pathIs"   // a path parameter that equals a claim's text
	PathIn   Kind = "pathIn"   // a path parameter that is in a claim's list
	Tenant   Kind = "tenant"   // a claim whose text is a tenant ID for AWS Lambda
	Either   Kind = "either"   // one of several other requirements
)

// Requirement asks for one of several values (OR). All requirements of a rule must hold (AND).
//
// Its JSON form is that of the table's file. Members that its kind does not have are empty.
type Requirement struct {
	Kind      Kind          `json:"kind"`
	Parameter string        `json:"parameter,omitempty"` // the path parameter, for PathIs and PathIn
	Claim     string        `json:"claim,omitempty"`     // the path, for Claim, ClaimHas, PathIs, PathIn and Tenant
	AnyOf     []string      `json:"anyOf,omitempty"`     // for every kind except PathIs, PathIn, Tenant and Either
	Either    []Requirement `json:"either,omitempty"`
}

// String describes the requirement in words: "scope orders:read or orders:write".
func (r Requirement) String() string {
	switch r.Kind {
	case Claim:
		if len(r.AnyOf) == 1 {
			return fmt.Sprintf("claim %s is %s", r.Claim, r.AnyOf[0])
		}
		return fmt.Sprintf("claim %s is one of %s", r.Claim, strings.Join(r.AnyOf, ", "))
	case ClaimHas:
		return fmt.Sprintf("claim %s has %s", r.Claim, strings.Join(r.AnyOf, " or "))
	case PathIs:
		return fmt.Sprintf("the path's %s is the caller's %s", r.Parameter, r.Claim)
	case PathIn:
		return fmt.Sprintf("the path's %s is in the caller's %s", r.Parameter, r.Claim)
	case Tenant:
		return fmt.Sprintf("claim %s is a tenant ID", r.Claim)
	case Either:
		alternatives := make([]string, len(r.Either))
		for i, a := range r.Either {
			alternatives[i] = a.String()
		}
		return "either " + strings.Join(alternatives, " or ")
	}
	return string(r.Kind) + " " + strings.Join(r.AnyOf, " or ")
}

// Subject names what the requirement compares, in the plural: "scopes".
func (r Requirement) Subject() string {
	switch r.Kind {
	case Claim, ClaimHas, Tenant:
		return "claims"
	case PathIs, PathIn:
		return "parameters of the path"
	case Either:
		return "alternatives of Either"
	}
	return string(r.Kind) + "s"
}

// ofClaim reports whether the requirement names a claim by its path.
func (r Requirement) ofClaim() bool {
	return r.Kind == Claim || r.Kind == ClaimHas || r.Kind == Tenant || r.OfPath()
}

// OfPath reports whether the requirement compares a parameter of the path with a claim.
func (r Requirement) OfPath() bool { return r.Kind == PathIs || r.Kind == PathIn }

// Equal reports whether two requirements are written the same way.
func (r Requirement) Equal(to Requirement) bool {
	return r.Kind == to.Kind && r.Parameter == to.Parameter && r.Claim == to.Claim && slices.Equal(r.AnyOf, to.AnyOf) &&
		slices.EqualFunc(r.Either, to.Either, Requirement.Equal)
}

// Paths yields the alternatives that compare a parameter of the path with a claim.
func (r Requirement) Paths(yield func(Requirement) bool) {
	if r.OfPath() && !yield(r) {
		return
	}
	for _, a := range r.Either {
		if a.OfPath() && !yield(a) {
			return
		}
	}
}

// Implies reports whether every caller who meets the requirement also meets the other one, because each of its values
// is among the other's. Parameters are compared as if they were of one path.
func (r Requirement) Implies(other Requirement) bool {
	for own := range r.Paths {
		found := false
		for a := range other.Paths {
			found = found || a.Equal(own)
		}
		if !found {
			return false
		}
	}
	for v := range r.all {
		if !other.hasValue(v) {
			return false
		}
	}
	return true
}

// all yields the values, one of which is required.
func (r Requirement) all(yield func(value) bool) {
	if r.Kind == Tenant && !yield(value{kind: Tenant, claim: r.Claim}) {
		return
	}
	for _, text := range r.AnyOf {
		if !yield(value{r.Kind, r.Claim, text}) {
			return
		}
	}
	for _, a := range r.Either {
		for _, text := range a.AnyOf {
			if !yield(value{a.Kind, a.Claim, text}) {
				return
			}
		}
	}
}

// Values yields each value as a requirement of its own.
func (r Requirement) Values(yield func(Requirement) bool) {
	for v := range r.all {
		one := Requirement{Kind: v.kind, Claim: v.claim, AnyOf: []string{v.text}}
		if v.kind == Tenant {
			one.AnyOf = nil
		}
		if !yield(one) {
			return
		}
	}
}

func (r Requirement) hasValue(v value) bool {
	for own := range r.all {
		if own == v {
			return true
		}
	}
	return false
}

func isSpace(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' }
