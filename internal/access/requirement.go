package access

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
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

// Check reports what is wrong with a requirement: an unknown kind, no value, or a value that no token can bring.
func (r Requirement) Check() error {
	switch r.Kind {
	case Scope, Group, Role:
	default:
		return fmt.Errorf("unknown kind of requirement %q: want %s, %s or %s", r.Kind, Scope, Group, Role)
	}
	if len(r.AnyOf) == 0 {
		return fmt.Errorf("a %s requirement without a value admits no caller: name at least one", r.Kind)
	}
	for _, v := range r.AnyOf {
		switch {
		case v == "":
			return fmt.Errorf("a %s requirement has an empty value, which no token brings: leave it out", r.Kind)
		case !utf8.ValidString(v):
			return fmt.Errorf("%s %q is not valid UTF-8, which no token is either", r.Kind, v)
		case r.Kind == Scope && strings.ContainsFunc(v, isSpace):
			return fmt.Errorf("scope %q: a space separates scopes (RFC 6749, section 3.3): name each alone", v)
		}
	}
	return nil
}

func isSpace(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' }

// Rights are the values a caller's claims bring, whatever claims they came in.
type Rights struct {
	Scopes, Groups, Roles []string
}

// Has reports whether the caller has this very value; parts of a value do not count.
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

// With returns these rights and one value more.
func (r Rights) With(kind Kind, value string) Rights {
	if r.Has(kind, value) {
		return r
	}
	switch kind {
	case Scope:
		r.Scopes = append(r.Scopes[:len(r.Scopes):len(r.Scopes)], value)
	case Group:
		r.Groups = append(r.Groups[:len(r.Groups):len(r.Groups)], value)
	case Role:
		r.Roles = append(r.Roles[:len(r.Roles):len(r.Roles)], value)
	}
	return r
}
