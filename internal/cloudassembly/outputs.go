package cloudassembly

import (
	"maps"
	"slices"
)

// importValue resolves Fn::ImportValue. Names of exports are unique in an account and region, so it does not find an
// export of another region. Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-importvalue.html
func (e *Evaluator) importValue(w, in where, arg any) (any, error) {
	const fn = "Fn::ImportValue"
	name, err := e.text(w, in, fn, arg)
	if err != nil {
		return nil, err
	}
	if e.exports == nil {
		e.findExports(w)
	}
	var near, same []export
	for _, x := range e.exports[name] {
		if e.Region(x.stack) != e.Region(w.stack) || e.Account(x.stack) != e.Account(w.stack) {
			continue
		}
		same = append(same, x)
		if x.stack.SharesManifest(w.stack) { // in the same stage
			near = append(near, x)
		}
	}
	if len(near) > 0 {
		same = near
	}
	switch {
	case len(same) == 1:
		return e.output(w, fn, same[0].stack, same[0].output)
	case len(same) > 1:
		return nil, w.fail(fn, nil, "the stacks %s and %s both export %q", same[0].stack.Path, same[1].stack.Path, name)
	case len(e.exports[name]) > 0:
		return nil, w.fail(fn, nil, "%s exports %q, but in another account or region", e.exports[name][0].stack.Path, name)
	}
	return nil, w.fail(fn, nil, "no stack of the assembly exports %q", name)
}

// findExports collects the exports of all stacks. An export whose name cannot be resolved cannot be imported.
func (e *Evaluator) findExports(w where) {
	e.exports, e.collecting = map[string][]export{}, true // an import in the name of an export finds nothing
	found := map[string][]export{}
	for _, s := range e.stacks {
		for _, id := range slices.Sorted(maps.Keys(s.Template.Outputs)) {
			o := s.Template.Outputs[id]
			if o.Export == nil {
				continue
			}
			in := where{stack: s, name: "Outputs." + id, index: -1, depth: w.depth + 1}
			if o.Condition != "" {
				if holds, err := e.condition(in, "Condition", o.Condition); err != nil || !holds {
					continue
				}
			}
			if name, err := e.text(in, in.member("Export.Name"), "Export", o.Export.Name); err == nil {
				found[name] = append(found[name], export{s, id})
			}
		}
	}
	e.exports, e.collecting = found, false
}

// stackOutput resolves Fn::GetStackOutput, with which CDK refers weakly to another stack's output.
// Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib-readme.html (cross-stack references)
func (e *Evaluator) stackOutput(w, in where, arg any) (any, error) {
	const fn = "Fn::GetStackOutput"
	m, ok := arg.(map[string]any)
	if !ok {
		return nil, w.fail(fn, nil, "want a map of StackName, OutputName and Region, got %s", Describe(arg))
	}
	name, err := e.text(w, in.member("StackName"), fn, m["StackName"])
	if err != nil {
		return nil, err
	}
	output, err := e.text(w, in.member("OutputName"), fn, m["OutputName"])
	if err != nil {
		return nil, err
	}
	region := e.Region(w.stack)
	if m["Region"] != nil {
		if region, err = e.text(w, in.member("Region"), fn, m["Region"]); err != nil {
			return nil, err
		}
	}
	var found *Stack
	for _, s := range e.stacks {
		near := s.SharesManifest(w.stack)
		if s.Parent == nil && s.Name == name && e.Region(s) == region && (found == nil || near) {
			found = s
		}
	}
	if found == nil {
		return nil, w.fail(fn, nil, "the assembly has no stack %q in %s", name, region)
	}
	return e.output(w, fn, found, output)
}

// output returns the value of an output of a stack.
func (e *Evaluator) output(w where, fn string, s *Stack, id string) (any, error) {
	o, ok := s.Template.Outputs[id]
	if !ok {
		return nil, w.fail(fn, nil, "the stack %s has no output %q", s.Path, id)
	}
	return e.resolveOnce(w, fn, value{s, "output", id}, func(w where) (any, error) {
		if o.Condition != "" {
			holds, err := e.condition(w.inResource("", "Outputs."+id), "Condition", o.Condition)
			if err != nil {
				return nil, err
			}
			if !holds {
				return nil, w.inResource("", "Outputs."+id).fail("Condition", nil,
					"the output is not made, as the condition %s does not hold", o.Condition)
			}
		}
		return e.value(w.inResource("", "Outputs."+id+".Value"), o.Value)
	})
}
