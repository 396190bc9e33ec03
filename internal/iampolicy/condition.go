package iampolicy

import (
	"fmt"
	"strings"
)

// Context holds the values that conditions of a request are evaluated on, by lowercase key: "aws:sourceip". A key
// without values counts as absent.
type Context map[string][]string

// Set sets the values of a key. Keys are not case-sensitive.
func (c Context) Set(key string, values ...string) { c[strings.ToLower(key)] = values }

// operator is a condition's operator in parts: "ForAnyValue:StringNotLikeIfExists".
type operator struct {
	quantifier quantifier
	ifExists   bool
	negated    bool
	compare    comparison
}

type quantifier uint8

const (
	single   quantifier = iota
	forAll              // ForAllValues: each value of the request must fit
	forAnyOf            // ForAnyValue: one value of the request must fit
)

// parseOperator parses the operators of
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html.
func parseOperator(name string) (op operator, ok bool) {
	rest, found := strings.CutPrefix(name, "ForAllValues:")
	if found {
		op.quantifier = forAll
	} else if rest, found = strings.CutPrefix(name, "ForAnyValue:"); found {
		op.quantifier = forAnyOf
	}
	rest, op.ifExists = strings.CutSuffix(rest, "IfExists")
	switch rest {
	case "StringEquals", "StringNotEquals":
		op.compare = compareText
	case "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase":
		op.compare = compareFolded
	case "StringLike", "StringNotLike":
		op.compare = compareLike
	case "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike":
		op.compare = compareARN
	case "IpAddress", "NotIpAddress":
		op.compare = compareIP
	case "Bool":
		op.compare = compareBool
	case "BinaryEquals":
		op.compare = compareBinary
	default:
		op.compare = parseOrdered(rest)
	}
	op.negated = strings.Contains(rest, "Not")
	return op, op.compare != nil
}

// parseOrdered returns the comparison of an operator for numbers or dates.
func parseOrdered(name string) comparison {
	var read func(string) (ordered, bool)
	relation, found := strings.CutPrefix(name, "Numeric")
	if found {
		read = readNumber
	} else if relation, found = strings.CutPrefix(name, "Date"); found {
		read = readDate
	} else {
		return nil
	}
	switch relation {
	case "Equals", "NotEquals":
		return compareOrdered(read, func(sign int) bool { return sign == 0 })
	case "LessThan":
		return compareOrdered(read, func(sign int) bool { return sign < 0 })
	case "LessThanEquals":
		return compareOrdered(read, func(sign int) bool { return sign <= 0 })
	case "GreaterThan":
		return compareOrdered(read, func(sign int) bool { return sign > 0 })
	case "GreaterThanEquals":
		return compareOrdered(read, func(sign int) bool { return sign >= 0 })
	}
	return nil
}

// check returns what would prevent an evaluation of the condition.
func (c Condition) check() error {
	if len(c.Values) == 0 {
		return fmt.Errorf("want at least one value")
	}
	for _, v := range c.Values {
		if hasVariable(v) {
			return fmt.Errorf("value %q: policy variables are not supported", v)
		}
	}
	if c.Operator == "Null" {
		for _, v := range c.Values {
			if _, ok := compareBool(v, nil); !ok {
				return fmt.Errorf("value %q: Null wants true or false", v)
			}
		}
		return nil
	}
	op, ok := parseOperator(c.Operator)
	if !ok {
		return fmt.Errorf("unknown operator %q", c.Operator)
	}
	for _, v := range c.Values {
		if _, ok := op.compare(v, nil); !ok {
			return fmt.Errorf("%s cannot compare the value %q", c.Operator, v)
		}
	}
	return nil
}

// met reports whether the context meets the condition. A key that is absent, or has no value, does not match. It meets
// only the negated operators, those with IfExists, and ForAllValues.
func (c Condition) met(context Context) (met, understood bool) {
	values := context[strings.ToLower(c.Key)]
	if c.Operator == "Null" {
		return c.matchesNull(len(values) == 0)
	}
	op, ok := parseOperator(c.Operator)
	if !ok {
		return false, false
	}
	if len(values) == 0 {
		switch {
		case op.ifExists || op.quantifier == forAll:
			return true, true
		case op.quantifier == forAnyOf:
			return false, true
		}
		return op.negated, true
	}
	switch op.quantifier {
	case forAll:
		for _, v := range values {
			if c.fits(op, v) == op.negated {
				return false, true
			}
		}
		return true, true
	case forAnyOf:
		for _, v := range values {
			if c.fits(op, v) != op.negated {
				return true, true
			}
		}
		return false, true
	}
	// An operator without a quantifier is for keys with one value. If there are more, the negated operator is the
	// opposite.
	for _, v := range values {
		if c.fits(op, v) {
			return !op.negated, true
		}
	}
	return op.negated, true
}

// fits reports whether a value of the request fits one of the policy's values. A value that does not have the compared
// type does not fit.
func (c Condition) fits(op operator, value string) bool {
	for _, v := range c.Values {
		if fits, ok := op.compare(v, &value); fits && ok {
			return true
		}
	}
	return false
}

// matchesNull evaluates the Null operator: true requires the key to be absent, false requires it to be present.
func (c Condition) matchesNull(absent bool) (met, understood bool) {
	want := "false"
	if absent {
		want = "true"
	}
	for _, v := range c.Values {
		if strings.EqualFold(v, want) {
			return true, true
		}
	}
	return false, true
}
