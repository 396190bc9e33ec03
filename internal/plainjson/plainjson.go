// Package plainjson writes values as encoding/json does, but with <, > and & as they are: nothing that it writes stands
// in a page's script. The members of maps are in the order of their names.
//
//	text := string(plainjson.Must(map[string]string{"where": "a < b"}))
//
// It does not read JSON: package strictjson does.
package plainjson

import (
	"bytes"
	"encoding/json"
)

// Marshal returns a value as JSON on one line, without a newline at its end.
func Marshal(v any) ([]byte, error) {
	text, err := encode(v, "")
	return bytes.TrimSuffix(text, []byte("\n")), err
}

// Must is [Marshal] of what always has a form in JSON, such as texts, numbers and lists of them, or what was decoded
// from JSON. It panics where the value has none.
func Must(v any) []byte {
	text, err := Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// Indent is [Must] for people: with a member or an element on a line, and a newline at the end.
func Indent(v any) []byte {
	text, err := encode(v, "  ")
	if err != nil {
		panic(err)
	}
	return text
}

func encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
