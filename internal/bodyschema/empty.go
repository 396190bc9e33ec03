package bodyschema

import (
	"encoding/json"
	"slices"
	"strings"
)

// acceptsEmpty reports whether a model accepts {}. Keywords for numbers, strings, lists, and present properties do not
// matter.
func acceptsEmpty(model map[string]any) bool {
	definitions, _ := model["definitions"].(map[string]any)
	return (&emptyObject{model: model, definitions: definitions, known: map[string]bool{}}).fits(model)
}

// emptyObject checks {} against one model.
type emptyObject struct {
	model, definitions map[string]any
	known              map[string]bool // whether it fits definitions, to which many places may refer
}

func (e *emptyObject) fits(schema any) bool {
	s, _ := schema.(map[string]any)
	if ref, ok := s["$ref"].(string); ok {
		return e.fitsReference(ref)
	}
	least, _ := s["minProperties"].(json.Number)
	required, _ := s["required"].([]any)
	not, negated := s["not"]
	switch {
	case rational(least).Sign() > 0, len(required) > 0, !isObject(s["type"]), s["enum"] != nil:
		return false // a value of it is not empty
	case negated && e.fits(not):
		return false
	}
	all, anyOf, oneOf := e.count(s["allOf"]), e.count(s["anyOf"]), e.count(s["oneOf"])
	return all.fit == all.of && (anyOf.of == 0 || anyOf.fit > 0) && (oneOf.of == 0 || oneOf.fit == 1)
}

// fitsReference terminates, because a model has no circle of references that stays at one value.
func (e *emptyObject) fitsReference(ref string) bool {
	name, isDefinition := strings.CutPrefix(ref, definitionsPath)
	if !isDefinition {
		return e.fits(e.model)
	}
	fits, found := e.known[name]
	if !found {
		fits = e.fits(e.definitions[name])
		e.known[name] = fits
	}
	return fits
}

type share struct{ fit, of int }

// count returns how many of a list's schemas fit.
func (e *emptyObject) count(list any) (s share) {
	schemas, _ := list.([]any)
	for _, schema := range schemas {
		s.of++
		if e.fits(schema) {
			s.fit++
		}
	}
	return s
}

func isObject(of any) bool {
	list, _ := of.([]any)
	return of == nil || of == "object" || slices.Contains(list, "object")
}
