package vtl

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

// method is a Java method of String, List, Map, Map.Entry, Number or Boolean. As in Velocity, calling it on a value
// without that method yields nothing.
type method struct {
	arguments []int // the possible numbers of arguments
	call      func(of Value, args []Value) (Value, error)

	// match replaces call if the first argument is a regular expression. It subtracts its cost from work.
	match func(s string, args []Value, work *regexes.Work) (Value, error)
}

// methods are the methods that templates in the wild use.
// Source: https://docs.oracle.com/javase/8/docs/api/java/lang/String.html, and java/util/List.html and Map.html there.
var methods = map[string]method{
	"toString":    {none, text, nil},
	"equals":      {one, equals, nil},
	"isEmpty":     {none, isEmpty, nil},
	"contains":    {one, contains, nil},
	"indexOf":     {one, indexOf, nil},
	"lastIndexOf": {one, lastIndexOf, nil},

	"length":           {none, ofString(length), nil},
	"equalsIgnoreCase": {one, ofString(equalsIgnoreCase), nil},
	"startsWith":       {one, onText(func(s, x string) Value { return strings.HasPrefix(s, x) }), nil},
	"endsWith":         {one, onText(func(s, x string) Value { return strings.HasSuffix(s, x) }), nil},
	"concat":           {one, onText(func(s, x string) Value { return s + x }), nil},
	"toLowerCase":      {none, ofString(lower), nil},
	"toUpperCase":      {none, ofString(upper), nil},
	"trim":             {none, ofString(trim), nil},
	"charAt":           {one, ofString(charAt), nil},
	"substring":        {oneOrTwo, ofString(substring), nil},
	"replace":          {two, ofString(replace), nil},
	"replaceAll":       {two, nil, replaceAll},
	"replaceFirst":     {two, nil, replaceFirst},
	"matches":          {one, nil, matches},
	"split":            {oneOrTwo, nil, split},

	"size":          {none, size, nil},
	"get":           {one, get, nil},
	"set":           {two, setItem, nil},
	"add":           {oneOrTwo, add, nil},
	"addAll":        {one, addAll, nil},
	"remove":        {one, remove, nil},
	"put":           {two, ofMap(put), nil},
	"putAll":        {one, ofMap(putAll), nil},
	"getOrDefault":  {two, ofMap(getOrDefault), nil},
	"containsKey":   {one, ofMap(containsKey), nil},
	"containsValue": {one, ofMap(containsValue), nil},
	"keySet":        {none, ofMap(keySet), nil},
	"values":        {none, ofMap(values), nil},
	"entrySet":      {none, ofMap(entrySet), nil},
	"getKey":        {none, memberOf("key"), nil},
	"getValue":      {none, memberOf("value"), nil},

	"parseInt":     {one, parseInt, nil},
	"intValue":     {none, wholeValue, nil},
	"longValue":    {none, wholeValue, nil},
	"doubleValue":  {none, doubleValue, nil},
	"booleanValue": {none, booleanValue, nil},
}

// How many arguments a method takes.
var (
	none     = []int{0}
	one      = []int{1}
	two      = []int{2}
	oneOrTwo = []int{1, 2}
)

var errNull = errors.New("an argument is missing")

func ofString(call func(s string, args []Value) (Value, error)) func(Value, []Value) (Value, error) {
	return func(v Value, args []Value) (Value, error) {
		s, ok := v.(string)
		if !ok {
			return nil, nil
		}
		for _, a := range args {
			if a == nil {
				return nil, errNull
			}
		}
		return call(s, args)
	}
}

func onText(call func(s, x string) Value) func(Value, []Value) (Value, error) {
	return ofString(func(s string, args []Value) (Value, error) {
		if x, ok := args[0].(string); ok {
			return call(s, x), nil
		}
		return nil, nil
	})
}

func ofMap(call func(m *Map, args []Value) (Value, error)) func(Value, []Value) (Value, error) {
	return func(v Value, args []Value) (Value, error) {
		m, ok := v.(*Map)
		if !ok {
			return nil, nil
		}
		return call(m, args)
	}
}

// size16 returns the length of a Java string, in UTF-16 units.
func size16(s string) int64 { return int64(len(utf16.Encode([]rune(s)))) }

// units converts a byte offset in a string to UTF-16 units; -1 stays -1.
func units(s string, at int) int64 {
	if at < 0 {
		return -1
	}
	return size16(s[:at])
}

func text(v Value, _ []Value) (Value, error) { return stringOf(v), nil }

func equals(v Value, args []Value) (Value, error) { return javaEquals(v, args[0]), nil }

func length(s string, _ []Value) (Value, error) { return size16(s), nil }

func lower(s string, _ []Value) (Value, error) { return strings.ToLower(s), nil }

func upper(s string, _ []Value) (Value, error) { return strings.ToUpper(s), nil }

