package validation

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// draft4Integers is the type integer of draft 4, "A JSON number without a fraction or exponent part", so 1.0 is not an
// integer. Later drafts, and the schema package, look at the value instead.
// Source: section 3.5 of https://datatracker.ietf.org/doc/html/draft-zyp-json-schema-04, which the documentation of API
// Gateway leads to.
var draft4Integers = &jsonschema.Vocabulary{
	URL: "urn:gatehouse:integers",
	Compile: func(_ *jsonschema.CompilerContext, schema map[string]any) (jsonschema.SchemaExt, error) {
		types, ok := schema["type"].([]any)
		if !ok {
			types = []any{schema["type"]}
		}
		if !slices.Contains(types, any("integer")) || slices.Contains(types, any("number")) {
			return nil, nil
		}
		return integer{}, nil
	},
}

type integer struct{}

func (integer) Validate(ctx *jsonschema.ValidatorContext, v any) {
	if n, ok := v.(json.Number); ok && strings.ContainsAny(n.String(), ".eE") {
		ctx.AddError(&kind.Type{Got: "number with a fraction or an exponent", Want: []string{"integer"}})
	}
}
