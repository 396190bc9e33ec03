package vtl

import (
	"math"
)

// truth is whether a value holds as a condition: it is there, and it is not false. An empty string holds.
func truth(v Value) bool {
	if b, ok := v.(bool); ok {
		return b
	}
	return v != nil
}

// equal compares numbers by value, values of one type by content, and others by their text. A value that is missing
// equals only one that is missing, too.
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

// compared compares numbers; nothing else has an order.
func compared(operator string, x, y Value) bool {
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

// arithmetic computes with numbers, whole ones with whole ones. What cannot be computed is missing.
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
