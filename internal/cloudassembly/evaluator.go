package cloudassembly

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Options supplies what a template leaves to the deployment.
type Options struct {
	// Parameters are values of template parameters, by name or, for a single stack, as "stack:name". They take precedence
	// over the template's defaults. For a parameter of a type AWS::SSM::Parameter::Value<...>, the value is the content of
	// the stored parameter, not its name.
	Parameters map[string]string

	// Environment has values, by name, for environment variables of functions whose own value cannot be resolved, or is a
	// dynamic reference such as {{resolve:ssm:/shop/url}}, which only CloudFormation resolves.
	Environment map[string]string

	// NoDefaults leaves a template parameter unresolved if neither Parameters nor the parent stack gives it a value, since
	// a deployment can replace its default. A resource whose condition depends on such a parameter counts as created.
	NoDefaults bool

	// Account and Region apply to stacks that leave them open. Defaults: 123456789012 and us-east-1.
	Account, Region string
}

const (
	defaultAccount = "123456789012"
	defaultRegion  = "us-east-1"
)

// Evaluator resolves the intrinsic functions of an assembly's templates. It is not safe for concurrent use.
type Evaluator struct {
	stacks  []*Stack
	calls   map[string]call // the intrinsic functions by name
	options Options
	known   map[value]result
	objects map[objectOf]any // see [Evaluator.Property]
	active  []value          // values that are being resolved, to find cycles
	exports map[string][]export
	work    int

	collecting bool // exports are being collected

	withoutDefaults *Evaluator // an evaluator with the same options and NoDefaults; nil until it is needed
}

// newEvaluator returns an evaluator that has resolved nothing yet.
func newEvaluator(stacks []*Stack, calls map[string]call, o Options) *Evaluator {
	return &Evaluator{
		stacks: stacks, calls: calls, options: o, known: map[value]result{}, objects: map[objectOf]any{},
	}
}

// value names something that is resolved once: a parameter, a condition, or what a Ref or GetAtt of a resource yields.
type value struct {
	stack *Stack
	kind  string
	name  string
}

// objectOf names an object in a stack's template by its address. Templates do not change while they are evaluated.
type objectOf struct {
	stack   *Stack
	address uintptr
}

type result struct {
	value any
	err   error
}

// export is an output that other stacks can import.
type export struct {
	stack  *Stack
	output string
}

// Evaluate resolves all intrinsic functions in a value of a stack's template, as decoded by [encoding/json]. The
// logical ID and the path, such as "Properties.Uri", name the place of the value in errors.
//
// The result consists of strings, numbers in their original form, booleans, maps and lists; it is nil for null and for
// AWS::NoValue. Members of maps and lists that are AWS::NoValue are left out. The result must not be changed, because
// maps and lists without functions are those of the template. The error is an [*UnresolvedError].
func (e *Evaluator) Evaluate(s *Stack, logicalID, path string, v any) (any, error) {
	out, err := e.value(placeAt(s, logicalID, path), v)
	if _, none := out.(noValue); none {
		out = nil
	}
	return out, err
}

// Property resolves a property of a resource, like [Evaluator.Evaluate]. Resources with the same object as a property
// get the same result: the methods of a function share their integration.
func (e *Evaluator) Property(s *Stack, logicalID, name string) (any, error) {
	raw := s.Template.Resources[logicalID].Properties[name]
	object, ok := raw.(map[string]any)
	if _, _, function := Intrinsic(object); !ok || function {
		return e.Evaluate(s, logicalID, "Properties."+name, raw)
	}
	key := objectOf{s, reflect.ValueOf(object).Pointer()}
	if known, ok := e.objects[key]; ok {
		return known, nil
	}
	out, err := e.Evaluate(s, logicalID, "Properties."+name, raw)
	if err == nil { // an error is about one resource
		e.objects[key] = out
	}
	return out, err
}

// Ref returns what Ref yields for a resource.
func (e *Evaluator) Ref(s *Stack, logicalID string) (any, error) {
	return e.ref(placeAt(s, logicalID, ""), "Ref", logicalID)
}

// Attribute returns what Fn::GetAtt yields for an attribute of a resource.
func (e *Evaluator) Attribute(s *Stack, logicalID, name string) (any, error) {
	return e.attribute(placeAt(s, logicalID, ""), "Fn::GetAtt", logicalID, name)
}

