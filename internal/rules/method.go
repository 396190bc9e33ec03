package rules

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Authorization types as CloudFormation has them.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-method.html
const (
	authNone    = "NONE"
	authIAM     = "AWS_IAM"
	authCustom  = "CUSTOM"
	authCognito = "COGNITO_USER_POOLS"
)

// method is a verb on a path.
type method struct {
	*resource
	api    *api   // nil if it is not in the assembly, or not known
	whyAPI string // why api is nil
	verb   string // "" if it is not known
	path   string // "" if it is not known

	types  []string // that its AuthorizationType may be, in capitals
	why    string   // why there may be others
	guard  *resource
	noID   string // why the authorizer is not known; "" if it is, or if there is none
	isMock bool
}

func (v *view) readMethods() {
	for _, r := range v.byType[typeMethod] {
		m := &method{resource: r}
		m.api, m.whyAPI = v.apiOf(r)
		if id, err := r.text("ResourceId"); err == nil {
			at := v.paths[id]
			if m.api == nil { // a path belongs to one API
				m.api = at.api
			}
			if at.api == m.api {
				m.path = at.path
			}
		}
		verb, _ := r.text("HttpMethod")
		m.verb = strings.ToUpper(verb)
		m.readAuthorization()
		if integration, ok := r.partly("Properties.Integration", r.t.Properties["Integration"]).(map[string]any); ok {
			m.isMock = integration["Type"] == "MOCK"
		}
		v.methods = append(v.methods, m)
		if m.api != nil {
			m.api.methods = append(m.api.methods, m)
		}
	}
}

// readAuthorization finds out what guards the method. API Gateway takes the type in small letters as well, and a method
// without one has none.
func (m *method) readAuthorization() {
	c := m.choose("AuthorizationType")
	m.why = c.why
	for _, t := range c.values {
		switch t = strings.ToUpper(t); t {
		case "":
			t = authNone
		case authNone, authIAM, authCustom, authCognito:
		default:
			m.why = "it is " + quote(c.values...)
			continue
		}
		if !slices.Contains(m.types, t) {
			m.types = append(m.types, t)
		}
	}
	if m.api == nil || !m.is(authCustom) && !m.is(authCognito) {
		return
	}
	id, err := m.text("AuthorizerId")
	switch {
	case err != nil:
		m.noID = unresolved(err)
	case id == "":
		m.noID = "it has no AuthorizerId"
	default:
		if m.guard = m.v.guards[m.api.ref()+" "+id]; m.guard == nil {
			m.noID = "no authorizer of the API has the id " + quote(id)
		}
	}
}

// is reports whether the method may have an authorization type.
func (m *method) is(t string) bool { return slices.Contains(m.types, t) }

// open reports whether the method may be open: it has no guard, or it cannot be told which.
func (m *method) open() bool { return m.is(authNone) || m.why != "" }

// preflight reports whether API Gateway itself answers the method, for CORS: no function and no data is behind it.
func (m *method) preflight() bool { return m.verb == "OPTIONS" && m.isMock }

// key is the method as a route of a plan, such as "GET /orders/{id}".
func (m *method) key() string {
	path := m.path
	if path == "" {
		path = "of an unknown path"
	}
	verb := m.verb
	if verb == "" {
		verb = "of an unknown verb"
	}
	return verb + " " + path
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

func quote(texts ...string) string {
	for i, t := range texts {
		texts[i] = `"` + t + `"`
	}
	return strings.Join(texts, ", ")
}
