package vtl

import (
	"math"
)

// truth reports whether a value is true as a condition: it is not missing and not false. An empty string is true.
func truth(v Value) bool {
	if b, ok := v.(bool); ok {
		return b
	}
	return v != nil
}

// equal compares numbers by value, values of the same type by content, and other values by their text. A missing value
// equals only another missing value.
// Source: ASTEQNode.java of Velocity 1.7.
func equal(x, y Value) bool {
	if x == nil || y == nil {
		return x == nil && y == nil
	}
	a, isNumber := float(x)
	b, also := float(y)
	if isNumber && also {
		return a == b
	}
	return stringOf(x) == stringOf(y)
}

// compareNumbers compares numbers. Other values have no order.
func compareNumbers(operator string, x, y Value) bool {
	a, ok := float(x)
	b, also := float(y)
	if !ok || !also {
		return false
	}
	switch operator {
	case "<":
		return a < b
	case ">":
		return a > b
	case "<=":
		return a <= b
	}
	return a >= b
}

// arithmetic computes with numbers; two integers make an integer. A result that cannot be computed is missing.
func arithmetic(operator string, x, y Value) Value {
	a, ok := integer(x)
	b, also := integer(y)
	if ok && also {
		switch {
		case operator == "+":
			return a + b
		case operator == "-":
			return a - b
		case operator == "*":
			return a * b
		case b == 0 || b == -1 && a == math.MinInt64:
			return nil
		case operator == "/":
			return a / b
		}
		return a % b
	}
	f, ok := float(x)
	g, also := float(y)
	if !ok || !also {
		return nil
	}
	switch operator {
	case "+":
		return f + g
	case "-":
		return f - g
	case "*":
		return f * g
	}
	switch {
	case g == 0:
		return nil
	case operator == "/":
		return f / g
	}
	return math.Mod(f, g)
}
