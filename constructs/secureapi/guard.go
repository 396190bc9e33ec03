package secureapi

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// guard is an authorizer in use, with the access table as it sees it.
type guard struct {
	name       string // as in GuardedBy; "" is the API's own
	authorizer Authorizer
	used       bool
	table      *access.Table // for the included function

	function    awslambda.Function // the included one, once it is made
	environment map[string]string  // its settings
}

func (g *guard) String() string {
	if g.name == "" {
		return "the API's " + g.authorizer.kind()
	}
	return fmt.Sprintf("the %s %q", g.authorizer.kind(), g.name)
}

// id is the construct id of the authorizer; ids are part of the logical ids, which must not change lightly.
func (g *guard) id() string { return g.idOf("Authorizer") }

// idOf is the construct id of something that belongs to the authorizer. The name comes last, so that no two ids of two
// authorizers are the same.
func (g *guard) idOf(what string) string {
	if g.name == "" {
		return what
	}
	return what + "-" + g.name
}

func (p *plan) addGuards(props *Props) (errs []error) {
	add := func(name string, given Authorizer) {
		a, err := value(given)
		if err != nil {
			errs = append(errs, fmt.Errorf("the authorizer %q: %w", name, err))
			return
		}
		g := &guard{name: name, authorizer: a}
		for _, err := range a.check() {
			errs = append(errs, fmt.Errorf("%s: %w", g, err))
		}
		p.guards = append(p.guards, g)
	}
	if props.Authorizer != nil {
		add("", props.Authorizer)
	}
	for _, name := range slices.Sorted(maps.Keys(props.Authorizers)) {
		a := props.Authorizers[name]
		if a == nil {
			errs = append(errs, fmt.Errorf("the authorizer %q of Authorizers is nil", name))
			continue
		}
		if name == "" || strings.ContainsAny(name, "/ \t\n") || unresolved(name) {
			errs = append(errs, fmt.Errorf("the name %q in Authorizers: want one without slashes and spaces, as it becomes part of a construct id", name))
			continue
		}
		add(name, a)
	}
	return errs
}

// value is an authorizer as the rest of the package knows it. A pointer has the methods of what it points to, so
// Authorizer takes it; and so does a struct that embeds one, which must not pass for the kind it embeds.
func value(a Authorizer) (Authorizer, error) {
	switch a := a.(type) {
	case TokenAuthorizer, RequestAuthorizer, CognitoAuthorizer, IAMAuthorizer:
		return a, nil
	case *TokenAuthorizer:
		return pointed(a)
	case *RequestAuthorizer:
		return pointed(a)
	case *CognitoAuthorizer:
		return pointed(a)
	case *IAMAuthorizer:
		return pointed(a)
	}
	return nil, fmt.Errorf("a %T is none: use a TokenAuthorizer, RequestAuthorizer, CognitoAuthorizer or IAMAuthorizer", a)
}

func pointed[T Authorizer](a *T) (Authorizer, error) {
	if a == nil {
		return nil, fmt.Errorf("it is a nil %T", a)
	}
	return *a, nil
}

func (p *plan) guard(name string) *guard {
	for _, g := range p.guards {
		if g.name == name {
			return g
		}
	}
	return nil
}

func (p *plan) names() string {
	var out []string
	for _, g := range p.guards {
		if g.name != "" {
			out = append(out, fmt.Sprintf("%q", g.name))
		}
	}
	if len(out) == 0 {
		return "there is none"
	}
	return "they are " + strings.Join(out, ", ")
}
