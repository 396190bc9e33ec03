package apimodel

import (
	"slices"
)

// Blocking lists the problems because of which a request must be answered with 501: those of the API, the stage, the
// method, and everything that the method uses. stage and method may be nil if the request has none.
func (m *Model) Blocking(api *API, stage *Stage, method *Method) []Problem {
	ids := []ID{api.ID}
	if stage != nil {
		ids = append(ids, stage.ID)
	}
	if method != nil {
		ids = append(ids, method.ID, method.Resource.ID)
		ids = append(ids, method.Integration.uses(stage)...)
		if method.Authorizer != nil {
			ids = append(ids, method.Authorizer.uses(stage)...)
		}
		if method.Validator != nil {
			ids = append(ids, method.Validator.ID)
		}
		for _, s := range method.RequestSchemas {
			ids = append(ids, s.ID)
		}
	}
	var out []Problem
	for _, p := range m.Problems {
		if p.Blocks && slices.Contains(ids, p.ID) {
			out = append(out, p)
		}
	}
	if method != nil {
		out = append(out, method.Integration.byStage.onStage(stage, method.ID)...)
		if method.Authorizer != nil {
			out = append(out, method.Authorizer.byStage.onStage(stage, method.Authorizer.ID)...)
		}
	}
	return out
}