func memberOf(name string) func(Value, []Value) (Value, error) {
	return func(v Value, _ []Value) (Value, error) { return member(v, name), nil }
}

func containsKey(m *Map, args []Value) (Value, error) { return m.has(stringOf(args[0])), nil }

func values(m *Map, _ []Value) (Value, error) { return &List{Items: m.values()}, nil }

func isEmpty(v Value, _ []Value) (Value, error) {
	switch v := v.(type) {
	case string:
		return v == "", nil
	case *List:
		return len(v.Items) == 0, nil
	case *Map:
		return len(v.keys) == 0, nil
	}
	return nil, nil
}

func size(v Value, _ []Value) (Value, error) {
	switch v := v.(type) {
	case *List:
		return int64(len(v.Items)), nil
	case *Map:
		return int64(len(v.keys)), nil
	}
	return nil, nil
}

// javaEquals is Java's equals() for two values of the same type.
func javaEquals(x, y Value) bool {
	_, xs := x.(string)
	_, ys := y.(string)
	_, xb := x.(bool)
	_, yb := y.(bool)
	return y != nil && xs == ys && xb == yb && equal(x, y)
}

func contains(v Value, args []Value) (Value, error) {
	switch v := v.(type) {
	case string:
		return onText(func(s, x string) Value { return strings.Contains(s, x) })(v, args)
	case *List:
		return find(v, args[0]) >= 0, nil
	}
	return nil, nil
}

func indexOf(v Value, args []Value) (Value, error) {
	switch v := v.(type) {
	case string:
		return onText(func(s, x string) Value { return units(s, strings.Index(s, x)) })(v, args)
	case *List:
		return int64(find(v, args[0])), nil
	}
	return nil, nil
}

func lastIndexOf(v Value, args []Value) (Value, error) {
	switch v := v.(type) {
	case string:
		return onText(func(s, x string) Value { return units(s, strings.LastIndex(s, x)) })(v, args)
	case *List:
		for i := len(v.Items) - 1; i >= 0; i-- {
			if find(&List{Items: v.Items[i : i+1]}, args[0]) == 0 {
				return int64(i), nil
			}
		}
		return int64(-1), nil
	}
	return nil, nil
}

func find(l *List, x Value) int {
	return slices.IndexFunc(l.Items, func(item Value) bool {
		return item == nil && x == nil || item != nil && javaEquals(item, x)
	})
}

func equalsIgnoreCase(s string, args []Value) (Value, error) {
	if x, ok := args[0].(string); ok {
		return strings.EqualFold(s, x), nil
	}
	return nil, nil
}

// trim removes spaces and control characters at both ends, like Java's trim().
func trim(s string, _ []Value) (Value, error) {
	return strings.TrimFunc(s, func(c rune) bool { return c <= ' ' }), nil
}

func charAt(s string, args []Value) (Value, error) {
	i, ok := integer(args[0])
	if !ok {
		return nil, nil
	}
	return cut(s, i, i+1)
}

func substring(s string, args []Value) (Value, error) {
	from, ok := integer(args[0])
	to, also := size16(s), true
	if len(args) == 2 {
		to, also = integer(args[1])
	}
	if !ok || !also {
		return nil, nil
	}
	return cut(s, from, to)
}

func cut(s string, from, to int64) (Value, error) {
	text := utf16.Encode([]rune(s))
	if from < 0 || to > int64(len(text)) || from > to {
		return nil, fmt.Errorf("%d to %d is not within a string of %d characters", from, to, len(text))
	}
	return string(utf16.Decode(text[from:to])), nil
}

// replace limits the size of its result, like replaceAll.
func replace(s string, args []Value) (Value, error) {
	old, with := stringOf(args[0]), stringOf(args[1])
	if n := strings.Count(s, old); n*len(with) > maxBytes {
		return nil, fmt.Errorf("its answer has more than %d bytes", maxBytes)
	}
	return strings.ReplaceAll(s, old, with), nil
}

// parseInt is Integer.parseInt, which templates call on a number: #set($i = 0) $i.parseInt("5").
func parseInt(v Value, args []Value) (Value, error) {
	if _, ok := integer(v); !ok {
		return nil, nil
	}
	i, err := strconv.ParseInt(stringOf(args[0]), 10, 32)
	if err != nil {
		return nil, fmt.Errorf("%q is not a whole number", stringOf(args[0]))
	}
	return i, nil
}

func wholeValue(v Value, _ []Value) (Value, error) {
	f, ok := float(v)
	if !ok {
		return nil, nil
	}
	if i, ok := integer(v); ok {
		return i, nil
	}
	return int64(f), nil
}

func doubleValue(v Value, _ []Value) (Value, error) {
	if f, ok := float(v); ok {
		return f, nil
	}
	return nil, nil
}

func booleanValue(v Value, _ []Value) (Value, error) {
	if b, ok := v.(bool); ok {
		return b, nil
	}
	return nil, nil
}
