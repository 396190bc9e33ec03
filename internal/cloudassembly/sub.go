package cloudassembly

import (
	"strings"
)

// sub resolves Fn::Sub: a string, or a string and a map of its own variables.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html
func (e *Evaluator) sub(w, in where, arg any) (any, error) {
	const fn = "Fn::Sub"
	format, ok := arg.(string)
	var own map[string]any
	if list, is := arg.([]any); is && len(list) == 2 {
		var isMap bool
		format, ok = list[0].(string)
		own, isMap = list[1].(map[string]any)
		ok = ok && isMap
	}
	if !ok {
		return nil, w.fail(fn, nil, "want a string, or a list of a string and a map, got %s", Describe(arg))
	}
	var out strings.Builder
	for rest := format; rest != ""; {
		literal, after, found := strings.Cut(rest, "${")
		out.WriteString(literal)
		t := ""
		if rest = after; found {
			name, after, closed := strings.Cut(rest, "}")
			if !closed {
				return nil, w.fail(fn, nil, "${ without } in %s: write ${!Name} for the text ${Name}", Describe(format))
			}
			var err error
			if t, err = e.variable(w, in, own, name); err != nil {
				return nil, err
			}
			out.WriteString(t)
			rest = after
		}
		if err := e.countWork(w, len(literal)+len(t)); err != nil {
			return nil, err
		}
	}
	return out.String(), nil
}

// variable returns the value of ${name} in Fn::Sub.
func (e *Evaluator) variable(w, in where, own map[string]any, name string) (string, error) {
	const fn = "Fn::Sub"
	if literal, ok := strings.CutPrefix(name, "!"); ok {
		return "${" + literal + "}", nil
	}
	if v, ok := own[name]; ok {
		return e.text(w, in.entry(1).member(name), fn, v)
	}
	var v any
	var err error
	id, attribute, dotted := strings.Cut(name, ".")
	switch {
	case name == "" || strings.ContainsAny(name, " \t\r\n$\"'"):
		return "", w.fail(fn, nil, "${%s} names nothing: write ${!%s} for the text ${%s}", name, name, name)
	case dotted:
		v, err = e.attribute(w, fn, id, attribute)
	default:
		v, err = e.ref(w, fn, name)
	}
	if err != nil {
		return "", err
	}
	t, ok := Text(v)
	if !ok {
		return "", w.fail(fn, nil, "want a string for ${%s}, got %s", name, Describe(v))
	}
	return t, nil
}
