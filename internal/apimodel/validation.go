package apimodel

import (
	"regexp"
	"strings"
)

// Expression compiles Validation; it is nil without one. It matches a text as a whole: whether API Gateway anchors the
// expression is not documented, so nothing passes here that an anchored one stops.
//
// API Gateway does not document the syntax either. An expression that Go's regular expressions do not have, such as one
// with a lookahead, is an error.
func (a *Authorizer) Expression() (*regexp.Regexp, error) {
	if a.Validation == "" {
		return nil, nil
	}
	// First by itself, as "a)|(b" is only an expression between the parentheses that are put around it.
	if _, err := regexp.Compile(a.Validation); err != nil {
		return nil, err
	}
	return regexp.Compile(`\A(?:` + a.Validation + `)\z`)
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
