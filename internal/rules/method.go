package rules

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// mayHaveType reports whether the method may have an authorization type.
func (m *method) mayHaveType(t string) bool { return slices.Contains(m.types, t) }

// mayBeOpen reports whether the method may be open, because it has no guard or its guard is not known.
func (m *method) mayBeOpen() bool { return m.mayHaveType(authNone) || m.why != "" }

// preflight reports whether API Gateway itself answers the method for CORS. Such a method exposes no function and no
// data.
func (m *method) preflight() bool { return m.verb == "OPTIONS" && m.isMock }

// key returns the method in the form of a plan's route, such as "GET /orders/{id}".
func (m *method) key() string {
	return cmp.Or(m.verb, "of an unknown verb") + " " + cmp.Or(m.path, "of an unknown path")
}

// planned returns the name of the method's guard in the plan of its API.
func (m *method) planned() (guard string, is bool) {
	if m.api == nil || m.api.plan == nil {
		return "", false
	}
	guard, is = m.api.plan.routes[m.key()]
	return guard, is
}

// isBesideTable reports whether the method belongs to an API that Gatehouse built, but is not in the API's plan.
func (m *method) isBesideTable() bool {
	_, is := m.planned()
	return m.api != nil && m.api.plan != nil && !is
}

// pattern returns the method as a pattern. It returns ok as false if the verb or path is not known.
func (m *method) pattern() (p route.Pattern, ok bool) {
	p, err := route.Parse(m.key())
	return p, err == nil
}

func verbsOf(p route.Pattern) []string {
	if p.Verb == route.Any {
		return route.Verbs
	}
	return []string{p.Verb}
}

// sample returns a path that matches a pattern, with values that no literal has.
func sample(p route.Pattern) string {
	if len(p.Segments) == 0 {
		return "/"
	}
	var b strings.Builder
	for _, s := range p.Segments {
		b.WriteByte('/')
		if s.Kind == route.Literal {
			b.WriteString(s.Text)
		} else {
			b.WriteByte('*')
		}
	}
	return b.String()
}
