package vtl

import (
	"fmt"
	"math"
	"strings"
)

func (l literal) eval(*rendering) (Value, error) { return l.value, nil }

func (t textValue) eval(r *rendering) (Value, error) {
	text, err := r.text(t.nodes)
	return text, err
}

// text renders nodes into a separate string.
func (r *rendering) text(nodes []node) (string, error) {
	outer := r.out
	r.out = strings.Builder{}
	err := r.nodes(nodes)
	text := r.out.String()
	r.out = outer
	return text, err
}

func (l listValue) eval(r *rendering) (Value, error) {
	out := &List{}
	for _, e := range l.of {
		v, err := e.eval(r)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, v)
	}
	return out, r.countStep()
}

func (v rangeValue) eval(r *rendering) (Value, error) {
	from, err := v.from.eval(r)
	if err != nil {
		return nil, err
	}
	to, err := v.to.eval(r)
	if err != nil {
		return nil, err
	}
	first, ok := integer(from)
	last, also := integer(to)
	if !ok || !also {
		return nil, nil
	}
	step := int64(1)
	if last < first {
		step = -1
	}
	if n := float64(last) - float64(first); math.Abs(n) > 10*maxIterations {
		return nil, fmt.Errorf("the range [%d..%d] is too long", first, last)
	}
	out := &List{}
	for i := first; ; i += step {
		out.Items = append(out.Items, i)
		if i == last {
			return out, r.countBytes(16 * len(out.Items))
		}
	}
}

func (m mapValue) eval(r *rendering) (Value, error) {
	out := NewMap()
	for i, k := range m.keys {
		key, err := k.eval(r)
		if err != nil {
			return nil, err
		}
		value, err := m.values[i].eval(r)
		if err != nil {
			return nil, err
		}
		if err := r.countReads(key); err != nil {
			return nil, err
		}
		out.Put(stringOf(key), value)
	}
	return out, r.countStep()
}

func (n notValue) eval(r *rendering) (Value, error) {
	is, err := r.isTrue(n.of)
	return !is, err
}

// isTrue reports whether an expression is true as a condition. Literal texts, numbers, lists and maps are false, and so
// is what the template computes from them.
// Source: evaluate in SimpleNode.java of Velocity 1.7, which their nodes inherit.
func (r *rendering) isTrue(e expression) (bool, error) {
	switch e := e.(type) {
	case literal:
		is, _ := e.value.(bool)
		return is, nil
	case textValue, listValue, rangeValue, mapValue:
		return false, nil
	case binary:
		if strings.Contains("+-*/%", e.operator) {
			return false, nil
		}
	}
	v, err := e.eval(r)
	return truth(v), err
}

func (b binary) eval(r *rendering) (Value, error) {
	if err := r.countStep(); err != nil {
		return nil, err
	}
	if b.operator == "&&" || b.operator == "||" {
		is, err := r.isTrue(b.left)
		if err == nil && is == (b.operator == "&&") {
			is, err = r.isTrue(b.right)
		}
		return is, err
	}
	x, err := b.left.eval(r)
	if err != nil {
		return nil, err
	}
	y, err := b.right.eval(r)
	if err != nil {
		return nil, err
	}
	if err := r.countReads(x, y); err != nil {
		return nil, err
	}
	switch b.operator {
	case "==":
		return equal(x, y), nil
	case "!=":
		return !equal(x, y), nil
	case "<", ">", "<=", ">=":
		return compareNumbers(b.operator, x, y), nil
	}
	_, isText := x.(string)
	_, also := y.(string)
	if b.operator == "+" && (isText || also) {
		text := textOrNone(x) + textOrNone(y)
		return text, r.countBytes(len(text))
	}
	return arithmetic(b.operator, x, y), nil
}

// textOrNone returns the text of a value; "" for a value that cannot be computed.
func textOrNone(v Value) string {
	if v == nil {
		return ""
	}
	return stringOf(v)
}

// A reference to something missing is an empty text, which is true as a condition; in Velocity it is null. Sources:
// test_unmatched_name_does_not_get_substituted, test_silent_formal_reference_in_an_if_condition and
// test_if_statement_considers_None_to_be_truthy in the snapshot that the package's documentation names, and
// https://github.com/toqoz/api-gateway-mapping-template/issues/5
func (ref *reference) eval(r *rendering) (Value, error) {
	if err := r.countStep(); err != nil {
		return nil, err
	}
	v, rest, err := r.begin(ref)
	for _, s := range rest {
		if err != nil || v == nil {
			break
		}
		v, err = r.follow(v, s)
	}
	if err != nil {
		return nil, err
	}
	if v == nil {
		return "", nil
	}
	return v, nil
}

// begin returns the value at which a reference starts, and the remaining steps.
func (r *rendering) begin(ref *reference) (Value, []step, error) {
	switch ref.root {
	case "context":
		if len(ref.steps) > 0 && isOverride(ref.steps[0]) {
			if where, s, _ := overrideOf(ref.steps); s != nil && s.call {
				before, err := r.put(where, s.args)
				return before, ref.steps[3:], err
			}
			return r.overrideMap(), ref.steps, nil
		}
		if r.context == nil {
			r.context = NewMap()
			if r.env.Context != nil {
				r.context = r.env.Context()
			}
		}
		return r.context, ref.steps, nil
	case "stageVariables":
		return r.stageVariables(), ref.steps, nil
	case "input":
		v, err := r.input(ref.steps[0])
		return v, ref.steps[1:], err
	case "util":
		arg, err := ref.steps[0].args[0].eval(r)
		if err != nil {
			return nil, nil, err
		}
		v, err := r.util(ref.steps[0].name, arg)
		return v, ref.steps[1:], err
	}
	return r.variables[ref.root], ref.steps, nil
}

// follow takes one step from a value.
func (r *rendering) follow(v Value, s step) (Value, error) {
	if err := r.countStep(); err != nil {
		return nil, err
	}
	if b, ok := v.(*block); ok {
		text, err := r.text(b.nodes)
		if err != nil {
			return nil, err
		}
		v = text
	}
	switch {
	case s.index != nil:
		i, err := s.index.eval(r)
		if err == nil {
			err = r.countReads(i)
		}
		if err != nil {
			return nil, err
		}
		return indexed(v, i)
	case !s.call:
		return member(v, s.name), nil
	}
	args := make([]Value, len(s.args))
	for i, e := range s.args {
		var err error
		if args[i], err = e.eval(r); err != nil {
			return nil, err
		}
	}
	return r.call(s, v, args)
}

// indexed returns the element at an index: of a list by its number, of a map by its key.
func indexed(v, at Value) (Value, error) {
	switch v := v.(type) {
	case *List:
		i, ok := integer(at)
		if !ok {
			return nil, nil
		}
		if i < 0 {
			i += int64(len(v.Items)) // from the end, as in Velocity
		}
		if i < 0 || i >= int64(len(v.Items)) {
			return nil, indexError(at, v)
		}
		return v.Items[i], nil
	case *Map:
		return v.get(stringOf(at)), nil
	}
	return nil, nil
}

// member returns a member of a map, or what Java would read with a method get or is.
func member(v Value, name string) Value {
	switch v := v.(type) {
	case *Map:
		return v.get(name)
	case *List:
		if name == "empty" {
			return len(v.Items) == 0
		}
	case string:
		if name == "empty" {
			return v == ""
		}
	case entry:
		switch name {
		case "key":
			return v.key
		case "value":
			return v.value
		}
	}
	return nil
}
