package cloudassembly

import (
	"strings"
)

// refTo resolves Ref: "name".
func (e *Evaluator) refTo(w, _ where, arg any) (any, error) {
	name, ok := arg.(string)
	if !ok {
		return nil, w.fail("Ref", nil, "want the name of a parameter or resource, got %s", Describe(arg))
	}
	return e.ref(w, "Ref", name)
}

// ref resolves a reference by name: to a pseudo parameter, a parameter, or a resource's physical ID.
func (e *Evaluator) ref(w where, fn, name string) (any, error) {
	if strings.HasPrefix(name, "AWS::") {
		return e.pseudo(w, fn, name)
	}
	if p, ok := w.stack.Template.Parameters[name]; ok {
		return e.resolveOnce(w, fn, value{w.stack, "parameter", name}, func(w where) (any, error) {
			return e.parameter(w.inResource("", "Parameters."+name), fn, name, p)
		})
	}
	if err := e.mustExist(w, fn, name); err != nil {
		return nil, err
	}
	return e.resolveOnce(w, fn, value{w.stack, "resource", name}, func(w where) (any, error) {
		return e.physicalID(w, name)
	})
}

// getAtt resolves Fn::GetAtt: ["id", "attribute"], where the attribute may itself be a function, or "id.attribute".
func (e *Evaluator) getAtt(w, in where, arg any) (any, error) {
	const fn = "Fn::GetAtt"
	if t, ok := arg.(string); ok {
		if id, attribute, ok := strings.Cut(t, "."); ok {
			return e.attribute(w, fn, id, attribute)
		}
	}
	args, err := arguments(w, fn, arg, 2, 2)
	if err != nil {
		return nil, err
	}
	id, ok := args[0].(string)
	if !ok {
		return nil, w.fail(fn, nil, "want the logical id of a resource, got %s", Describe(args[0]))
	}
	attribute, err := e.text(w, in.entry(1), fn, args[1])
	if err != nil {
		return nil, err
	}
	return e.attribute(w, fn, id, attribute)
}

// attribute resolves an attribute of a resource.
func (e *Evaluator) attribute(w where, fn, id, attribute string) (any, error) {
	if err := e.mustExist(w, fn, id); err != nil {
		return nil, err
	}
	return e.resolveOnce(w, fn, value{w.stack, "resource", id + "." + attribute}, func(w where) (any, error) {
		return e.attributeOf(w, fn, id, attribute)
	})
}

// mustExist returns an error if the template has no such resource, or if its condition is false.
func (e *Evaluator) mustExist(w where, fn, id string) error {
	r, ok := w.stack.Template.Resources[id]
	if !ok {
		return w.fail(fn, nil, "the template has no parameter or resource %q", id)
	}
	if r.Condition == "" {
		return nil
	}
	holds, err := e.condition(w, fn, r.Condition)
	if err != nil && e.options.NoDefaults {
		return nil
	}
	if err == nil && !holds {
		err = w.fail(fn, nil, "%s is not made, as the condition %s does not hold", id, r.Condition)
	}
	return err
}

// parameter returns the value of a parameter: in a nested stack the one that the parent's resource sets, else the one
// in the options, else the app's, else the template's default.
func (e *Evaluator) parameter(w where, fn, name string, p Parameter) (any, error) {
	s := w.stack
	if s.Parent != nil {
		given, _ := s.Parent.Template.Resources[s.LogicalID].Properties["Parameters"].(map[string]any)
		if v, ok := given[name]; ok {
			up := where{stack: s.Parent, logicalID: s.LogicalID, name: "Properties.Parameters." + name, index: -1,
				depth: w.depth}
			return e.value(up, v)
		}
	}
	t, ok := e.options.Parameters[s.Name+":"+name]
	if !ok && s.Parent == nil {
		t, ok = e.options.Parameters[name]
	}
	given := ok
	if !ok && e.options.NoDefaults {
		return nil, w.fail(fn, nil, "the parameter %s gets its value when the stack is deployed", name)
	}
	if !ok {
		t, ok = s.parameters[name]
	}
	if !ok {
		t, ok = Text(p.Default)
	}
	if !ok {
		return nil, w.fail(fn, nil, "the parameter %s has no default and no value: give it one with --parameters "+
			"%s:%s=VALUE, or in a test with Model.Parameters of its options",
			name, s.Name, name)
	}
	kind, stored := strings.CutPrefix(p.Type, "AWS::SSM::Parameter::Value<")
	if stored && !given {
		// This is how CloudFormation writes the value of a stored parameter.
		t = "{{resolve:ssm:" + t + "}}"
	}
	if kind != "CommaDelimitedList" && !strings.HasPrefix(kind, "List<") && kind != "CommaDelimitedList>" {
		return t, nil
	}
	list := []any{}
	if t == "" {
		return list, nil
	}
	for entry := range strings.SplitSeq(t, ",") {
		list = append(list, strings.TrimSpace(entry))
	}
	return list, e.countWork(w, len(t))
}

// pseudo returns a value that every template has.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html
func (e *Evaluator) pseudo(w where, fn, name string) (any, error) {
	s := w.stack
	switch name {
	case "AWS::Region":
		return e.Region(s), nil
	case "AWS::AccountId":
		return e.Account(s), nil
	case "AWS::Partition":
		return e.Partition(s), nil
	case "AWS::URLSuffix":
		return e.suffix(s), nil
	case "AWS::StackName":
		return s.Name, nil
	case "AWS::StackId":
		return e.stackID(s), nil
	case "AWS::NoValue":
		return noValue{}, nil
	case "AWS::NotificationARNs":
		return []any{}, nil
	}
	return nil, w.fail(fn, nil, "there is no pseudo parameter %s", name)
}
