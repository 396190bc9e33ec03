package apimodel

import (
	"regexp"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

// Expression compiles Validation; it returns nil if that is empty. The pattern must match the whole text: AWS does not
// document whether API Gateway anchors the expression, so nothing passes here that an anchored expression would reject.
//
// API Gateway documents no syntax for it, and Java's for selection patterns. An expression that cannot be matched as in
// Java, such as one with a lookahead, is an error.
func (a *Authorizer) Expression() (*regexes.Pattern, error) {
	if a.Validation == "" {
		return nil, nil
	}
	return regexes.Whole(a.Validation)
}

// Audiences returns the values in Validation, in order, if it is anchored and a list of literal values: "^(one|two)$",
// as secureapi writes the clients of a Cognito authorizer, or "^one$". It returns nil for any other expression.
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
	if len(out) > 1 && !group { // in "^one|two$" each value is anchored on one side only
		return nil
	}
	return out
}
