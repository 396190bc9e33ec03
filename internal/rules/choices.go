package rules

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// choices are the values that a property may have when the stack is deployed, where it is a string. Why says what of it
// cannot be told, and is empty if the values are all there are. One that is not set is "".
type choices struct {
	values []string
	why    string
}

// choose finds the values that a property may have: all of them where a condition or a parameter decides.
func (r *resource) choose(name string) choices { return r.chooseFrom(r.t.Properties[name], 0) }

// maxChoices bounds how deep choices are looked into.
const maxChoices = 16

func (r *resource) chooseFrom(raw any, depth int) choices {
	if depth > maxChoices {
		return choices{why: "it nests too deep"}
	}
	value, err := r.resolve("Properties", raw)
	if err == nil {
		if value == nil {
			return choices{values: []string{""}}
		}
		if t, ok := scalar(value); ok {
			return choices{values: []string{t}}
		}
		return choices{why: "it is not a string"}
	}
	call, _ := raw.(map[string]any)
	if args, ok := call["Fn::If"].([]any); ok && len(call) == 1 && len(args) == 3 {
		then, otherwise := r.chooseFrom(args[1], depth+1), r.chooseFrom(args[2], depth+1)
		out := choices{values: append(then.values, otherwise.values...), why: then.why}
		if out.why == "" {
			out.why = otherwise.why
		}
		return out
	}
	if name, ok := call["Ref"].(string); ok && len(call) == 1 {
		if p, is := r.stack.Template.Parameters[name]; is {
			return r.parameter(name, p, depth)
		}
	}
	return choices{why: unresolved(err)}
}

// parameter is what a parameter may be: what the parent stack hands over, or one of its allowed values.
func (r *resource) parameter(name string, p cloudassembly.Parameter, depth int) choices {
	if up := r.stack.Parent; up != nil {
		parent := &resource{v: r.v, stack: up, id: r.stack.LogicalID, t: up.Template.Resources[r.stack.LogicalID]}
		given, _ := parent.t.Properties["Parameters"].(map[string]any)
		if raw, ok := given[name]; ok {
			return parent.chooseFrom(raw, depth+1)
		}
	}
	var out choices
	for _, allowed := range p.AllowedValues {
		t, ok := scalar(allowed)
		if !ok {
			return choices{why: fmt.Sprintf("it is the parameter %s, whose AllowedValues are not strings", name)}
		}
		out.values = append(out.values, t)
	}
	if out.values == nil {
		return choices{why: fmt.Sprintf("it is the parameter %s, which gets its value when the stack is deployed", name)}
	}
	return out
}
