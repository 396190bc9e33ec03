package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// An expression is a text of a template in which gaps stand for parts that are known only at deployment. Two gaps are
// equal if they have the same value in each deployment, so equal expressions are equal texts.

// gap returns the gap for a value, which identifies what decides it.
func gap(of ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	return "\x00" + hex.EncodeToString(sum[:8]) + "\x00"
}

func hasGap(expression string) bool { return strings.Contains(expression, "\x00") }

// mayBeEqual reports whether two different expressions may be equal texts: nothing that is known at their beginnings
// and ends differs.
func mayBeEqual(x, y string) bool {
	if !hasGap(x) && !hasGap(y) {
		return x == y
	}
	return startAlike(x, y) && endAlike(x, y)
}

// startAlike reports whether what is known at the beginnings of two expressions is the same, as far as both are known.
func startAlike(x, y string) bool {
	x, _, _ = strings.Cut(x, "\x00")
	y, _, _ = strings.Cut(y, "\x00")
	return strings.HasPrefix(x, y) || strings.HasPrefix(y, x)
}

func endAlike(x, y string) bool {
	x, y = x[strings.LastIndex(x, "\x00")+1:], y[strings.LastIndex(y, "\x00")+1:]
	return strings.HasSuffix(x, y) || strings.HasSuffix(y, x)
}

var (
	dynamicReference = regexp.MustCompile(`\{\{resolve:[^{}]*\}\}`)
	substitution     = regexp.MustCompile(`\$\{[^{}]+\}`)
)

// expression returns a text of the resource as an expression; "" if it is not set.
func (r *resource) expression(raw any) string {
	if value, err := r.resolve("Properties", raw); err == nil {
		text, _ := scalar(value)
		return withGaps(text)
	}
	if text, ok := raw.(string); ok {
		return withGaps(text)
	}
	call, _ := raw.(map[string]any)
	name, arg, _ := cloudassembly.Intrinsic(call)
	list, _ := arg.([]any)
	switch {
	case name == "Ref":
		if up, given := r.given(arg); up != nil {
			return up.expression(given)
		}
	case name == "Fn::Join" && len(list) == 2:
		separator, known := list[0].(string)
		if entries, ok := list[1].([]any); ok && known {
			parts := make([]string, len(entries))
			for i, entry := range entries {
				parts[i] = r.expression(entry)
			}
			return strings.Join(parts, separator)
		}
	case name == "Fn::Sub":
		values := map[string]any{}
		if len(list) == 2 {
			arg = list[0]
			values, _ = list[1].(map[string]any)
		}
		if text, ok := arg.(string); ok {
			return r.substituted(text, values)
		}
	}
	return gap(r.stack.Path, inJSON(raw))
}

// withGaps replaces dynamic references, which CloudFormation resolves when it deploys.
func withGaps(text string) string {
	return dynamicReference.ReplaceAllStringFunc(text, func(reference string) string { return gap(reference) })
}

// substituted returns the result of Fn::Sub as an expression.
func (r *resource) substituted(text string, values map[string]any) string {
	return substitution.ReplaceAllStringFunc(withGaps(text), func(found string) string {
		name := found[2 : len(found)-1]
		value, own := values[name]
		switch {
		case strings.HasPrefix(name, "!"):
			return "${" + name[1:] + "}"
		case own:
			return r.expression(value)
		case strings.Contains(name, "."):
			id, attribute, _ := strings.Cut(name, ".")
			return r.expression(map[string]any{"Fn::GetAtt": []any{id, attribute}}) // as outside Fn::Sub, so that gaps are equal
		}
		return r.expression(map[string]any{"Ref": name})
	})
}

// given returns the value that a parent stack gives a parameter, and the resource of the nested stack in it; nil if no
// stack does.
func (r *resource) given(parameter any) (nested *resource, value any) {
	name, _ := parameter.(string)
	up := r.stack.Parent
	if _, is := r.stack.Template.Parameters[name]; !is || up == nil {
		return nil, nil
	}
	nested = &resource{v: r.v, stack: up, id: r.stack.LogicalID, t: up.Template.Resources[r.stack.LogicalID]}
	given, _ := nested.t.Properties["Parameters"].(map[string]any)
	if value, ok := given[name]; ok {
		return nested, value
	}
	return nil, nil
}

// outcome is a value for one outcome of the conditions in it.
type outcome struct {
	value any
	holds map[string]bool // by stack and name
}

// compatible reports whether both outcomes can occur in one deployment.
func (o outcome) compatible(other outcome) bool {
	for condition, holds := range o.holds {
		if also, same := other.holds[condition]; same && also != holds {
			return false
		}
	}
	return true
}

// outcomes returns a value for each outcome of the conditions in it that the deployment decides, up to maxCases of
// them. The resource's own condition holds.
func (r *resource) outcomes(raw any) []outcome {
	start := outcome{raw, map[string]bool{}}
	if r.t.Condition != "" {
		start.holds[r.stack.Path+" "+r.t.Condition] = true
	}
	return r.decide(start)
}

func (r *resource) decide(o outcome) (out []outcome) {
	condition := conditionIn(o.value)
	if condition == "" || len(o.holds) > maxCases {
		return []outcome{o}
	}
	key := r.stack.Path + " " + condition
	decided, known := o.holds[key]
	call := map[string]any{"Fn::If": []any{condition, true, false}}
	if value, err := r.resolve("Properties", call); err == nil && !known {
		decided, known = value == true, true
	}
	for _, holds := range []bool{true, false} {
		if known && holds != decided {
			continue
		}
		made := outcome{branchOf(o.value, condition, holds), maps.Clone(o.holds)}
		made.holds[key] = holds
		out = append(out, r.decide(made)...)
	}
	return out
}

// conditionIn returns the first condition of an Fn::If in a value, or "".
func conditionIn(raw any) string {
	if condition := conditionOf(raw); condition != "" {
		return condition
	}
	switch raw := raw.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(raw)) {
			if condition := conditionIn(raw[name]); condition != "" {
				return condition
			}
		}
	case []any:
		for _, entry := range raw {
			if condition := conditionIn(entry); condition != "" {
				return condition
			}
		}
	}
	return ""
}

// branchOf returns a value in which a condition is decided.
func branchOf(raw any, condition string, holds bool) any {
	for conditionOf(raw) == condition {
		branch := 2
		if holds {
			branch = 1
		}
		raw = raw.(map[string]any)["Fn::If"].([]any)[branch]
	}
	switch raw := raw.(type) {
	case map[string]any:
		out := make(map[string]any, len(raw))
		for name, member := range raw {
			out[name] = branchOf(member, condition, holds)
		}
		return out
	case []any:
		out := make([]any, len(raw))
		for i, entry := range raw {
			out[i] = branchOf(entry, condition, holds)
		}
		return out
	}
	return raw
}
