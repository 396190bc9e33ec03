package cloudassembly

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// noValue is the value of AWS::NoValue: it removes the member or element that has it.
type noValue struct{}

// Unresolved replaces a value that could not be resolved in the result of [Evaluator.Tree].
type Unresolved struct{ Err error }

// Limits of an evaluator. To check an API of 200 routes, package rules needs less than a hundredth of maxWork.
const (
	maxWork  = 1 << 26 // values looked at and bytes made, in all evaluations together
	maxDepth = 256     // nesting of values and chains of references
)

// Intrinsic reports whether a map is a call of an intrinsic function, and returns its name and argument.
func Intrinsic(v map[string]any) (name string, arg any, ok bool) {
	if len(v) != 1 {
		return "", nil, false
	}
	for name, arg = range v {
	}
	return name, arg, name == "Ref" || strings.HasPrefix(name, "Fn::")
}

// Text returns a scalar as a string, as CloudFormation converts it. It reports false for null, a map and a list.
func Text(v any) (string, bool) {
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

// Describe returns a short description of a value for error messages.
func Describe(v any) string {
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
