package iampolicy

import (
	"fmt"
	"strings"
)

// Context holds what a request's conditions are evaluated on, by lower-case key: "aws:sourceip". A key without values
// is as good as absent.
type Context map[string][]string

// Set gives a key its values. Keys are the same in any case.
func (c Context) Set(key string, values ...string) { c[strings.ToLower(key)] = values }

// operator is a condition's operator taken apart: "ForAnyValue:StringNotLikeIfExists".
type operator struct {
	quantifier quantifier
	ifExists   bool
	negated    bool
	compare    comparison
}

type quantifier uint8

const (
	single   quantifier = iota
	forAll              // ForAllValues: each of the request's values
	forAnyOf            // ForAnyValue: one of the request's values
)

// parseOperator knows the operators of
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

// parseOrdered knows the operators of what has an order: numbers and dates.
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

// check finds what would keep the condition from being evaluated.
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

// met reports whether the context meets the condition. A key that is absent, or has no value, does not match: that
// meets the negated operators, those with IfExists, and ForAllValues, and no others.
func (c Condition) met(context Context) (met, understood bool) {
	values := context[strings.ToLower(c.Key)]
	if c.Operator == "Null" {
		return c.null(len(values) == 0)
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
	// An operator without a quantifier is for keys with one value. Should there be more, the negated one is the opposite.
	for _, v := range values {
		if c.fits(op, v) {
			return !op.negated, true
		}
	}
	return op.negated, true
}

// fits reports whether a value of the request fits one of the policy's. One that is not of the type compared does not
// fit.
func (c Condition) fits(op operator, value string) bool {
	for _, v := range c.Values {
		if fits, ok := op.compare(v, &value); fits && ok {
			return true
		}
	}
	return false
}

// null: the value true asks that the key be absent, false that it be there.
func (c Condition) null(absent bool) (met, understood bool) {
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
