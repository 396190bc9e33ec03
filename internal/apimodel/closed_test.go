package apimodel

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// TestNothingFailsOpen removes the values of a real assembly's properties, one at a time. Each route must be guarded as
// before, or not be served.
func TestNothingFailsOpen(t *testing.T) {
	a := readShop(t)
	before := Read(a, cloudassembly.Options{})
	guards := map[string]string{}
	for _, api := range before.APIs {
		for _, m := range api.Methods {
			guards[route(api, m)] = guard(api, api.Stages[0], m)
		}
	}
	check := func(place string) {
		t.Helper()
		m := Read(a, cloudassembly.Options{})
		if len(m.APIs) != len(before.APIs) {
			t.Errorf("%s: got %d APIs, want %d", place, len(m.APIs), len(before.APIs))
		}
		left := map[string]bool{}
		for _, api := range m.APIs {
			blocked := len(m.Blocking(api, nil, nil)) > 0
			for key := range guards {
				if blocked && strings.HasPrefix(key, api.ID.String()+" ") {
					left[key] = true
				}
			}
			for _, method := range api.Methods {
				key := route(api, method)
				left[key] = true
				for _, stage := range api.Stages {
					if got := guard(api, stage, method); len(m.Blocking(api, stage, method)) == 0 && got != guards[key] {
						t.Errorf("%s: %s is served, guarded by\n%s, and was by\n%s", place, key, got, guards[key])
					}
				}
			}
		}
		for key := range guards {
			if !left[key] {
				t.Errorf("%s: %s is missing, so its path may lead to another route, but the API is served", place, key)
			}
		}
	}
	changed := 0
	for _, s := range a.Stacks() {
		for id, r := range s.Template.Resources {
			place := s.Path + "/" + id
			leaves(r.Properties, "Properties", func(path string, set func(v any), v any) {
				changed++
				set(map[string]any{"Fn::GetAtt": []any{"Nope", "X"}})
				check(place + "/" + path)
				set(v)
			})
			r.Condition = "Nope"
			check(place + "/Condition")
			r.Condition = ""
		}
	}
	if changed < 300 {
		t.Errorf("only %d properties were changed", changed)
	}
	check("as it was")
}

func route(api *API, m *Method) string { return api.ID.String() + " " + m.Verb + " " + m.Path }

// guard has everything that decides who may call a method.
func guard(api *API, s *Stage, m *Method) string {
	out := fmt.Sprintf("%s scopes %q key %v from %s policy %s stage %v", m.Authorization, m.Scopes, m.APIKeyRequired,
		api.APIKeySource, api.Policy, s.Variables)
	if a := m.Authorizer; a != nil {
		out += fmt.Sprintf(" authorizer %s %s %v %q %s", a.ID, a.Type, a.IdentitySources, a.Validation, a.TTL)
		if a.Function != nil {
			out += fmt.Sprintf(" function %s%s %v %v", a.Function.ID, a.Qualifier, a.Function.Code, a.Function.Environment)
		}
		out += fmt.Sprintf(" jwt %+v", a.JWT)
		for _, p := range a.UserPools {
			out += " pool " + p.ARN
		}
	}
	if v := m.Validator; v != nil {
		out += fmt.Sprintf(" validator %v %v %v", v.Body, v.Parameters, m.RequestParameters)
	}
	for contentType, s := range m.RequestSchemas {
		out += " schema " + contentType + string(s.JSON)
	}
	return out
}

// leaves visits every value in a map, and every part of those.
func leaves(m map[string]any, path string, visit func(path string, set func(v any), v any)) {
	for key, v := range m {
		visit(path+"."+key, func(v any) { m[key] = v }, v)
		inside(v, path+"."+key, visit)
	}
}

func inside(v any, path string, visit func(path string, set func(v any), v any)) {
	switch v := v.(type) {
	case map[string]any:
		leaves(v, path, visit)
	case []any:
		for i, entry := range v {
			place := fmt.Sprintf("%s[%d]", path, i)
			visit(place, func(entry any) { v[i] = entry }, entry)
			inside(entry, place, visit)
		}
	}
}
