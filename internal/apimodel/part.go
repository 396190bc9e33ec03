package apimodel

import "slices"

// Part returns the model of some of its APIs. It lacks the other APIs, the functions that only these invoke, and the
// problems of objects that only these have or use. Everything else remains, since it is not known who uses it.
func (m *Model) Part(apis []*API) *Model {
	ours, others := map[ID]bool{}, map[ID]bool{}
	for _, api := range m.APIs {
		to := others
		if slices.Contains(apis, api) {
			to = ours
		}
		for _, id := range api.has() {
			to[id] = id.LogicalID != "" // an imported user pool has none
		}
	}
	isOthers := func(id ID) bool { return others[id] && !ours[id] }
	part := *m
	part.APIs = slices.Clone(apis)
	part.Functions = slices.DeleteFunc(slices.Clone(m.Functions), func(f *Function) bool { return isOthers(f.ID) })
	part.Problems = slices.DeleteFunc(slices.Clone(m.Problems), func(p Problem) bool {
		return isOthers(p.ID) || p.api != nil && !slices.Contains(apis, p.api)
	})
	return &part
}

// has returns the IDs of the API, its methods and authorizers, and of the functions and user pools that these use on
// any stage.
func (a *API) has() (ids []ID) {
	ids = append(ids, a.ID)
	add := func(stage *Stage) {
		for _, m := range a.Methods {
			ids = append(append(ids, m.ID), m.Integration.uses(stage)...)
		}
		for _, authorizer := range a.Authorizers {
			ids = append(ids, authorizer.uses(stage)...)
			for _, pool := range authorizer.UserPools {
				ids = append(ids, pool.ID)
			}
		}
	}
	add(nil)
	for _, stage := range a.Stages {
		ids = append(ids, stage.ID)
		add(stage)
	}
	return ids
}
