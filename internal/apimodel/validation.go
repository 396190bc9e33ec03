package apimodel

import (
	"regexp"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

// Expression compiles Validation; it is nil without one. It matches a text as a whole: whether API Gateway anchors the
// expression is not documented, so nothing passes here that an anchored one stops.
//
// API Gateway documents no syntax for it, and that of Java for selection patterns. An expression that cannot be matched
// as Java does, such as one with a lookahead, is an error.
func (a *Authorizer) Expression() (*regexes.Pattern, error) {
	if a.Validation == "" {
		return nil, nil
	}
	return regexes.Whole(a.Validation)
}

// Audiences returns the values that Validation lists, in its order, if it is anchored and written as a list of literal
// values: "^(one|two)$", as secureapi writes the clients of a Cognito authorizer, or "^one$". It is nil for every other
// expression.
func (a *Authorizer) Audiences() []string {
	list, begins := strings.CutPrefix(a.Validation, "^")
	list, ends := strings.CutSuffix(list, "$")
	if !begins || !ends {
		return nil
	}
	inner, group := strings.CutPrefix(list, "(")
	if group {
		if inner, group = strings.CutSuffix(inner, ")"); !group {
			return nil
		}
		list = strings.TrimPrefix(inner, "?:")
	}
	var out []string
	for quoted := range strings.SplitSeq(list, "|") {
		literal := strings.ReplaceAll(quoted, `\`, "")
		if literal == "" || regexp.QuoteMeta(literal) != quoted {
			return nil
		}
		out = append(out, literal)
	}
	if len(out) > 1 && !group { // "^one|two$" is anchored on one side each
		return nil
	}
	return out
}