// value resolves all intrinsic functions in a value at w, like [Evaluator.Evaluate]. It returns a noValue for
// AWS::NoValue.
func (e *Evaluator) value(w where, v any) (any, error) {
	if err := e.countWork(w, 1); err != nil {
		return nil, err
	}
	if work, ok := literal(v, w.depth); ok {
		return v, e.countWork(w, work)
	}
	switch v := v.(type) {
	case map[string]any:
		if name, arg, ok := Intrinsic(v); ok {
			return e.call(w, name, arg)
		}
		out := make(map[string]any, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if strings.HasPrefix(key, "Fn::") {
				return nil, w.fail(key, nil, "it stands in a map beside other members, where a function must be alone")
			}
			member, err := e.value(w.member(key), v[key])
			if err != nil {
				return nil, err
			}
			if _, none := member.(noValue); !none {
				out[key] = member
			}
		}
		return out, nil
	case []any:
		out := make([]any, 0, len(v))
		for i, entry := range v {
			entry, err := e.value(w.entry(i), entry)
			if err != nil {
				return nil, err
			}
			if _, none := entry.(noValue); !none {
				out = append(out, entry)
			}
		}
		return out, nil
	}
	return v, nil
}

// literal reports whether a value at a depth has no intrinsic function, so that it need not be copied. members is the
// number of all members and entries in it.
func literal(v any, depth int) (members int, ok bool) {
	if depth > maxDepth {
		return 0, false
	}
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			more, ok := literal(member, depth+1)
			if !ok || name == "Ref" || strings.HasPrefix(name, "Fn::") {
				return 0, false
			}
			members += 1 + more
		}
	case []any:
		for _, entry := range v {
			more, ok := literal(entry, depth+1)
			if !ok {
				return 0, false
			}
			members += 1 + more
		}
	}
	return members, true
}

// call resolves one intrinsic function. It stands at w, and its argument at in.
type call func(e *Evaluator, w, in where, arg any) (any, error)

// call resolves an intrinsic function. The function is at w, and its argument at in.
func (e *Evaluator) call(w where, name string, arg any) (any, error) {
	resolve, ok := e.calls[name]
	if !ok {
		return nil, w.fail(name, nil, "this function is not known here")
	}
	return resolve(e, w, w.member(name), arg)
}

// Tree resolves a value like [Evaluator.Evaluate], as far as possible: each part that does not resolve is an
// [Unresolved] in the result.
func (e *Evaluator) Tree(s *Stack, logicalID, path string, v any) any {
	out := e.tree(placeAt(s, logicalID, path), v)
	if out == (noValue{}) {
		return nil
	}
	return out
}

// tree resolves a value as far as possible, with an [Unresolved] for each part that does not resolve.
func (e *Evaluator) tree(w where, v any) any {
	switch v := v.(type) {
	case map[string]any:
		if _, _, ok := Intrinsic(v); ok || w.depth > maxDepth {
			break
		}
		out := make(map[string]any, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if strings.HasPrefix(key, "Fn::") {
				return Unresolved{w.fail(key, nil, "it stands in a map beside other members, where a function must be alone")}
			}
			if member := e.tree(w.member(key), v[key]); member != (noValue{}) {
				out[key] = member
			}
		}
		return out
	case []any:
		out := make([]any, 0, len(v))
		for i := range v {
			if entry := e.tree(w.entry(i), v[i]); entry != (noValue{}) {
				out = append(out, entry)
			}
		}
		return out
	}
	out, err := e.value(w, v)
	if err != nil {
		return Unresolved{err}
	}
	return out
}

// resolveOnce resolves the value that w refers to, unless it was resolved before, and finds cycles. The error is about
// w.
func (e *Evaluator) resolveOnce(w where, fn string, v value, resolve func(w where) (any, error)) (any, error) {
	r, ok := e.known[v]
	if !ok {
		if i := slices.Index(e.active, v); i >= 0 {
			return nil, w.fail(fn, ErrCycle, "%s is defined by way of itself: %s", v, cycle(append(e.active[i:], v)))
		}
		e.active = append(e.active, v)
		r.value, r.err = resolve(where{stack: v.stack, index: -1, depth: w.depth + 1})
		e.active = e.active[:len(e.active)-1]
		// Two results must not be remembered: whether a value is too large depends on where it is used, and an import finds
		// no exports while these are being collected.
		if r.err == nil || !errors.Is(r.err, ErrTooLarge) && !e.collecting {
			e.known[v] = r
		}
	}
	if r.err != nil {
		e.work += 100 // errors take time too
		return nil, w.fail(fn, r.err, "%s has no value", v)
	}
	return r.value, nil
}

func (v value) String() string {
	if v.kind == "resource" {
		return v.name
	}
	return v.kind + " " + v.name
}

func cycle(values []value) string {
	names := make([]string, 0, len(values))
	for _, v := range values {
		names = append(names, v.String())
	}
	if len(names) > 8 {
		names = append(names[:4:4], append([]string{"..."}, names[len(names)-3:]...)...)
	}
	return strings.Join(names, " -> ")
}

// countWork counts work, so that a template that multiplies its own size causes an error and does not hang.
func (e *Evaluator) countWork(w where, work int) error {
	if e.work += work; e.work > maxWork || w.depth > maxDepth {
		return w.fail("template", ErrTooLarge, "it nests more than %d deep, or grows to more than %d MB",
			maxDepth, maxWork>>20)
	}
	return nil
}
