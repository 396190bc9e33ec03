package rules

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// choices are the values that a string property may have at deployment. An unset property has the value "". If the list
// may be incomplete, why says what is not known.
type choices struct {
	values []string
	why    string
}

// choose returns the values that a property may have. If a condition or a parameter decides, it returns all of them. It
// assumes that the resource's own condition holds, because the resource does not exist otherwise.
func (r *resource) choose(name string) choices { return r.chooseFrom(r.t.Properties[name], 0) }

// maxChoices is the maximum depth of nested choices.
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
		if r.t.Condition != "" && args[0] == r.t.Condition {
			return r.chooseFrom(args[1], depth+1)
		}
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

// maxCases is the maximum number of conditions that distinguish cases.
const maxCases = 8

// cases returns the properties for each condition that they depend on, once with the condition true and once with it
// false. Properties with the same condition are therefore seen in the combinations that can occur. The resource's own
// condition holds. Conditions deeper within the properties remain.
func (r *resource) cases(properties map[string]any, depth int) (out []map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		condition := conditionOf(properties[name])
		if condition == "" || depth == maxCases {
			continue
		}
		branches := []int{1, 2}
		if condition == r.t.Condition {
			branches = []int{1}
		}
		switch holds, _ := r.resolve("Properties", map[string]any{"Fn::If": []any{condition, true, false}}); holds {
		case true:
			branches = []int{1}
		case false:
			branches = []int{2}
		}
		for _, branch := range branches {
			set := map[string]any{}
			for name, value := range properties {
				for conditionOf(value) == condition {
					value = value.(map[string]any)["Fn::If"].([]any)[branch]
				}
				set[name] = value
			}
			out = append(out, r.cases(set, depth+1)...)
		}
		return out
	}
	return []map[string]any{properties}
}

// conditionOf returns the condition of a value that is an Fn::If, or "".
func conditionOf(raw any) string {
	call, _ := raw.(map[string]any)
	args, _ := call["Fn::If"].([]any)
	if len(call) != 1 || len(args) != 3 {
		return ""
	}
	name, _ := args[0].(string)
	return name
}

// parameter returns the values that a parameter may have: the value from the parent stack, or one of its allowed
// values.
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
