package bodyschema

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// compilers are the drafts in another implementation.
var compilers = map[int]*jsonschema.Draft{4: jsonschema.Draft4, 6: jsonschema.Draft6, 7: jsonschema.Draft7,
	2019: jsonschema.Draft2019, 2020: jsonschema.Draft2020}

// nothingElse loads no schema.
type nothingElse struct{}

func (nothingElse) Load(url string) (any, error) { return nil, fmt.Errorf("it refers to %s", url) }

// anyExpression represents any regular expression.
type anyExpression string

func (anyExpression) MatchString(string) bool { return true }
func (e anyExpression) String() string        { return string(e) }

// compile compiles a schema with Go's regular expressions. It returns ours as false if the schema has an expression
// that Go does not support.
func compile(schema any, d *jsonschema.Draft) (compiled *jsonschema.Schema, ours bool, err error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(d)
	c.UseLoader(nothingElse{})
	ours = true
	c.UseRegexpEngine(func(text string) (jsonschema.Regexp, error) {
		r, err := regexp.Compile(text)
		if err != nil {
			ours = false
			return anyExpression(text), nil
		}
		return r, nil
	})
	if err := c.AddResource("urn:schema", schema); err != nil {
		return nil, ours, err
	}
	compiled, err = c.Compile("urn:schema")
	return compiled, ours, err
}

// validator compiles a schema. It returns nil if the schema has an expression that Go does not support.
func validator(t *testing.T, schema any, d *jsonschema.Draft) *jsonschema.Schema {
	t.Helper()
	s, ours, err := compile(schema, d)
	if err != nil {
		t.Fatalf("%v: %v", schema, err)
	}
	if !ours {
		return nil
	}
	return s
}

// agree reports a document that only one of a schema and its model accepts.
func agree(t *testing.T, schema any, m *Model, documents ...any) {
	t.Helper()
	d, err := draftOf(schema.(map[string]any))
	if err != nil {
		t.Fatal(err)
	}
	before, after := validator(t, schema, compilers[d.number]), validator(t, m.Schema, jsonschema.Draft4)
	if before == nil || after == nil {
		return
	}
	for _, document := range documents {
		was, is := before.Validate(document), after.Validate(document)
		if (was == nil) != (is == nil) {
			t.Fatalf("the body %s\nby the schema %s: %v\nby the model %s: %v", plainjson.Must(document),
				plainjson.Must(schema), was, m.JSON, is)
		}
	}
}

// maker creates schemas and documents with few names and values, so that they overlap.
type maker struct {
	*rand.Rand
	draft int
	defs  bool
}

var (
	names       = []string{"a", "b", "c"}
	texts       = []string{"", "a", "ab", "b", "abc"}
	expressions = []string{"^a", "b$", "^[ab]+$", "c"}
	types       = []string{"null", "boolean", "integer", "number", "string", "array", "object"}
)

func pick[T any](m *maker, list []T) T { return list[m.IntN(len(list))] }

func (m *maker) document(depth int) any {
	kind := m.IntN(9)
	if depth == 0 {
		kind %= 5
	}
	switch kind {
	case 0:
		return nil
	case 1:
		return m.IntN(2) == 0
	case 2, 3:
		return number(m.IntN(5)-1, m.IntN(3) == 0)
	case 4:
		return pick(m, texts)
	case 5, 6:
		list := []any{}
		for range m.IntN(4) {
			list = append(list, m.document(depth-1))
		}
		return list
	}
	object := map[string]any{}
	for range m.IntN(4) {
		object[pick(m, names)] = m.document(depth - 1)
	}
	return object
}

func number(n int, half bool) any {
	text := fmt.Sprint(n)
	if half {
		text += ".5"
	}
	v, _ := decode([]byte(text))
	return v
}

