package bodyschema

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
)

// OfType returns the JSON Schema of what encoding/json reads into a Go type. A struct's members are those of its json
// tags, and no others. A member is required unless its tag has omitempty or omitzero. A pointer or slice may be null,
// as encoding/json accepts; a map may be null only behind a pointer.
//
// It refuses types whose fields do not determine their JSON, such as a type with its own UnmarshalJSON.
func OfType(t reflect.Type) (any, error) {
	w := &walk{seen: map[reflect.Type]bool{}, schemas: map[reflect.Type]*jsonschema.Schema{}}
	w.visit(t, t.String())
	if len(w.errs) > 0 {
		return nil, fmt.Errorf("%s: write the schema of it as a file or a map", strings.Join(w.errs, "; "))
	}
	s, err := jsonschema.ForType(t, &jsonschema.ForOptions{TypeSchemas: w.schemas})
	if err != nil {
		return nil, fmt.Errorf("%w: write the schema of it as a file or a map", err)
	}
	return Normal(s)
}

// walk finds the types that the library treats differently from encoding/json.
type walk struct {
	seen    map[reflect.Type]bool
	schemas map[reflect.Type]*jsonschema.Schema
	errs    []string
}

// The forms of strings that encoding/json reads into time.Time and []byte.
const (
	timeForm = `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$`
	byteForm = `^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$`
)

func (w *walk) fail(path, format string, args ...any) {
	w.errs = append(w.errs, path+": "+fmt.Sprintf(format, args...))
}

func (w *walk) visit(t reflect.Type, path string) {
	pointer := false
	for t.Kind() == reflect.Pointer {
		pointer, t = true, t.Elem()
	}
	if w.seen[t] {
		return
	}
	switch {
	case t == reflect.TypeFor[json.RawMessage]() && pointer:
		w.fail(path, "a pointer to json.RawMessage has no schema: take json.RawMessage")
		return
	case t == reflect.TypeFor[json.RawMessage]():
		w.schemas[t] = &jsonschema.Schema{}
		return
	}
	w.seen[t] = true
	to := reflect.PointerTo(t)
	switch {
	case t == reflect.TypeFor[time.Time]():
		w.schemas[t] = &jsonschema.Schema{Type: "string", Pattern: timeForm}
	case t == reflect.TypeFor[json.Number]():
		w.schemas[t] = &jsonschema.Schema{Type: "number"}
	case to.Implements(reflect.TypeFor[json.Unmarshaler]()):
		w.fail(path, "%s has an UnmarshalJSON of its own, so that its JSON is not known", t)
	case to.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		w.schemas[t] = &jsonschema.Schema{Type: "string"}
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		w.schemas[t] = &jsonschema.Schema{Types: []string{"null", "string"}, Pattern: byteForm}
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Array, t.Kind() == reflect.Map:
		w.visit(t.Elem(), path+"[]")
	case t.Kind() == reflect.Struct:
		w.fields(t, path)
	}
}

// fields checks the effects of struct tags.
func (w *walk) fields(t reflect.Type, path string) {
	names := map[string]bool{}
	for _, f := range reflect.VisibleFields(t) {
		tag, tagged := f.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		below := path + "." + f.Name
		switch {
		case tagged && tag == "-":
			if f.Anonymous {
				w.fail(below, `an embedded field with the tag "-" is not left out: name the field`)
			}
			continue
		case f.Anonymous && (name != "" || embedded(f.Type).Kind() != reflect.Struct):
			w.fail(below, "an embedded field that JSON has as a member: give the field a name")
			continue
		case f.Anonymous && unmarshals(f.Type):
			w.fail(below, "an embedded field that reads its own JSON: give the field a name")
			continue
		case f.Anonymous || !f.IsExported():
			continue
		case slices.Contains(strings.Split(options, ","), "string"):
			w.fail(below, `its tag has the option "string", which makes texts of numbers`)
		}
		if name == "" {
			name = f.Name
		}
		if names[name] {
			w.fail(below, "there is another field with the JSON name %q", name)
		}
		names[name] = true
		w.visit(f.Type, below)
	}
}

func embedded(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// unmarshals reports whether a type reads its own JSON.
func unmarshals(t reflect.Type) bool {
	to := reflect.PointerTo(embedded(t))
	return to.Implements(reflect.TypeFor[json.Unmarshaler]()) || to.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
