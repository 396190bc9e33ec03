package cloudassembly

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
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

	// NoDefaults leaves a template parameter unresolved that has neither a value in Parameters nor one of its parent stack: its
	// default is only what it is deployed with unless it is given another value. A resource whose condition depends on such
	// a parameter counts as made.
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
	assembly *Assembly
	options  Options
	known    map[value]result
	active   []value // that are being resolved, to tell cycles
	exports  map[string][]export
	work     int

	collecting bool // exports
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

// What an evaluation may take. A template that CloudFormation accepts needs a thousandth of it.
const (
	maxWork  = 1 << 26 // values looked at and bytes made
	maxDepth = 256     // of values in values, and of references
)

// Evaluator makes an evaluator.
func (a *Assembly) Evaluator(o Options) *Evaluator {
	if o.Account == "" {
		o.Account = defaultAccount
	}
	if o.Region == "" {
		o.Region = defaultRegion
	}
	return &Evaluator{assembly: a, options: o, known: map[value]result{}}
}

// Evaluate resolves all intrinsic functions in a value of a stack's template, as [encoding/json] decodes it. The
// logical id and the path, such as "Properties.Uri", say in errors where the value stands.
//
// The result has strings, numbers as they were given, booleans, maps and lists; it is nil for null and for AWS::NoValue. Members of
// maps and lists that are AWS::NoValue are left out. The error is an [*UnresolvedError].
func (e *Evaluator) Evaluate(s *Stack, logicalID, path string, v any) (any, error) {
	out, err := e.value(at(s, logicalID, path), v)
	if _, none := out.(noValue); none {
		out = nil
	}
	return out, err
}

// Exists reports whether a resource of a stack is made, as its condition and those of the stacks around it say. The error
// says why that is not known.
func (e *Evaluator) Exists(s *Stack, logicalID string) (bool, error) { return e.exists(s, logicalID) }

// noValue is what AWS::NoValue stands for: the absence of what it is the value of.
type noValue struct{}

// value resolves a value.
func (e *Evaluator) value(w where, v any) (any, error) {
	if err := e.spend(w, 1); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case map[string]any:
		if name, arg, ok := intrinsic(v); ok {
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

// broken stands in a tree for a value that could not be resolved.
type broken struct{ err error }

// tree resolves a value as far as it goes, with [broken] for each part that does not resolve.
func (e *Evaluator) tree(w where, v any) any {
	switch v := v.(type) {
	case map[string]any:
		if _, _, ok := intrinsic(v); ok || w.depth > maxDepth {
			break
		}
		out := make(map[string]any, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if strings.HasPrefix(key, "Fn::") {
				return broken{w.fail(key, nil, "it stands in a map beside other members, where a function must be alone")}
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
		return broken{err}
	}
	return out
}

// intrinsic tells whether a map is a call of an intrinsic function.
func intrinsic(v map[string]any) (name string, arg any, ok bool) {
	if len(v) != 1 {
		return "", nil, false
	}
	for name, arg = range v {
	}
	return name, arg, name == "Ref" || strings.HasPrefix(name, "Fn::")
}

// once resolves what is referred to at w, unless it is known already, and tells cycles. The error is the referrer's.
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
		return w.fail("template", ErrTooLarge, "it nests more than %d deep, or grows to more than %d MB", maxDepth, maxWork>>20)
	}
	return nil
}

// text is a scalar as a string, as CloudFormation converts it.
func text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// describe says what a value is, in errors.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		if len(v) > 60 {
			return fmt.Sprintf("%.60q...", v)
		}
		return strconv.Quote(v)
	case map[string]any:
		return "a map"
	case []any:
		return fmt.Sprintf("a list of %d", len(v))
	case noValue:
		return "AWS::NoValue"
	}
	return fmt.Sprint(v)
}
