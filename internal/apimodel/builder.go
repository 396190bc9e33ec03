package apimodel

import (
	"maps"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// builder builds the model of an assembly. It looks objects up by their physical IDs, as AWS does, so it does not
// matter which stack they are in.
type builder struct {
	assembly  *cloudassembly.Assembly
	options   cloudassembly.Options
	evaluator *cloudassembly.Evaluator
	model     *Model

	byType    map[string][]*reader
	ids       map[string]map[string]ID // see [builder.made]
	apis      map[string]*API
	resources map[string]*Resource // by the resource's physical id
	owner     map[*Resource]*API

	pools       map[string]*UserPool // by ARN
	authorizers map[inAPI]*Authorizer
	validators  map[inAPI]*Validator
	schemas     map[inAPI]*Schema
	keys        map[string]*APIKey
	plans       map[string]*UsagePlan
	rulesRead   map[ID]bool // the routing rules that belong to a domain of the model
}

// inAPI is the key of something whose name is unique only within an API.
type inAPI struct {
	api *API
	id  string
}

func newBuilder(a *cloudassembly.Assembly, o cloudassembly.Options) *builder {
	b := &builder{
		assembly:    a,
		options:     o,
		evaluator:   a.Evaluator(o),
		model:       &Model{},
		byType:      map[string][]*reader{},
		ids:         map[string]map[string]ID{},
		apis:        map[string]*API{},
		resources:   map[string]*Resource{},
		owner:       map[*Resource]*API{},
		pools:       map[string]*UserPool{},
		authorizers: map[inAPI]*Authorizer{},
		validators:  map[inAPI]*Validator{},
		schemas:     map[inAPI]*Schema{},
		keys:        map[string]*APIKey{},
		plans:       map[string]*UsagePlan{},
	}
	for _, s := range a.Stacks() {
		for _, id := range slices.Sorted(maps.Keys(s.Template.Resources)) {
			r := s.Template.Resources[id]
			b.undecided(s, id, r.Type)
			made, err := b.evaluator.Exists(s, id)
			if err != nil {
				b.problem(Problem{ID: ID{s.Path, id}, What: "it is not known whether it is made: " +
					shortError(err), Blocks: true, Err: err})
			}
			if made || err != nil {
				b.byType[r.Type] = append(b.byType[r.Type], &reader{
					model:     b.model,
					evaluator: b.evaluator,
					stack:     s,
					resource:  r,
					id:        ID{s.Path, id},
					blocks:    true,
				})
			}
		}
	}
	return b
}

// each reads the resources of a type. It resolves their properties only now, so those of other types are never
// resolved.
func (b *builder) each(kind string, read func(r *reader)) {
	for _, r := range b.byType[kind] {
		if r.values == nil {
			r.path = "Properties"
			r.values = map[string]any{}
			v := b.evaluator.Tree(r.stack, r.id.LogicalID, r.path, map[string]any(r.resource.Properties))
			if v, ok := v.(map[string]any); ok {
				r.values = v
			} else if r.resource.Properties != nil {
				r.problem("its properties could not be resolved")
			}
		}
		read(r)
	}
}

func (b *builder) problem(p Problem) { b.model.problem(p) }

// finish sorts the lists, and removes duplicate problems.
func (b *builder) finish() {
	m := b.model
	slices.SortStableFunc(m.Problems, compareProblems)
	m.Problems = slices.CompactFunc(m.Problems, func(x, y Problem) bool {
		return x.ID == y.ID && x.What == y.What && x.Blocks == y.Blocks
	})
}

// blockAPIs blocks all APIs of the app or stage that a stack belongs to, since something in the stack may belong to any
// of them.
func (b *builder) blockAPIs(s *cloudassembly.Stack, what string) {
	for _, api := range b.byType["AWS::ApiGateway::RestApi"] {
		if api.stack.SharesManifest(s) {
			b.problem(Problem{ID: api.id, What: what, Blocks: true})
		}
	}
}

// apiOf returns the API that a resource belongs to; nil if that is not known or not in the assembly. If it is not
// known, all APIs to which the resource may belong are blocked, so that no route is served without its guard.
func (b *builder) apiOf(r *reader) *API {
	const name = "RestApiId"
	if bad, ok := r.values[name].(cloudassembly.Unresolved); ok {
		r.unresolved(bad)
		b.blockAPIs(r.stack, "it is not known whether "+r.id.String()+" belongs to it, since the resource's "+
			name+" is not resolved")
		return nil
	}
	id := r.need(name)
	if id == "" {
		return nil
	}
	if r.api = b.apis[id]; r.api == nil {
		r.problem("its API %s is not in the assembly", id)
	}
	return r.api
}

// unplaced reports a path or method of an API that could not be read, and blocks the API: a request for it would reach
// another method.
func (b *builder) unplaced(r *reader, api *API, format string, args ...any) {
	r.problem(format, args...)
	b.problem(Problem{ID: api.ID, What: "it is not complete without " + r.id.String() + ", which could not be read",
		Blocks: true})
}
