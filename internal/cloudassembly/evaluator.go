package cloudassembly

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// Options are what a template leaves to the deployment.
type Options struct {
	// Parameters are values of template parameters, by name or, for one stack, as "stack:name". They come before the
	// template's defaults. For a parameter of a type AWS::SSM::Parameter::Value<...> it is the value that stands in the
	// parameter store, not its name there.
	Parameters map[string]string

	// Environment has values, by name, for environment variables of functions whose own value cannot be resolved, or is a
	// dynamic reference such as {{resolve:ssm:/shop/url}}, which only CloudFormation resolves.
	Environment map[string]string

	// NoDefaults leaves a template parameter unresolved that has neither a value in Parameters nor one of its parent
	// stack: its default is only what it is deployed with unless it is given another value. A resource whose condition
	// depends on such a parameter counts as made.
	NoDefaults bool

	// Account and Region are those of stacks that leave them open. Defaults: 123456789012 and us-east-1.
	Account, Region string
}

const (
	defaultAccount = "123456789012"
	defaultRegion  = "us-east-1"
)

// Evaluator resolves the intrinsic functions of an assembly's templates. It is for one goroutine.
type Evaluator struct {
	stacks  []*Stack
	calls   map[string]call // the intrinsic functions by name
	options Options
	known   map[value]result
	active  []value // that are being resolved, to find cycles
	exports map[string][]export
	work    int

	collecting bool // exports

	given *Evaluator // by the same options without defaults, once it is needed
}

// value names something that is resolved once: a parameter, a condition, what a Ref or GetAtt of a resource yields.
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

// Evaluate resolves all intrinsic functions in a value of a stack's template, as [encoding/json] decodes it. The
// logical id and the path, such as "Properties.Uri", say in errors where the value stands.
//
// The result has strings, numbers as they were given, booleans, maps and lists; it is nil for null and for
// AWS::NoValue. Members of maps and lists that are AWS::NoValue are left out. The error is an [*UnresolvedError].
func (e *Evaluator) Evaluate(s *Stack, logicalID, path string, v any) (any, error) {
	out, err := e.value(at(s, logicalID, path), v)
	if _, none := out.(noValue); none {
		out = nil
	}
	return out, err
}

// value resolves a value.
func (e *Evaluator) value(w where, v any) (any, error) {
	if err := e.spend(w, 1); err != nil {
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

func (e *Evaluator) call(w where, name string, arg any) (any, error) {
	resolve, ok := e.calls[name]
	if !ok {
		return nil, w.fail(name, nil, "this function is not known here")
	}
	return resolve(e, w, w.member(name), arg)
}

// Tree resolves a value as [Evaluator.Evaluate] does, but as far as it goes: each part that does not resolve is an
// [Unresolved] in the result.
func (e *Evaluator) Tree(s *Stack, logicalID, path string, v any) any {
	out := e.tree(at(s, logicalID, path), v)
	if out == (noValue{}) {
		return nil
	}
	return out
}

// tree resolves a value as far as it goes, with [Unresolved] for each part that does not resolve.
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

// once resolves what is referred to at w, unless it is known already, and finds cycles. The error is the referrer's.
func (e *Evaluator) once(w where, fn string, v value, resolve func(w where) (any, error)) (any, error) {
	r, ok := e.known[v]
	if !ok {
		if i := slices.Index(e.active, v); i >= 0 {
			return nil, w.fail(fn, ErrCycle, "%s is defined by way of itself: %s", v, cycle(append(e.active[i:], v)))
		}
		e.active = append(e.active, v)
		r.value, r.err = resolve(where{stack: v.stack, index: -1, depth: w.depth + 1})
		e.active = e.active[:len(e.active)-1]
		// That it is too large depends on who asked, and while exports are collected an import finds none.
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

// spend counts work, so that a template which multiplies itself is an error and not a hang.
func (e *Evaluator) spend(w where, work int) error {
	if e.work += work; e.work > maxWork || w.depth > maxDepth {
		return w.fail("template", ErrTooLarge, "it nests more than %d deep, or grows to more than %d MB",
			maxDepth, maxWork>>20)
	}
	return nil
}
