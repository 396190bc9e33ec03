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

// reader reads resolved properties of a resource, or of an object in it. What is not as it must be becomes a problem of
// the resource, and reads as if it was not there.
type reader struct {
	model     *Model // whose problems it adds to
	evaluator *cloudassembly.Evaluator
	stack     *cloudassembly.Stack
	resource  *cloudassembly.TemplateResource
	id        ID
	path      string
	values    map[string]any
	blocks    bool // that its problems block
	policy    bool // that they are about a resource policy
}

// notice is a reader whose problems do not block.
func (r *reader) notice() *reader {
	out := *r
	out.blocks = false
	return &out
}

// ofPolicy is a reader whose problems are about a resource policy.
func (r *reader) ofPolicy() *reader {
	out := *r
	out.policy = true
	return &out
}

func (r *reader) problem(format string, args ...any) {
	r.model.problem(Problem{ID: r.id, What: fmt.Sprintf(format, args...), Blocks: r.blocks, OfPolicy: r.policy})
}

// get is a property; nil if it is not set.
func (r *reader) get(name string) any {
	v := r.values[name]
	if bad, ok := v.(cloudassembly.Unresolved); ok {
		r.broken(bad)
		return nil
	}
	return v
}

func (r *reader) broken(bad cloudassembly.Unresolved) {
	r.model.problem(Problem{ID: r.id, What: short(bad.Err), Blocks: r.blocks, OfPolicy: r.policy, Err: bad.Err})
}

func (r *reader) has(name string) bool { return r.values[name] != nil }

func (r *reader) wrong(name, want string, got any) {
	r.problem("%s.%s: want %s, got %s", r.path, name, want, cloudassembly.Describe(got))
}

// text is a property as a string; "" if it is not set.
func (r *reader) text(name string) string {
	v := r.get(name)
	t, ok := cloudassembly.Text(v)
	if !ok && v != nil {
		r.wrong(name, "a string", v)
	}
	return t
}

// need is a property as a string, that has to be set.
func (r *reader) need(name string) string {
	t := r.text(name)
	if t == "" && (!r.has(name) || r.values[name] == "") {
		r.problem("%s.%s is missing", r.path, name)
	}
	return t
}

// oneOf is a property that has one of the values; the first if it is not set.
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
		r.wrong(name, "a boolean", v)
	default:
		r.wrong(name, "a boolean", v)
	}
	return false
}

// integer is a property as a whole number that is not negative; nil if it is not set.
func (r *reader) integer(name string) *int {
	v := r.get(name)
	if v == nil {
		return nil
	}
	t, _ := cloudassembly.Text(v)
	i, err := strconv.ParseUint(t, 10, 31)
	if err != nil {
		r.wrong(name, "a whole number", v)
		return nil
	}
	n := int(i)
	return &n
}

// number is a property as a number that is not negative; nil if it is not set.
func (r *reader) number(name string) *float64 {
	v := r.get(name)
	if v == nil {
		return nil
	}
	t, _ := cloudassembly.Text(v)
	n, err := strconv.ParseFloat(t, 64)
	if err != nil || !(n >= 0) || math.IsInf(n, 1) {
		r.wrong(name, "a number", v)
		return nil
	}
	return &n
}

// texts is a property as a list of strings.
func (r *reader) texts(name string) []string {
	v := r.get(name)
	list, ok := v.([]any)
	if !ok && v != nil {
		r.wrong(name, "a list", v)
	}
	var out []string
	for i, entry := range list {
		if bad, ok := entry.(cloudassembly.Unresolved); ok {
			r.broken(bad)
			continue
		}
		t, ok := cloudassembly.Text(entry)
		if !ok {
			r.wrong(name+"["+strconv.Itoa(i)+"]", "a string", entry)
			continue
		}
		out = append(out, t)
	}
	return out
}

// object is a reader of a property that is an object; it has nothing if the property is not set.
func (r *reader) object(name string) *reader {
	v := r.get(name)
	m, ok := v.(map[string]any)
	if !ok && v != nil {
		r.wrong(name, "a map", v)
	}
	return r.in(name, m)
}

// objects are readers of a property that is a list of objects.
func (r *reader) objects(name string) []*reader {
	v := r.get(name)
	list, ok := v.([]any)
	if !ok && v != nil {
		r.wrong(name, "a list", v)
	}
	var out []*reader
	for i, entry := range list {
		place := name + "[" + strconv.Itoa(i) + "]"
		if bad, ok := entry.(cloudassembly.Unresolved); ok {
			r.broken(bad)
			continue
		}
		m, ok := entry.(map[string]any)
		if !ok {
			r.wrong(place, "a map", entry)
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

// names are the members of an object, in order.
func (r *reader) names() []string { return slices.Sorted(maps.Keys(r.values)) }

// textMap is a property as a map of strings.
func (r *reader) textMap(name string) map[string]string {
	in := r.object(name)
	if len(in.values) == 0 {
		return nil
	}
	out := make(map[string]string, len(in.values))
	for _, key := range in.names() {
		if v := in.values[key]; v == nil { // API Gateway takes null for a template that is not set
			out[key] = ""
		} else if _, bad := v.(cloudassembly.Unresolved); bad {
			in.get(key)
		} else {
			out[key] = in.text(key)
		}
	}
	return out
}

// flags is a property as a map of booleans.
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

// json is a property as a JSON document; nil if it is not set. A string is taken as a document that was written out.
func (r *reader) json(name string) json.RawMessage {
	v := r.get(name)
	if v == nil {
		return nil
	}
	if t, ok := v.(string); ok {
		if !json.Valid([]byte(t)) {
			r.wrong(name, "a JSON document", v)
			return nil
		}
		return json.RawMessage(t)
	}
	if !r.whole(v) {
		return nil
	}
	out, err := json.Marshal(v)
	if err != nil {
		r.problem("%s.%s: %v", r.path, name, err)
	}
	return out
}

// whole reports whether all of a value was resolved, and notes what was not.
func (r *reader) whole(v any) bool {
	switch v := v.(type) {
	case cloudassembly.Unresolved:
		r.broken(v)
		return false
	case map[string]any:
		ok := true
		for _, key := range slices.Sorted(maps.Keys(v)) {
			ok = r.whole(v[key]) && ok
		}
		return ok
	case []any:
		ok := true
		for _, entry := range v {
			ok = r.whole(entry) && ok
		}
		return ok
	}
	return true
}

// short is an error as part of a problem, which says by itself where it is.
func short(err error) string {
	var u *cloudassembly.UnresolvedError
	if errors.As(err, &u) {
		return "unresolved: " + strings.TrimPrefix(err.Error(), "assembly: ")
	}
	return strings.TrimPrefix(err.Error(), "assembly: ")
}

// physicalID is what Ref yields for the resource.
func (r *reader) physicalID() string {
	return r.known(map[string]any{"Ref": r.id.LogicalID})
}

// attribute is what Fn::GetAtt yields for the resource.
func (r *reader) attribute(name string) string {
	return r.known(map[string]any{"Fn::GetAtt": []any{r.id.LogicalID, name}})
}

func (r *reader) known(reference map[string]any) string {
	v, err := r.evaluator.Evaluate(r.stack, r.id.LogicalID, "", reference)
	if err != nil {
		r.broken(cloudassembly.Unresolved{Err: err})
		return ""
	}
	t, _ := cloudassembly.Text(v)
	return t
}

func (r *reader) extras(list []string) {
	if len(list) > 0 {
		r.problem("ignored here: %s", strings.Join(list, ", "))
	}
}
