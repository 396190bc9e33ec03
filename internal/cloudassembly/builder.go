package cloudassembly

import (
	"fmt"
	"maps"
	"slices"
)

// builder makes the model of an assembly. Objects find each other by their physical ids, as in AWS, so it does not
// matter in which stack they are.
type builder struct {
	assembly  *Assembly
	evaluator *Evaluator
	model     *Model

	byType    map[string][]*reader
	apis      map[string]*API
	resources map[string]*Resource // by the resource's physical id
	owner     map[*Resource]*API

	pools       map[string]*UserPool // by ARN
	authorizers map[inAPI]*Authorizer
	validators  map[inAPI]*Validator
	schemas     map[inAPI]*Schema
	keys        map[string]*APIKey
	plans       map[string]*UsagePlan
}

// inAPI names something that is found in one API only.
type inAPI struct {
	api *API
	id  string
}

func newBuilder(a *Assembly, o Options) *builder {
	b := &builder{
		assembly: a, evaluator: a.Evaluator(o), model: &Model{},
		byType: map[string][]*reader{}, apis: map[string]*API{}, resources: map[string]*Resource{}, owner: map[*Resource]*API{},
		pools:       map[string]*UserPool{},
		authorizers: map[inAPI]*Authorizer{}, validators: map[inAPI]*Validator{}, schemas: map[inAPI]*Schema{},
		keys: map[string]*APIKey{}, plans: map[string]*UsagePlan{},
	}
	for _, s := range a.stacks {
		for _, id := range slices.Sorted(maps.Keys(s.Template.Resources)) {
			r := s.Template.Resources[id]
			made, err := b.evaluator.exists(s, id)
			if err != nil {
				b.problem(Problem{ID: ID{s.Path, id}, What: "it is not known whether it is made: " + short(err), Blocks: true, Err: err})
			}
			if made || err != nil {
				b.byType[r.Type] = append(b.byType[r.Type], &reader{b: b, stack: s, resource: r, id: ID{s.Path, id}, blocks: true})
			}
		}
	}
	return b
}

// each reads the resources of a type. Their properties are resolved only now, so those of other types never are.
func (b *builder) each(kind string, read func(r *reader)) {
	for _, r := range b.byType[kind] {
		if r.values == nil {
			w := at(r.stack, r.id.LogicalID, "Properties")
			r.path = "Properties"
			r.values = map[string]any{}
			if v, ok := b.evaluator.tree(w, map[string]any(r.resource.Properties)).(map[string]any); ok {
				r.values = v
			} else if r.resource.Properties != nil {
				r.problem("its properties could not be resolved")
			}
		}
		read(r)
	}
}

func (b *builder) problem(p Problem) { b.model.Problems = append(b.model.Problems, p) }

// finish puts the lists in order, and drops problems that were found twice.
func (b *builder) finish() {
	m := b.model
	slices.SortStableFunc(m.Problems, compareProblems)
	m.Problems = slices.CompactFunc(m.Problems, func(x, y Problem) bool {
		return x.ID == y.ID && x.What == y.What && x.Blocks == y.Blocks
	})
}

// readNestedProblems says which nested stacks could not be read: they may hold routes of any API.
func (b *builder) readNestedProblems() {
	b.each(nestedStackType, func(r *reader) {
		if err := r.stack.nested[r.id.LogicalID].err; err != nil {
			r.problem("the nested stack is not run: %s", short(err))
			b.blockAPIs(r.stack, fmt.Sprintf("the nested stack %s, which may hold routes of it, could not be read", r.id))
		}
	})
}

// blockAPIs takes all APIs of the app or stage that a stack is in out of service, as something in the stack may belong to
// any of them.
func (b *builder) blockAPIs(s *Stack, what string) {
	for _, api := range b.byType["AWS::ApiGateway::RestApi"] {
		if api.stack.dir == s.dir {
			b.problem(Problem{ID: api.id, What: what, Blocks: true})
		}
	}
}
