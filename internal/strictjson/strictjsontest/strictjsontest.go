// Package strictjsontest is a second implementation of strictjson's rules, for tests that compare the two. It is slow,
// uses encoding/json, and does not report the position of an error.
package strictjsontest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/big"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// BrokenRule returns the joined errors of strictjson's rules that a text breaks, or nil. It also returns the error of
// encoding/json if that rejects the text.
func BrokenRule(text string) error {
	var broken []error
	if !utf8.ValidString(text) || loneSurrogate(text) {
		broken = append(broken, strictjson.ErrUTF8)
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	type level struct {
		names  map[string]bool // nil in an array
		isName bool
	}
	var stack []level
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return errors.Join(append(broken, err)...)
		}
		top := len(stack) - 1
		if name, ok := token.(string); ok && top >= 0 && stack[top].isName {
			// encoding/json replaces invalid bytes with U+FFFD, so different names may become equal. broken has ErrUTF8
			// then.
			if stack[top].names[name] {
				broken = append(broken, strictjson.ErrDuplicate)
			}
			stack[top].names[name] = true
			stack[top].isName = false
			continue
		}
		if top >= 0 && stack[top].names != nil && token != json.Delim('}') {
			stack[top].isName = true // the token after this value is a name or the end of the object
		}
		switch token := token.(type) {
		case json.Number:
			if x, err := token.Float64(); err != nil || math.IsInf(x, 0) {
				broken = append(broken, strictjson.ErrNumber)
			}
		case json.Delim:
			switch token {
			case '{':
				stack = append(stack, level{names: map[string]bool{}, isName: true})
			case '[':
				stack = append(stack, level{})
			default:
				stack = stack[:top]
			}
			if len(stack) > strictjson.DefaultMaxDepth {
				broken = append(broken, strictjson.ErrDepth)
			}
		}
	}
	return errors.Join(broken...)
}

// loneSurrogate reports whether a valid JSON text escapes half of a surrogate pair.
func loneSurrogate(text string) bool {
	b := []byte(text)
	for i := 0; i+1 < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		if b[i+1] != 'u' {
			i++
			continue
		}
		var unit [2]int
		for half := range unit {
			unit[half] = -1
			if at := i + 6*half; at+6 <= len(b) && bytes.HasPrefix(b[at:], []byte(`\u`)) {
				if x, ok := new(big.Int).SetString(string(b[at+2:at+6]), 16); ok {
					unit[half] = int(x.Int64())
				}
			}
		}
		switch {
		case unit[0]>>11 != 0xD800>>11:
			i += 5
		case unit[0]>>10 == 0xD800>>10 && unit[1]>>10 == 0xDC00>>10:
			i += 11
		default:
			return true
		}
	}
	return false
}
