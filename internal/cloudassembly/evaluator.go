package cloudassembly

import (
	"errors"
	"maps"
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
	active  []value // values that are being resolved, to find cycles
	exports map[string][]export
	work    int

	collecting bool // exports are being collected

	withoutDefaults *Evaluator // an evaluator with the same options and NoDefaults; nil until it is needed
}

// value names something that is resolved once: a parameter, a condition, or what a Ref or GetAtt of a resource yields.
type value struct {
	stack *Stack
	kind  string
	name  string
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
// AWS::NoValue. Members of maps and lists that are AWS::NoValue are left out. The error is an [*UnresolvedError].
func (e *Evaluator) Evaluate(s *Stack, logicalID, path string, v any) (any, error) {
	out, err := e.value(placeAt(s, logicalID, path), v)
	if _, none := out.(noValue); none {
		out = nil
	}
	return out, err
}

// value resolves all intrinsic functions in a value at w, like [Evaluator.Evaluate]. It returns a noValue for
// AWS::NoValue.
func (e *Evaluator) value(w where, v any) (any, error) {
	if err := e.countWork(w, 1); err != nil {
		return nil, err
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