// schema returns a schema with keywords of the draft.
func (m *maker) schema(depth int) any {
	if m.draft >= 6 && m.IntN(8) == 0 {
		return m.IntN(2) == 0
	}
	s := map[string]any{}
	for range 1 + m.IntN(3) {
		m.add(s, depth)
	}
	if s["$ref"] != nil && m.draft <= 7 {
		return map[string]any{"$ref": s["$ref"]}
	}
	return s
}

func (m *maker) list(depth int) []any {
	list := []any{m.schema(depth - 1)}
	for range m.IntN(2) {
		list = append(list, m.schema(depth-1))
	}
	return list
}

func (m *maker) members(depth int, names []string) map[string]any {
	out := map[string]any{}
	for range 1 + m.IntN(2) {
		out[pick(m, names)] = m.schema(depth - 1)
	}
	return out
}

func (m *maker) add(s map[string]any, depth int) {
	n := number(m.IntN(4), false)
	simple := []func(){
		func() { s["type"] = pick(m, types) },
		func() { s["type"] = []any{"null", pick(m, types[1:])} },
		func() { s["enum"] = []any{pick(m, texts), number(1, false), nil, true} },
		func() { s["minimum"] = n },
		func() { s["maximum"] = n },
		func() { s["multipleOf"] = number(1+m.IntN(2), m.IntN(2) == 0) },
		func() { s["minLength"], s["maxItems"] = n, n },
		func() { s["maxLength"], s["minItems"] = n, n },
		func() { s["pattern"] = pick(m, expressions) },
		func() { s["uniqueItems"] = true },
		func() { s["required"] = []any{pick(m, names)} },
		func() { s["minProperties"] = n },
		func() { s["maxProperties"] = n },
	}
	if m.draft == 4 {
		simple = append(simple, func() { s["minimum"], s["exclusiveMinimum"] = n, m.IntN(2) == 0 },
			func() { s["maximum"], s["exclusiveMaximum"] = n, m.IntN(2) == 0 })
	} else {
		simple = append(simple, func() { s["exclusiveMinimum"] = n }, func() { s["exclusiveMaximum"] = n },
			func() { s["const"] = pick(m, []any{nil, "a", true, n}) },
			func() { s["propertyNames"] = map[string]any{"pattern": pick(m, expressions)} },
			func() { s["propertyNames"] = map[string]any{"enum": []any{"a", "c"}} })
	}
	if depth == 0 || m.IntN(3) == 0 {
		pick(m, simple)()
		return
	}
	nested := []func(){
		func() { s["not"] = m.schema(depth - 1) },
		func() { s["allOf"] = m.list(depth) },
		func() { s["anyOf"] = m.list(depth) },
		func() { s["oneOf"] = m.list(depth) },
		func() { s["properties"] = m.members(depth, names) },
		func() { s["patternProperties"] = m.members(depth, expressions) },
		func() { s["additionalProperties"] = m.IntN(2) == 0 },
		func() { s["additionalProperties"] = m.schema(depth - 1) },
		func() { s["items"] = m.schema(depth - 1) },
	}
	if m.draft < 2020 {
		nested = append(nested, func() { s["items"], s["additionalItems"] = m.list(depth), m.schema(depth-1) })
	} else {
		nested = append(nested, func() { s["prefixItems"] = m.list(depth) })
	}
	if m.draft >= 6 {
		nested = append(nested, func() { s["contains"] = m.schema(depth - 1) })
	}
	if m.draft >= 7 {
		nested = append(
			nested,
			func() { s["if"], s["then"], s["else"] = m.schema(depth-1), m.schema(depth-1), m.schema(depth-1) },
			func() { s["if"], s["then"] = m.schema(depth-1), m.schema(depth-1) },
		)
	}
	if m.draft <= 7 {
		nested = append(nested, func() {
			s["dependencies"] = map[string]any{"a": m.schema(depth - 1), "b": []any{"c"}}
		})
	} else {
		nested = append(nested, func() { s["dependentRequired"] = map[string]any{"b": []any{"c"}} },
			func() { s["dependentSchemas"] = m.members(depth, names) },
			func() { s["contains"], s["minContains"] = m.schema(depth-1), number(m.IntN(2), false) })
	}
	if m.defs {
		nested = append(nested, func() { s["$ref"] = "#/definitions/d" }, func() { s["$ref"] = "#" })
	}
	pick(m, nested)()
}

