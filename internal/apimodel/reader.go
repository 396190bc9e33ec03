package apimodel

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// reader reads resolved properties of a resource, or of an object in it. An invalid property becomes a problem of the
// resource, and is read as if it were not set.
type reader struct {
	model     *Model // collects the problems
	evaluator *cloudassembly.Evaluator
	stack     *cloudassembly.Stack
	resource  *cloudassembly.TemplateResource
	id        ID
	path      string
	values    map[string]any
	blocks    bool // whether problems block
	policy    bool // whether problems concern a resource policy
	api       *API // the API that the resource is part of; nil if that is not known
}

// notice returns a reader whose problems do not block.
func (r *reader) notice() *reader {
	out := *r
	out.blocks = false
	return &out
}

// ofPolicy returns a reader whose problems concern a resource policy.
func (r *reader) ofPolicy() *reader {
	out := *r
	out.policy = true
	return &out
}

func (r *reader) problem(format string, args ...any) {
	r.model.problem(Problem{
		ID: r.id, What: fmt.Sprintf(format, args...), Blocks: r.blocks, OfPolicy: r.policy, api: r.api,
	})
}

// get returns a property; nil if it is not set.
func (r *reader) get(name string) any {
	v := r.values[name]
	if bad, ok := v.(cloudassembly.Unresolved); ok {
		r.unresolved(bad)
		return nil
	}
	return v
}

func (r *reader) unresolved(bad cloudassembly.Unresolved) {
	r.model.problem(Problem{
		ID: r.id, What: shortError(bad.Err), Blocks: r.blocks, OfPolicy: r.policy, Err: bad.Err, api: r.api,
	})
}

func (r *reader) has(name string) bool { return r.values[name] != nil }

func (r *reader) wrongType(name, want string, got any) {
	r.problem("%s.%s: want %s, got %s", r.path, name, want, cloudassembly.Describe(got))
}

// text returns a property as a string; "" if it is not set.
func (r *reader) text(name string) string {
	v := r.get(name)
	t, ok := cloudassembly.Text(v)
	if !ok && v != nil {
		r.wrongType(name, "a string", v)
	}
	return t
}

// need returns a required property as a string.
func (r *reader) need(name string) string {
	t := r.text(name)
	if t == "" && (!r.has(name) || r.values[name] == "") {
		r.problem("%s.%s is missing", r.path, name)
	}
	return t
}

// oneOf returns a property that must have one of the values; the first one if it is not set.
func (r *reader) oneOf(name string, values ...string) string {
	t := r.text(name)
	if t == "" {
		return values[0]
	}
	if !slices.Contains(values, t) {
		r.problem("%s.%s: want one of %s, got %q", r.path, name, strings.Join(values, ", "), t)
	}
	return t
}

func (r *reader) bool(name string) bool {
	switch v := r.get(name).(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		if b, err := strconv.ParseBool(v); err == nil {
			return b
		}
		r.wrongType(name, "a boolean", v)
	default:
		r.wrongType(name, "a boolean", v)
	}
	return false
}

// integer returns a property as an integer that is not negative; nil if it is not set.
func (r *reader) integer(name string) *int {
	v := r.get(name)
	if v == nil {
		return nil
	}
	t, _ := cloudassembly.Text(v)
	i, err := strconv.ParseUint(t, 10, 31)
	if err != nil {
		r.wrongType(name, "a whole number", v)
		return nil
	}
	n := int(i)
	return &n
}

// number returns a property as a number that is not negative; nil if it is not set.
func (r *reader) number(name string) *float64 {
	v := r.get(name)
	if v == nil {
		return nil
	}
	t, _ := cloudassembly.Text(v)
	n, err := strconv.ParseFloat(t, 64)
	if err != nil || !(n >= 0) || math.IsInf(n, 1) {
		r.wrongType(name, "a number", v)
		return nil
	}
	return &n
}

// texts returns a property as a list of strings.
func (r *reader) texts(name string) []string {
	v := r.get(name)
	list, ok := v.([]any)
	if !ok && v != nil {
		r.wrongType(name, "a list", v)
	}
	var out []string
	for i, entry := range list {
		if bad, ok := entry.(cloudassembly.Unresolved); ok {
			r.unresolved(bad)
			continue
		}
		t, ok := cloudassembly.Text(entry)
		if !ok {
			r.wrongType(name+"["+strconv.Itoa(i)+"]", "a string", entry)
			continue
		}
		out = append(out, t)
	}
	return out
}

