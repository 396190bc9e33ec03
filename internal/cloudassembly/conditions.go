package cloudassembly

import (
	"reflect"
)

// ifElse resolves Fn::If: [condition, then, else]. It resolves only the part that applies.
func (e *Evaluator) ifElse(w, in where, arg any) (any, error) {
	args, err := arguments(w, "Fn::If", arg, 3, 3)
	if err != nil {
		return nil, err
	}
	name, ok := args[0].(string)
	if !ok {
		return nil, w.fail("Fn::If", nil, "want the name of a condition, got %s", Describe(args[0]))
	}
	holds, err := e.condition(w, "Fn::If", name)
	if err != nil {
		return nil, err
	}
	if holds {
		return e.value(in.entry(1), args[1])
	}
	return e.value(in.entry(2), args[2])
}

// condition reports whether a condition of the template is true.
func (e *Evaluator) condition(w where, fn, name string) (bool, error) {
	expression, ok := w.stack.Template.Conditions[name]
	if !ok {
		return false, w.fail(fn, nil, "the template has no condition %q", name)
	}
	holds, err := e.resolveOnce(w, fn, value{w.stack, "condition", name}, func(w where) (any, error) {
		return e.evaluateCondition(w.inResource("", "Conditions."+name), expression)
	})
	if err != nil {
		return false, err
	}
	return holds.(bool), nil
}

// evaluateCondition resolves the expression of a condition. Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
func (e *Evaluator) evaluateCondition(w where, expression any) (bool, error) {
	if err := e.countWork(w, 1); err != nil {
		return false, err
	}
	m, _ := expression.(map[string]any)
	if len(m) != 1 {
		return false, w.fail("condition", nil, "want one of Fn::Equals, Fn::And, Fn::Or, Fn::Not and Condition, got %s",
			Describe(expression))
	}
	for name, arg := range m {
		in := w.member(name)
		switch name {
		case "Condition":
			if of, ok := arg.(string); ok {
				return e.condition(w, name, of)
			}
			return false, w.fail(name, nil, "want the name of a condition, got %s", Describe(arg))
		case "Fn::Equals":
			return e.equal(w, in, arg)
		case "Fn::Not":
			args, err := arguments(w, name, arg, 1, 1)
			if err != nil {
				return false, err
			}
			holds, err := e.evaluateCondition(in.entry(0), args[0])
			return !holds, err
		case "Fn::And", "Fn::Or":
			args, err := arguments(w, name, arg, 2, 10)
			if err != nil {
				return false, err
			}
			for i := range args {
				holds, err := e.evaluateCondition(in.entry(i), args[i])
				if err != nil || holds == (name == "Fn::Or") {
					return holds, err
				}
			}
			return name == "Fn::And", nil
		default:
			return false, w.fail(name, nil, "this function is not known here in a condition")
		}
	}
	return false, nil // unreachable: the map has one member
}

// equal compares like CloudFormation: scalars as strings, with case.
func (e *Evaluator) equal(w, in where, arg any) (bool, error) {
	args, err := arguments(w, "Fn::Equals", arg, 2, 2)
	if err != nil {
		return false, err
	}
	var sides [2]any
	for i := range sides {
		if sides[i], err = e.value(in.entry(i), args[i]); err != nil {
			return false, err
		}
		if t, ok := Text(sides[i]); ok {
			sides[i] = t
		}
	}
	return reflect.DeepEqual(sides[0], sides[1]), nil
}

// Exists reports whether a resource is created, according to its condition and those of the stacks around it. The error
// says why that is not known.
func (e *Evaluator) Exists(s *Stack, logicalID string) (bool, error) { return e.exists(s, logicalID) }

// exists reports whether a resource and its stack are created.
func (e *Evaluator) exists(s *Stack, id string) (bool, error) {
	if s.Parent != nil {
		if ok, err := e.exists(s.Parent, s.LogicalID); !ok || err != nil {
			return ok, err
		}
	}
	if c := s.Template.Resources[id].Condition; c != "" {
		return e.condition(placeAt(s, id, "Condition"), "Condition", c)
	}
	return true, nil
}
