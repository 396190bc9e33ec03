package validation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

var printer = message.NewPrinter(language.English)

// anyType is the content type of a model for all bodies without a model of their own: "To use the same model regardless
// of the content type, set the content type for your data model to $default."
const anyType = "$default"

// model is the schema for bodies of one content type.
type model struct {
	contentType, name string
	schema            *jsonschema.Schema
}

// compile compiles a method's models.
func compile(api *apimodel.API, m *apimodel.Method) (list []model, err error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft4)
	c.UseLoader(siblingModels{api})
	c.RegisterVocabulary(draft4Integers)
	c.UseRegexpEngine(func(text string) (jsonschema.Regexp, error) { return regexes.ECMA(text) })
	for _, contentType := range slices.Sorted(maps.Keys(m.RequestSchemas)) {
		s := m.RequestSchemas[contentType]
		compiled, err := c.Compile(addressOf(api, s.Name))
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %s", ErrModel, nameOf(s), whyUnusable(err))
		}
		if contentType != anyType {
			contentType = exchange.MediaType(contentType)
		}
		list = append(list, model{contentType, nameOf(s), compiled})
	}
	return list, nil
}

// nameOf returns how a model is called in the app. API Gateway's own models have only a name.
func nameOf(s *apimodel.Schema) string {
	if s.LogicalID == "" {
		return s.Name
	}
	return s.ID.String()
}

// modelFor returns the model for bodies of a content type; nil without one: "If no matching content type is found,
// request validation is not performed."
func (v *Validator) modelFor(media string) *model {
	var any *model
	for i := range v.models {
		switch m := &v.models[i]; m.contentType {
		case media:
			return m
		case anyType:
			any = m
		}
	}
	return any
}

// check says what is wrong with a body; "" if it is valid. A missing body counts as an empty object:
// https://github.com/localstack/localstack/pull/7916.
func (m *model) check(body []byte) string {
	if len(body) == 0 {
		body = []byte("{}")
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return "it is not JSON: " + oneLine(err)
	}
	if n := findHugeNumber(value); n != "" {
		return "the number " + shorten(n) + " is out of range"
	}
	if err = m.schema.Validate(value); err == nil {
		return ""
	}
	return describeErrors(err)
}

// describeErrors lists what is wrong in a document or with a schema, and where.
func describeErrors(err error) string {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return oneLine(err)
	}
	var wrong []string
	all := leaves(invalid)
	for _, leaf := range all[:min(len(all), maxFaults)] {
		where := "/" + strings.Join(leaf.InstanceLocation, "/")
		wrong = append(wrong, shorten(fmt.Sprintf("at '%s': %s", where, leaf.ErrorKind.LocalizedString(printer))))
	}
	if more := len(all) - len(wrong); more > 0 {
		wrong = append(wrong, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(wrong, "; ")
}

// leaves returns the errors that are not caused by other errors.
func leaves(e *jsonschema.ValidationError) (list []*jsonschema.ValidationError) {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	for _, cause := range e.Causes {
		list = append(list, leaves(cause)...)
	}
	return list
}

// findHugeNumber returns a number that would take more time or memory to compute with than a body is worth; "" without
// one.
func findHugeNumber(value any) string {
	switch value := value.(type) {
	case json.Number:
		_, exponent, found := strings.Cut(strings.ToLower(value.String()), "e")
		if n, err := strconv.Atoi(exponent); len(value) > maxNumber || found &&
			(err != nil || n > maxExponent || n < -maxExponent) {
			return value.String()
		}
	case []any:
		for _, v := range value {
			if n := findHugeNumber(v); n != "" {
				return n
			}
		}
	case map[string]any:
		for _, v := range value {
			if n := findHugeNumber(v); n != "" {
				return n
			}
		}
	}
	return ""
}

// maxExponent is more than a float64 has. maxNumber is how long a number may be that Jackson reads, the JSON parser of
// Java, if it is not told otherwise (StreamReadConstraints): one of some megabytes takes minutes to convert.
const (
	// maxExponent is larger than any exponent of a float64. maxNumber is the longest number that Jackson, the JSON parser
	// of Java, reads by default (StreamReadConstraints). A number of some megabytes takes minutes to convert.
	maxExponent = 400
	maxNumber   = 1000
)

// A description of a body's faults is one line of the log and stays with the request, so it is limited.
const (
	maxFaults = 10
	maxFault  = 500 // in bytes
)

// shorten shortens a text that is too long.
func shorten(text string) string {
	if len(text) <= maxFault {
		return text
	}
	return strings.ToValidUTF8(text[:maxFault], "") + "..."
}

// prefix begins the address of a model: "To reference another model, use
// https://apigateway.amazonaws.com/restapis/{restapi_id}/models/{model_name}".
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
const prefix = "https://apigateway.amazonaws.com/restapis/"

func addressOf(api *apimodel.API, name string) string {
	return prefix + api.APIID + "/models/" + name
}

// whyUnusable says why a model cannot be used, without the addresses that only the compiler needs.
func whyUnusable(err error) string {
	if text := unsupported(err); text != "" {
		return text
	}
	var schema *jsonschema.SchemaValidationError
	var load *jsonschema.LoadURLError
	var regex *jsonschema.InvalidRegexError
	switch {
	case errors.As(err, &regex):
		return fmt.Sprintf("the expression %q: %v", regex.Regex, regex.Err)
	case errors.As(err, &schema):
		return "it is not a JSON Schema: " + describeErrors(schema.Err)
	case errors.As(err, &load):
		return oneLine(load.Err)
	default:
		return oneLine(err)
	}
}

// unsupported describes an expression that is not supported here, which the schema package reports as an invalid
// schema.
func unsupported(err error) string {
	var schema *jsonschema.SchemaValidationError
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &schema) || !errors.As(schema.Err, &invalid) {
		return ""
	}
	for _, leaf := range leaves(invalid) {
		if f, ok := leaf.ErrorKind.(*kind.Format); ok && errors.Is(f.Err, regexes.ErrUnsupported) {
			return fmt.Sprintf("the expression %q: %v", f.Got, f.Err)
		}
	}
	return ""
}

// siblingModels loads the other models of an API. A model can refer to nothing else.
type siblingModels struct{ api *apimodel.API }

func (s siblingModels) Load(url string) (any, error) {
	for _, schema := range s.api.Schemas {
		if url != addressOf(s.api, schema.Name) {
			continue
		}
		if schema.JSON == nil {
			return map[string]any{}, nil // a model without a schema accepts everything
		}
		return jsonschema.UnmarshalJSON(bytes.NewReader(schema.JSON))
	}
	return nil, fmt.Errorf(
		"it refers to %s, and a model can only refer to another one of its API, as %s{restapi_id}/models/{model_name}",
		url,
		prefix,
	)
}

// oneLine returns an error's text in one line, for a log.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
