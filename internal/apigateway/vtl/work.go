package vtl

import (
	"errors"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

// What counts as a step of what an operation reads: so many bytes of text, where a value in a list or a map counts for
// more than its text, as its comparison takes longer. Of a regular expression it is so many characters times
// instructions: a step takes some microseconds then.
const (
	bytesAStep    = 512
	valueBytes    = 64
	searchesAStep = 128
)

// matched calls a method with a regular expression, and counts what the search took.
func (r *rendering) matched(m method, s string, args []Value) (Value, error) {
	work := &regexes.Work{Left: (maxSteps - r.steps) * searchesAStep}
	out, err := m.match(s, args, work)
	if errors.Is(err, regexes.ErrWork) {
		r.steps = maxSteps
		return nil, fmt.Errorf("it takes more than %d steps", maxSteps)
	}
	r.steps = maxSteps - max(work.Left, 0)/searchesAStep
	return out, err
}

// reads counts what an operation reads of values, with all that they hold.
func (r *rendering) reads(values ...Value) error {
	left := (maxSteps - r.steps) * bytesAStep
	for _, v := range values {
		weigh(v, 0, &left)
	}
	return r.leaves(left)
}

// passes counts an operation that looks at n values of a list or a map.
func (r *rendering) passes(n int) error {
	return r.leaves((maxSteps-r.steps)*bytesAStep - n*valueBytes)
}

func (r *rendering) leaves(left int) error {
	if left < 0 {
		r.steps = maxSteps
		return fmt.Errorf("it takes more than %d steps", maxSteps)
	}
	r.steps = maxSteps - left/bytesAStep
	return nil
}

// weigh takes the size of a value from what is left, and stops when nothing is: a value may hold itself.
func weigh(v Value, depth int, left *int) {
	if *left < 0 || depth > maxDepth {
		return
	}
	switch v := v.(type) {
	case string:
		*left -= len(v)
	case bigNumber:
		*left -= len(v)
	case entry:
		*left -= len(v.key)
		weigh(v.value, depth+1, left)
	case *List:
		for _, item := range v.Items {
			*left -= valueBytes
			weigh(item, depth+1, left)
		}
	case *Map:
		for _, key := range v.keys {
			*left -= valueBytes + len(key)
			weigh(v.of[key], depth+1, left)
		}
	}
}

// call calls a method and counts what it reads: of most all of the value and its arguments, for each element that an
// argument is compared with.
func (r *rendering) call(s step, v Value, args []Value) (Value, error) {
	var err error
	switch s.name {
	case "size", "isEmpty", "getKey", "getValue", "add", "set":
	case "get", "put", "containsKey", "getOrDefault":
		err = r.reads(args[0])
	case "contains", "indexOf", "lastIndexOf", "remove", "containsValue":
		err = r.reads(v)
		if _, isText := args[0].(string); !isText && err == nil {
			for range elements(v) {
				if err = r.reads(args[0]); err != nil {
					break
				}
			}
		}
	default:
		if err = r.reads(v); err == nil {
			err = r.reads(args...)
		}
	}
	if err != nil {
		return nil, err
	}
	m := methods[s.name]
	call := m.call
	if m.match != nil {
		call = ofString(func(text string, args []Value) (Value, error) { return r.matched(m, text, args) })
	}
	out, err := call(v, args)
	if err != nil {
		return nil, fmt.Errorf("%s(): %w", s.name, err)
	}
	if text, ok := out.(string); ok {
		err = r.made(len(text))
	}
	return out, err
}

func elements(v Value) int {
	switch v := v.(type) {
	case *List:
		return len(v.Items)
	case *Map:
		return len(v.keys)
	}
	return 1
}
