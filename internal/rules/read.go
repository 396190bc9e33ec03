package rules

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

func newView(a *cloudassembly.Assembly) *view {
	v := &view{
		assembly: a, e: a.Evaluator(cloudassembly.Options{NoDefaults: true}),
		byType: map[string][]*resource{}, byID: map[string]*api{}, paths: map[string]pathOf{}, guards: map[string]*resource{},
	}
	for _, s := range a.Stacks() {
		in := make([]*resource, 0, len(s.Template.Resources))
		for _, id := range slices.Sorted(maps.Keys(s.Template.Resources)) {
			if made, err := v.e.Exists(s, id); made || err != nil {
				t := s.Template.Resources[id]
				r := &resource{v: v, stack: s, id: id, t: t}
				in, v.byType[t.Type] = append(in, r), append(v.byType[t.Type], r)
			}
		}
		v.inStack = append(v.inStack, in)
	}
	v.readAPIs()
	v.readPaths()
	v.readAuthorizers()
	v.readMethods()
	return v
}

func (v *view) readAPIs() {
	for _, r := range v.byType[typeAPI] {
		a := &api{resource: r}
		a.plan, a.badPlan = readPlan(r.resolvePartly("Metadata", r.t.Metadata[PlanMetadata]))
		v.apis = append(v.apis, a)
		if id := r.ref(); id != "" {
			v.byID[id] = a
		}
		if root := r.attribute("RootResourceId"); root != "" {
			v.paths[root] = pathOf{a, "/"}
		}
	}
	for _, kind := range []string{typeStage, typeDeployment} {
		for _, r := range v.byType[kind] {
			if a, _ := v.apiOf(r); a != nil && (kind == typeStage || r.t.Properties["StageName"] != nil) {
				name, _ := r.text("StageName") // "" if it is not known, which means any
				a.stages = append(a.stages, name)
			}
		}
	}
}

// readPaths builds the tree of paths.
func (v *view) readPaths() {
	left := v.byType[typeResource]
	for len(left) > 0 {
		var next []*resource
		for _, r := range left {
			parent, _ := r.text("ParentId")
			up, ok := v.paths[parent]
			part, _ := r.text("PathPart")
			if id := r.ref(); ok && id != "" && part != "" {
				v.paths[id] = pathOf{up.api, strings.TrimSuffix(up.path, "/") + "/" + part}
				continue
			}
			next = append(next, r)
		}
		if len(next) == len(left) {
			return // their parents are not known
		}
		left = next
	}
}

func (v *view) readAuthorizers() {
	for _, r := range v.byType[typeAuthorizer] {
		if a, _ := v.apiOf(r); a != nil {
			a.guards = append(a.guards, r)
			v.guards[a.ref()+" "+r.ref()] = r
		}
	}
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
		if integration, ok := r.property("Integration").(map[string]any); ok {
			m.isMock = integration["Type"] == "MOCK"
		}
		v.methods = append(v.methods, m)
		if m.api != nil {
			m.api.methods = append(m.api.methods, m)
		}
	}
}

// readAuthorization determines what guards the method. API Gateway also accepts the type in lower case. A method
// without a type has no guard.
func (m *method) readAuthorization() {
	c := m.choose("AuthorizationType")
	m.why = c.why
	for _, t := range c.values {
		switch t = strings.ToUpper(t); t {
		case "":
			t = authNone
		case authNone, authIAM, authCustom, authCognito, authJWT:
		default:
			m.why = "it is " + quote(c.values...)
			continue
		}
		if !slices.Contains(m.types, t) {
			m.types = append(m.types, t)
		}
	}
	if m.api == nil || !m.mayHaveType(authCustom) && !m.mayHaveType(authCognito) && !m.mayHaveType(authJWT) {
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
