// Package bodyschema converts JSON Schemas into models of API Gateway, which are JSON Schemas of draft 4. It also
// derives the JSON Schema of a Go type.
//
//	model, err := bodyschema.Convert(document)
//
// A model accepts exactly the bodies that the schema accepts. A keyword that draft 4 cannot express is refused, with
// its place and the way out. A keyword that checks nothing in any JSON Schema, such as description, is dropped. A
// keyword that looks like a check but is not one in API Gateway, such as "format", is dropped and listed in
// [Model.Unchecked]. One difference remains: draft 4 does not accept 1.0 as an integer, and later drafts do.
//
// It does not validate bodies, and loads nothing: a schema is a single document.
//
// Sources: https://json-schema.org/draft-04 to https://json-schema.org/draft/2020-12, and for models
// https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
package bodyschema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Model is a schema of draft 4.
type Model struct {
	// Schema contains only maps, lists, strings, booleans and json.Number, and no null.
	Schema map[string]any

	// JSON is the schema as text. The same schema always gives the same text.
	JSON []byte

	// AcceptsEmpty reports whether a request without a body passes. Its body counts as {}.
	AcceptsEmpty bool

	// Unchecked has the places of keywords that API Gateway does not check, as JSON pointers.
	Unchecked []string
}

// Error reports a keyword that a model cannot have.
type Error struct {
	Place   string // a JSON pointer; "" for the whole schema
	Problem string // includes the way out
}

func (e *Error) Error() string {
	if e.Place == "" {
		return "at its top: " + e.Problem
	}
	return fmt.Sprintf("at %s: %s", e.Place, e.Problem)
}

// Parse parses the text of a schema. It refuses what JSON parsers read differently, such as a name that occurs twice.
func Parse(text []byte) (any, error) {
	d := strictjson.Document{MaxDepth: maxDepth}
	if _, err := d.Parse(string(text)); err != nil {
		return nil, fmt.Errorf("it is not JSON that all parsers read alike: %w", err)
	}
	return decode(text)
}

const maxDepth = 200

// Normal converts a Go value, such as a map[string]any with lists of strings, into the values that parsing JSON gives.
func Normal(value any) (any, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("it cannot be written as JSON: %w", err)
	}
	return decode(text)
}

func decode(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, fmt.Errorf("it is not JSON: %w", err)
	}
	return value, nil
}

// Convert converts a schema from [Parse] or [Normal] into a model.
func Convert(schema any) (*Model, error) {
	root, ok := schema.(map[string]any)
	if !ok {
		return nil, &Error{"", fmt.Sprintf("want an object, got %s", kindOf(schema))}
	}
	draft, err := draftOf(root)
	if err != nil {
		return nil, err
	}
	c := &converter{draft: draft, root: root, names: map[string]string{}, definitions: map[string]any{}}
	c.refuseTokens(root, "")
	if err := c.err(); err != nil {
		return nil, err
	}
	if c.errs = draft.check(root, ""); len(c.errs) > 0 {
		return nil, c.err()
	}
	converted := c.top()
	if err := c.err(); err != nil {
		return nil, err
	}
	text, err := plainjson.Marshal(converted)
	if err != nil {
		return nil, err
	}
	if len(text) > maxSize {
		return nil, fmt.Errorf("it has %d bytes as a model, and API Gateway takes %d: leave parts of it to the function",
			len(text), maxSize)
	}
	if err := errors.Join(draft4.check(converted, "")...); err != nil {
		return nil, fmt.Errorf("its model would not be a JSON Schema of draft 4: %w", err)
	}
	slices.Sort(c.unchecked)
	return &Model{
		Schema:       converted,
		JSON:         text,
		AcceptsEmpty: acceptsEmpty(converted),
		Unchecked:    slices.Compact(c.unchecked),
	}, nil
}

// maxSize is the maximum size of a model in bytes. It is below the 1 MB that a CloudFormation template may have.
// Source: "Size of model" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const maxSize = 400 << 10

func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a text"
	case json.Number:
		return "a number"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return fmt.Sprintf("a %T", value)
}