// object returns a reader for a property that is an object; it is empty if the property is not set.
func (r *reader) object(name string) *reader {
	v := r.get(name)
	m, ok := v.(map[string]any)
	if !ok && v != nil {
		r.wrongType(name, "a map", v)
	}
	return r.in(name, m)
}

// objects returns readers for a property that is a list of objects.
func (r *reader) objects(name string) []*reader {
	v := r.get(name)
	list, ok := v.([]any)
	if !ok && v != nil {
		r.wrongType(name, "a list", v)
	}
	var out []*reader
	for i, entry := range list {
		place := name + "[" + strconv.Itoa(i) + "]"
		if bad, ok := entry.(cloudassembly.Unresolved); ok {
			r.unresolved(bad)
			continue
		}
		m, ok := entry.(map[string]any)
		if !ok {
			r.wrongType(place, "a map", entry)
			continue
		}
		out = append(out, r.in(place, m))
	}
	return out
}

func (r *reader) in(place string, values map[string]any) *reader {
	out := *r
	out.path, out.values = r.path+"."+place, values
	return &out
}

// names returns the names of an object's members, sorted.
func (r *reader) names() []string { return slices.Sorted(maps.Keys(r.values)) }

// textMap returns a property as a map of strings.
func (r *reader) textMap(name string) map[string]string {
	in := r.object(name)
	if len(in.values) == 0 {
		return nil
	}
	out := make(map[string]string, len(in.values))
	for _, key := range in.names() {
		if v := in.values[key]; v == nil { // API Gateway treats null as a template that is not set
			out[key] = ""
		} else if _, bad := v.(cloudassembly.Unresolved); bad {
			in.get(key)
		} else {
			out[key] = in.text(key)
		}
	}
	return out
}

// flags returns a property as a map of booleans.
func (r *reader) flags(name string) map[string]bool {
	in := r.object(name)
	if len(in.values) == 0 {
		return nil
	}
	out := make(map[string]bool, len(in.values))
	for _, key := range in.names() {
		out[key] = in.bool(key)
	}
	return out
}

// json returns a property as a JSON document; nil if it is not set. A string is parsed as JSON text.
func (r *reader) json(name string) json.RawMessage {
	v := r.get(name)
	if v == nil {
		return nil
	}
	if t, ok := v.(string); ok {
		if !json.Valid([]byte(t)) {
			r.wrongType(name, "a JSON document", v)
			return nil
		}
		return json.RawMessage(t)
	}
	if !r.isResolved(v) {
		return nil
	}
	out, err := json.Marshal(v)
	if err != nil {
		r.problem("%s.%s: %v", r.path, name, err)
	}
	return out
}

// isResolved reports whether a value was resolved completely, and reports the parts that were not.
func (r *reader) isResolved(v any) bool {
	switch v := v.(type) {
	case cloudassembly.Unresolved:
		r.unresolved(v)
		return false
	case map[string]any:
		ok := true
		for _, key := range slices.Sorted(maps.Keys(v)) {
			ok = r.isResolved(v[key]) && ok
		}
		return ok
	case []any:
		ok := true
		for _, entry := range v {
			ok = r.isResolved(entry) && ok
		}
		return ok
	}
	return true
}

// shortError returns an error's text for a problem, which itself names the place.
func shortError(err error) string {
	var u *cloudassembly.UnresolvedError
	if errors.As(err, &u) {
		return "unresolved: " + strings.TrimPrefix(err.Error(), "assembly: ")
	}
	return strings.TrimPrefix(err.Error(), "assembly: ")
}

// physicalID returns what Ref yields for the resource.
func (r *reader) physicalID() string {
	return r.evaluate(map[string]any{"Ref": r.id.LogicalID})
}

// attribute returns what Fn::GetAtt yields for the resource.
func (r *reader) attribute(name string) string {
	return r.evaluate(map[string]any{"Fn::GetAtt": []any{r.id.LogicalID, name}})
}

func (r *reader) evaluate(reference map[string]any) string {
	v, err := r.evaluator.Evaluate(r.stack, r.id.LogicalID, "", reference)
	if err != nil {
		r.unresolved(cloudassembly.Unresolved{Err: err})
		return ""
	}
	t, _ := cloudassembly.Text(v)
	return t
}

func (r *reader) extras(list []string) {
	if len(list) > 0 {
		r.model.problem(Problem{ID: r.id, What: "ignored here: " + strings.Join(list, ", "), Ignored: true, api: r.api})
	}
}