// addressOf returns a value of $schema.
func addressOf(d *draft) string {
	for address, number := range addresses {
		if number == d.number {
			return "https://" + address
		}
	}
	panic(d.name)
}

// root draws a schema of a draft, if it draws an object.
func (m *maker) root(d *draft, defs bool) (map[string]any, bool) {
	m.defs = defs
	root, ok := m.schema(3).(map[string]any)
	if !ok {
		return nil, false
	}
	root["$schema"] = addressOf(d)
	if m.defs {
		root["definitions"] = map[string]any{"d": m.schema(2)}
	}
	return root, true
}

// TestModelsAcceptWhatTheirSchemasDo compares schemas and models by another implementation, which supports all drafts.
// The schemas and bodies are random, and the same in each run.
func TestModelsAcceptWhatTheirSchemasDo(t *testing.T) {
	for _, d := range drafts {
		t.Run(d.name, func(t *testing.T) {
			m := &maker{Rand: rand.New(rand.NewPCG(1, uint64(d.number))), draft: d.number}
			converted := 0
			for i := range 120 {
				root, ok := m.root(d, i%3 == 0)
				if !ok {
					continue
				}
				made, err := Convert(root)
				if err != nil { // a circle
					if !strings.Contains(err.Error(), "it refers to itself") && !strings.Contains(err.Error(), "empty") {
						t.Fatalf("%v: %v", root, err)
					}
					continue
				}
				converted++
				documents := make([]any, 12)
				for i := range documents {
					documents[i] = m.document(3)
				}
				agree(t, root, made, documents...)
			}
			if converted < 60 {
				t.Errorf("%d schemas were compared", converted)
			}
		})
	}
}

// FuzzConvert searches for a schema whose model accepts other bodies, or is not valid in draft 4.
func FuzzConvert(f *testing.F) {
	for _, schema := range []string{
		`{"type":"object","properties":{"a":{"exclusiveMinimum":1}},"required":["a"]}`,
		`{"$ref":"#/$defs/n","$defs":{"n":{"items":{"$ref":"#"},"contains":{"const":null}}}}`,
		`{"$schema":"http://json-schema.org/draft-04/schema#","minimum":1,"exclusiveMinimum":true}`,
		`{"if":{"required":["a"]},"then":false,"propertyNames":{"pattern":"^(?=a)"}}`,
		`{"$schema":"http://json-schema.org/draft-07/schema#","items":[true,false],"dependencies":{"a":["b"]}}`,
	} {
		for _, body := range []string{`{"a":1}`, `[1,null]`, `"a"`} {
			f.Add(schema, body)
		}
	}
	f.Fuzz(func(t *testing.T, text, body string) {
		schema, err := Parse([]byte(text))
		if err != nil {
			return
		}
		document, err := Parse([]byte(body))
		if err != nil || len(text) > 1<<12 || len(body) > 1<<12 {
			return
		}
		m, err := Convert(schema)
		if err != nil {
			return
		}
		again, err := Convert(schema)
		if err != nil || string(again.JSON) != string(m.JSON) {
			t.Fatalf("a second time: %v %s, not %s", err, again.JSON, m.JSON)
		}
		if _, err := Convert(m.Schema); err != nil {
			t.Fatalf("the model %s is not a schema: %v", m.JSON, err)
		}
		if len(m.Unchecked) == 0 && !strings.Contains(text, "format") { // which the validator checks by earlier drafts
			agree(t, schema, m, document)
		}
	})
}
