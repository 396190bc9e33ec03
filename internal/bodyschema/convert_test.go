package bodyschema

import (
	"strings"
	"testing"
)

// model converts the text of a schema, and returns the model without its $schema.
func model(t *testing.T, text string) (*Model, string) {
	t.Helper()
	schema, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	m, err := Convert(schema)
	if err != nil {
		t.Fatal(err)
	}
	out := strings.Replace(string(m.JSON), `"$schema":"http://json-schema.org/draft-04/schema#"`, "", 1)
	return m, strings.ReplaceAll(strings.ReplaceAll(out, "{,", "{"), ",}", "}")
}

func TestConvert(t *testing.T) {
	const d4, d7, d19 = `"$schema":"http://json-schema.org/draft-04/schema#",`,
		`"$schema":"http://json-schema.org/draft-07/schema#",`,
		`"$schema":"https://json-schema.org/draft/2019-09/schema",`
	for _, c := range []struct{ name, schema, want string }{
		{
			"what draft 4 has stays",
			`{"type":"object","properties":{"a":{"type":"integer","minimum":1}},"required":["a"],"additionalProperties":false}`,
			`{"additionalProperties":false,"properties":{"a":{"minimum":1,"type":"integer"}},"required":["a"],"type":"object"}`,
		},
		{"annotations are dropped, titles stay", `{"title":"T","default":1,"examples":[1],"x-order":1}`, `{"title":"T"}`},
		{"the end of a comment, which would end one in an SDK", `{"description":"a */ b"}`, `{"description":"a * / b"}`},
		{"const is an enum of one", `{"const":"a"}`, `{"enum":["a"]}`},
		{
			"null is a type, as jsii has no null",
			`{"enum":[null,"a"]}`,
			`{"allOf":[{"anyOf":[{"type":"null"},{"enum":["a"]}]}]}`,
		},
		{"const null", `{"const":null}`, `{"allOf":[{"type":"null"}]}`},
		{"an enum has each value once", `{"enum":[1,1.0,"1"]}`, `{"enum":[1,"1"]}`},
		{"a bound out of its range", `{"exclusiveMinimum":0}`, `{"minimum":0,"not":{"enum":[0]}}`},
		{
			"with the bound",
			`{"minimum":1,"exclusiveMinimum":0,"exclusiveMaximum":9}`,
			`{"allOf":[{"minimum":0}],"maximum":9,"minimum":1,"not":{"enum":[9,0]}}`,
		},
		{"as draft 4 writes it", `{` + d4 + `"minimum":0,"exclusiveMinimum":true}`, `{"minimum":0,"not":{"enum":[0]}}`},
		{"with its own not", `{"exclusiveMaximum":0,"not":{"type":"null"}}`,
			`{"allOf":[{"not":{"enum":[0]}}],"maximum":0,"not":{"type":"null"}}`},
		{"booleans", `{"properties":{"a":true,"b":false}}`,
			`{"properties":{"a":{"description":"any value"},"b":{"not":{"description":"any value"}}}}`},
		{"a tuple", `{"prefixItems":[{"type":"null"}],"items":false}`, `{"additionalItems":false,"items":[{"type":"null"}]}`},
		{"a tuple of draft 7", `{` + d7 + `"items":[{"type":"null"}],"additionalItems":{"const":1}}`,
			`{"additionalItems":{"enum":[1]},"items":[{"type":"null"}]}`},
		{"contains", `{"contains":{"const":1}}`, `{"allOf":[{"not":{"items":{"not":{"enum":[1]}},"type":"array"}}]}`},
		{"contains none at least", `{"contains":{"const":1},"minContains":0,"title":"T"}`, `{"title":"T"}`},
		{"a condition", `{"if":{"type":"null"},"then":{"const":1},"else":{"const":2}}`,
			`{"allOf":[{"anyOf":[{"type":"null"},{"enum":[2]}]},{"anyOf":[{"not":{"type":"null"}},{"enum":[1]}]}]}`},
		{"a condition without then and else", `{"if":{"type":"null"},"title":"T"}`, `{"title":"T"}`},
		{"dependencies", `{"dependentRequired":{"a":["b"],"c":[]},"dependentSchemas":{"a":{"required":["d"]}}}`,
			`{"allOf":[{"dependencies":{"a":{"required":["d"]}}}],"dependencies":{"a":["b"]}}`},
		{"names by a pattern", `{"propertyNames":{"pattern":"^a"}}`,
			`{"allOf":[{"additionalProperties":false,"patternProperties":{"^a":{"description":"any value"}}}]}`},
		{"names by a list", `{"propertyNames":{"enum":["a"]}}`,
			`{"allOf":[{"additionalProperties":false,"properties":{"a":{"description":"any value"}}}]}`},
		{"any name", `{"propertyNames":{"type":"string"},"title":"T"}`, `{"title":"T"}`},
		{"a reference", `{"$defs":{"n":{"const":1},"unused":{"$anchor":"a"}},"items":{"$ref":"#/$defs/n"}}`,
			`{"definitions":{"n":{"enum":[1]}},"items":{"$ref":"#/definitions/n"}}`},
		{"two places of one name",
			`{"$defs":{"n":{"$ref":"#/definitions/n"}},"definitions":{"n":{}},"items":{"$ref":"#/$defs/n"}}`,
			`{"definitions":{"n":{"$ref":"#/definitions/n2"},"n2":{"description":"any value"}},` +
				`"items":{"$ref":"#/definitions/n"}}`},
		{"a reference as a whole", `{"$ref":"#/$defs/o","$defs":{"o":{"properties":{"next":{"$ref":"#/$defs/o"}}}}}`,
			`{"definitions":{"o":{"properties":{"next":{"$ref":"#/definitions/o"}}}},` +
				`"properties":{"next":{"$ref":"#/definitions/o"}}}`},
		{"a property that is called id", `{"properties":{"$id":{"const":1}},"items":{"$ref":"#/properties/$id"}}`,
			`{"definitions":{"id":{"enum":[1]}},"items":{"$ref":"#/definitions/id"},"properties":{"$id":{"enum":[1]}}}`},
		{"to itself", `{"$id":"https://example.com/s","properties":{"next":{"$ref":"https://example.com/s#"}}}`,
			`{"properties":{"next":{"$ref":"#"}}}`},
		{"keywords besides a reference", `{` + d19 + `"$defs":{"n":{"minimum":1}},"$ref":"#/$defs/n","maximum":2}`,
			`{"allOf":[{"$ref":"#/definitions/n"}],"definitions":{"n":{"minimum":1}},"maximum":2}`},
		{"a pattern with a lookahead", `{"pattern":"^(?!a)[\\w+.-]+$"}`, `{"pattern":"^(?!a)[\\w+.-]+$"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, got := model(t, c.schema); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestUncheckedKeywordsAreListed(t *testing.T) {
	m, got := model(t, `{"properties":{"a/b":{"format":"email"},"c":{"contentEncoding":"base64"}}}`)
	if list := strings.Join(m.Unchecked, " "); list != "/properties/a~1b/format /properties/c/contentEncoding" {
		t.Errorf("got %s", list)
	}
	if strings.Contains(got, "format") || strings.Contains(got, "base64") {
		t.Errorf("they are in the model: %s", got)
	}
}

func TestRefusals(t *testing.T) {
	const d4 = `"$schema":"http://json-schema.org/draft-04/schema#",`
	const d7 = `"$schema":"http://json-schema.org/draft-07/schema#",`
	for _, c := range []struct{ name, schema, want string }{
		{"not an object", `[1]`, "at its top: want an object, got a list"},
		{"an unknown draft", `{"$schema":"http://json-schema.org/draft-03/schema#"}`,
			"at /$schema: http://json-schema.org/draft-03/schema# is not known: want the address of draft 4, 6, 7, " +
				"2019-09 or 2020-12"},
		{"a draft at another address", `{"$schema":"ftp://json-schema.org/draft-04/schema#"}`,
			"at /$schema: ftp://json-schema.org/draft-04/schema# is not known: want the address of draft 4"},
		{"not a type", `{"type":"text"}`,
			`at /type: want a type, which is one of "array", "boolean", "integer", "null", "number", "object", "string", got ` +
				`"text", which draft 2020-12 does not take here: mend it, or name the draft that takes it in $schema`},
		{"a type twice", `{"type":["null","null"]}`, "at /type: want a list of at least one type, each once"},
		{"a bound of another draft", `{"minimum":1,"exclusiveMinimum":true}`,
			"at /exclusiveMinimum: want a number, got true, which draft 2020-12 does not take here"},
		{"a bound without its other half", `{` + d4 + `"exclusiveMinimum":true}`,
			`at /exclusiveMinimum: in draft 4 it excludes the bound "minimum", which is not set: set it too`},
		{"half a length", `{"properties":{"a/b":{"minLength":0.5}}}`,
			"at /properties/a~1b/minLength: want a whole number of at least 0, got 0.5"},
		{"a schema that nothing refers to", `{"$defs":{"a":{"maxItems":-1}}}`, "at /$defs/a/maxItems: want a whole number"},
		{"a target that is not a schema", `{"$ref":"#/examples/0","examples":[{"required":"a"}]}`,
			`at /examples/0/required: want a list of names, got "a"`},
		{"a target inside of a schema with an identifier",
			`{"items":{"$ref":"#/$defs/a/items"},"$defs":{"a":{"$id":"https://a.example/","items":{"$ref":"#/$defs/b"},` +
				`"$defs":{"b":{"type":"string"}}},"b":{"type":"null"}}}`,
			"at /$defs/a/$id: a $ref refers to a place inside of this schema"},
		{"the same in draft 4",
			`{` + d4 + `"items":{"$ref":"#/definitions/a/items"},"definitions":{"a":{"id":"https://a.example/","items":{}}}}`,
			"at /definitions/a/id: a $ref refers to a place inside of this schema"},
		{"a keyword of no draft", `{"properties":{"a":{"minLenght":1}}}`,
			`at /properties/a/minLenght: draft 2020-12 has no keyword "minLenght", so nothing would check it: take it out`},
		{"a keyword of a later draft", `{` + d7 + `"dependentRequired":{}}`, `draft 7 has no keyword "dependentRequired"`},
		{"one of an earlier draft", `{"dependencies":{}}`, "dependentRequired and dependentSchemas in its place"},
		{"OpenAPI's null", `{"type":"string","nullable":true}`, `cannot have "nullable": write "type": ["string", "null"]`},
		{"unevaluatedProperties", `{"unevaluatedProperties":false}`,
			`at /unevaluatedProperties: a model of API Gateway, which is of draft 4, cannot have "unevaluatedProperties": ` +
				`write "additionalProperties"`},
		{
			"a number of items that fit",
			`{"contains":{},"minContains":2}`,
			`cannot have "minContains": leave it to the function`,
		},
		{"at most so many", `{"contains":{},"maxContains":2}`, `cannot have "maxContains"`},
		{"names by length", `{"propertyNames":{"maxLength":3}}`, `cannot have "propertyNames" with "maxLength"`},
		{"another file", `{"$ref":"address.json"}`, "it refers to "},
		{"another site", `{"$ref":"https://example.com/address.json"}`,
			`at /$ref: it refers to "https://example.com/address.json", and a model is one document: copy what it ` +
				`needs into $defs`},
		{"an anchor", `{"$defs":{"n":{"$anchor":"here"}},"$ref":"#here"}`,
			`at /$ref: it refers to "#here", and a model is one document: copy what it needs into $defs`},
		{"no target", `{"$ref":"#/$defs/none"}`, "at /$defs/none: a $ref refers to it, and nothing is there"},
		{"an index with a zero", `{"$ref":"#/allOf/00","allOf":[{}]}`,
			"at /allOf/00: a $ref refers to it, and nothing is there"},
		{"what draft 7 ignores", `{` + d7 +
			`"properties":{"a":{"$ref":"#/definitions/n","minimum":1}},"definitions":{"n":{}}}`,
			"at /properties/a/minimum: draft 7 ignores what stands beside $ref: put both into allOf"},
		{"a circle", `{"$ref":"#/$defs/a","$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}}}`,
			"it refers to itself without going into a property or an item: take the reference out"},
		{"an id inside", `{"properties":{"a":{"$id":"https://example.com/a"}}}`, `at /properties/a/$id: a model`},
		{
			"a token",
			`{"const":"${Token[TOKEN.12]}"}`,
			"at /const: it is a CDK token, which cannot be a part of a schema: write it out",
		},
		{"a number that CDK would change", `{"maximum":9007199254740993}`,
			"at /maximum: the number 9007199254740993 does not fit a template, whose numbers are float64: write one with " +
				"fewer digits"},
		{"a number of any size", `{"default":1e99999999999}`, "does not fit a template"},
		{"a function of CloudFormation", `{"properties":{"Ref":{"type":"string"}}}`,
			`at /properties: a member is called "Ref", which CloudFormation takes for a function of its own`},
		{"null inside a value", `{"const":{"a":null}}`, "holds null or something empty, which templates of CDK do not keep"},
		{
			"an expression of Go",
			`{"pattern":"(?i)a"}`,
			`at /pattern: the expression "(?i)a" has "(?i", which the regular expressions`,
		},
		{"of Perl", `{"patternProperties":{"\\Aa":{}}}`, `has "\\A"`},
		{"of POSIX", `{"pattern":"[[:alpha:]]"}`, `has "[:"`},
		{"of later editions", `{"pattern":"\\p{L}"}`, `has "\\p"`},
		{"no expression", `{"pattern":"(a"}`, `the expression "(a" is not a regular expression: missing closing )`},
		{"possessive", `{"pattern":"a++"}`, `has "++"`},
		{"an empty class", `{"pattern":"[]a]"}`, `has "[]"`},
		{"all that is wrong", `{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1}`, "and 2 more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			schema, err := decode([]byte(c.schema))
			if err != nil {
				t.Fatal(err)
			}
			if _, err = Convert(schema); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		`{"type":"null","type":"string"}`: "it is not JSON that all parsers read alike",
		`{`:                               "it is not JSON",
		`{} {}`:                           "it is not JSON",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
	if _, err := Normal(map[string]any{"type": make(chan int)}); err == nil {
		t.Error("a channel is a schema")
	}
}

func TestALargeSchema(t *testing.T) {
	names := make([]any, 50_000)
	for i := range names {
		names[i] = strings.Repeat("x", 8) + string(rune('a'+i%26)) + strings.Repeat("y", i%7)
	}
	schema, err := Normal(map[string]any{"title": strings.Repeat("a", 500<<10), "enum": names})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Convert(schema); err == nil || !strings.Contains(err.Error(), "as a model, and API Gateway takes "+
		"409600") {
		t.Errorf("got %v", err)
	}
}
