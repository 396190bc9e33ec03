package vtl

import (
	"math"
	"strconv"
	"strings"
)

// Value is a value in a template: nil for a missing one, a string, a bool, an int64, a float64, a *[List] or a *[Map];
// and within this package a bigNumber, an entry or a *block.
type Value any

// List is a list.
type List struct {
	Items []Value
	text  bool // it comes from a body, so its text is JSON
}

// Map is a map that keeps its keys in insertion order.
type Map struct {
	// Absent returns the value of a missing key; see [Empty]. Default: nil.
	Absent func(key string) Value

	keys    []string
	entries map[string]Value
}

// bigNumber is an integer that does not fit an int64.
type bigNumber string

// entry is an element of a map's entrySet().
type entry struct {
	key   string
	value Value
}

// block is the value that #define sets.
type block struct{ nodes []node }

// NewMap returns an empty map.
func NewMap() *Map { return &Map{entries: map[string]Value{}} }

// Put sets the value of a key.
func (m *Map) Put(key string, v Value) {
	if _, ok := m.entries[key]; !ok {
		m.keys = append(m.keys, key)
	}
	m.entries[key] = v
}

// get returns the value of a key.
func (m *Map) get(key string) Value {
	if v, ok := m.entries[key]; ok {
		return v
	}
	if m.Absent != nil {
		return m.Absent(key)
	}
	return nil
}

// Empty is an Absent function for maps whose missing members are empty texts.
func Empty(string) Value { return "" }

func (m *Map) has(key string) bool { _, ok := m.entries[key]; return ok }

// Len returns the number of keys.
func (m *Map) Len() int { return len(m.keys) }

// remove deletes a key, and returns its previous value.
func (m *Map) remove(key string) Value {
	v, ok := m.entries[key]
	if !ok {
		return nil
	}
	delete(m.entries, key)
	for i, k := range m.keys {
		if k == key {
			m.keys = append(m.keys[:i:i], m.keys[i+1:]...)
			break
		}
	}
	return v
}

func (m *Map) values() []Value {
	out := make([]Value, len(m.keys))
	for i, k := range m.keys {
		out[i] = m.entries[k]
	}
	return out
}

// Text returns a value as a template writes it.
func Text(v Value) string { return stringOf(v) }

// stringOf returns the text of a value as in Java: a map is {a=1, b=2}, a list [1, 2], and a list from a body is JSON.
// Source: https://github.com/localstack/localstack/pull/12379, validated on AWS: {list=[{"foo":"bar"}]}.
func stringOf(v Value) string {
	var b strings.Builder
	writeText(&b, v, 0)
	return b.String()
}

func writeText(b *strings.Builder, v Value, depth int) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case string:
		b.WriteString(v)
	case *Map:
		b.WriteByte('{')
		for i, k := range v.keys {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(k)
			b.WriteByte('=')
			writeNested(b, v.entries[k], depth)
		}
		b.WriteByte('}')
	case *List:
		if v.text {
			b.WriteString(jsonText(v))
			return
		}
		b.WriteByte('[')
		for i, item := range v.Items {
			if i > 0 {
				b.WriteString(", ")
			}
			writeNested(b, item, depth)
		}
		b.WriteByte(']')
	case entry:
		b.WriteString(v.key)
		b.WriteByte('=')
		writeNested(b, v.value, depth)
	default:
		b.WriteString(scalar(v))
	}
}

// writeNested stops at a value that contains itself, as after $m.put("m", $m).
func writeNested(b *strings.Builder, v Value, depth int) {
	if depth >= maxDepth || b.Len() > maxBytes {
		b.WriteString("...")
		return
	}
	writeText(b, v, depth+1)
}

func scalar(v Value) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return javaFloat(v)
	case bigNumber:
		return string(v)
	}
	return ""
}

// javaFloat formats a number like Java's Double.toString: with at least one digit after the point, and with an exponent
// from 10^7 and below 10^-3.
// Source: https://docs.oracle.com/javase/8/docs/api/java/lang/Double.html#toString-double-
func javaFloat(f float64) string {
	switch abs := math.Abs(f); {
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f != f:
		return "NaN"
	case f == 0 || abs >= 1e-3 && abs < 1e7:
		text := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text
	}
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'E', -1, 64), "E")
	if !strings.Contains(digits, ".") {
		digits += ".0"
	}
	n, _ := strconv.Atoi(exponent)
	return digits + "E" + strconv.Itoa(n)
}

// integer returns the integer that a value is. A string of digits is not an integer.
func integer(v Value) (int64, bool) {
	i, ok := v.(int64)
	return i, ok
}

func float(v Value) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case bigNumber:
		f, err := strconv.ParseFloat(string(v), 64)
		return f, err == nil
	}
	return 0, false
}
