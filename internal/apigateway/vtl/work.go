package vtl

import (
	"errors"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

// How much an operation may read in one step: a number of bytes of text, where a value in a list or a map counts for
// more than its text, since comparing it takes longer. For a regular expression it is a number of characters times
// instructions, so that a step takes some microseconds.
const (
	bytesAStep    = 512
	valueBytes    = 64
	searchesAStep = 128
)

// callMatch calls a method with a regular expression, and counts the work of the search.
func (r *rendering) callMatch(m method, s string, args []Value) (Value, error) {
	work := &regexes.Work{Left: (maxSteps - r.steps) * searchesAStep}
	out, err := m.match(s, args, work)
	if errors.Is(err, regexes.ErrWork) {
		r.steps = maxSteps
		return nil, fmt.Errorf("it takes more than %d steps", maxSteps)
	}
	r.steps = maxSteps - max(work.Left, 0)/searchesAStep
	return out, err
}

// countReads counts the values that an operation reads, with everything that they contain.
func (r *rendering) countReads(values ...Value) error {
	left := (maxSteps - r.steps) * bytesAStep
	for _, v := range values {
		weigh(v, 0, &left)
	}
	return r.leaves(left)
}

// countValues counts an operation on n values of a list or a map.
func (r *rendering) countValues(n int) error {
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

// weigh subtracts the size of a value from left, and stops at zero, since a value may contain itself.
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
			weigh(v.entries[key], depth+1, left)
		}
	}
}

// call calls a method and counts what it reads: for most methods the value and its arguments, with an argument counted
// for each element that it is compared with.
func (r *rendering) call(s step, v Value, args []Value) (Value, error) {
	var err error
	switch s.name {
	case "size", "isEmpty", "getKey", "getValue", "add", "set":
	case "get", "put", "containsKey", "getOrDefault":
		err = r.countReads(args[0])
	case "contains", "indexOf", "lastIndexOf", "remove", "containsValue":
		err = r.countReads(v)
		if _, isText := args[0].(string); !isText && err == nil {
			for range elements(v) {
				if err = r.countReads(args[0]); err != nil {
					break
				}
			}
		}
	default:
		if err = r.countReads(v); err == nil {
			err = r.countReads(args...)
		}
	}
	if err != nil {
		return nil, err
	}
	m := methods[s.name]
	call := m.call
	if m.match != nil {
		call = ofString(func(text string, args []Value) (Value, error) { return r.callMatch(m, text, args) })
	}
	out, err := call(v, args)
	if err != nil {
		return nil, fmt.Errorf("%s(): %w", s.name, err)
	}
	if text, ok := out.(string); ok {
		err = r.countBytes(len(text))
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
