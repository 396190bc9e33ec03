package vtl

import (
	"math"
	"strconv"
	"strings"
)

// Value is a value of a template: nil for one that is missing, a string, a bool, an int64, a float64, a *[List] or a
// *[Map]; and within this package a bigNumber, an entry or a *block.
type Value any

// List is a list.
type List struct {
	Items []Value
	text  bool // its text is JSON: it comes from a body
}

// Map is a map that keeps the order in which its keys were put.
type Map struct {
	// Absent is what stands for a key that is not there; see [Empty]. Default: nothing.
	Absent func(key string) Value

	keys []string
	of   map[string]Value
}

// bigNumber is a whole number that an int64 does not hold.
type bigNumber string

// entry is one of a map's entrySet().
type entry struct {
	key   string
	value Value
}

// block is what #define sets.
type block struct{ nodes []node }

// NewMap makes an empty map.
func NewMap() *Map { return &Map{of: map[string]Value{}} }

// Put sets the value of a key.
func (m *Map) Put(key string, v Value) {
	if _, ok := m.of[key]; !ok {
		m.keys = append(m.keys, key)
	}
	m.of[key] = v
}

// get returns the value of a key.
func (m *Map) get(key string) Value {
	if v, ok := m.of[key]; ok {
		return v
	}
	if m.Absent != nil {
		return m.Absent(key)
	}
	return nil
}

// Empty is for maps whose members are an empty text where they are not there.
func Empty(string) Value { return "" }

func (m *Map) has(key string) bool { _, ok := m.of[key]; return ok }

// Len is how many keys there are.
func (m *Map) Len() int { return len(m.keys) }

// remove takes a key out, and returns the value that it had.
func (m *Map) remove(key string) Value {
	v, ok := m.of[key]
	if !ok {
		return nil
	}
	delete(m.of, key)
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
		out[i] = m.of[k]
	}
	return out
}

// Text is the text of a value, as a template writes it.
func Text(v Value) string { return stringOf(v) }

// stringOf is the text of a value as Java has it: a map is {a=1, b=2}, a list [1, 2], and a list of a body is JSON.
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
			writeNested(b, v.of[k], depth)
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

// writeNested ends where a value holds itself, as by $m.put("m", $m).
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

// javaFloat is a number as Double.toString of Java writes it: at least one digit after the point, and an exponent from
// 10^7 and below 10^-3.
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

// integer is a whole number, also one that a string is not.
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
