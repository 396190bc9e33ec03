package rules

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// is reports whether the method may have an authorization type.
func (m *method) is(t string) bool { return slices.Contains(m.types, t) }

// open reports whether the method may be open: it has no guard, or it cannot be told which.
func (m *method) open() bool { return m.is(authNone) || m.why != "" }

// preflight reports whether API Gateway itself answers the method, for CORS: no function and no data is behind it.
func (m *method) preflight() bool { return m.verb == "OPTIONS" && m.isMock }

// key is the method as a route of a plan, such as "GET /orders/{id}".
func (m *method) key() string {
	return cmp.Or(m.verb, "of an unknown verb") + " " + cmp.Or(m.path, "of an unknown path")
}

// planned is the name of the guard that the plan of its API has for the method.
func (m *method) planned() (guard string, is bool) {
	if m.api == nil || m.api.plan == nil {
		return "", false
	}
	guard, is = m.api.plan.routes[m.key()]
	return guard, is
}

// beside reports whether the method is of an API that Gatehouse built, and not of its plan.
func (m *method) beside() bool {
	_, is := m.planned()
	return m.api != nil && m.api.plan != nil && !is
}

// pattern is the method as a pattern. It is not ok if its verb or path is not known.
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

// sample is a path that fits a pattern, with values that no literal has.
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
