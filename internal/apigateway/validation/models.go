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

// anyType is the content type of a model for all bodies that have no model of their own: "To use the same model
// regardless of the content type, set the content type for your data model to $default."
const anyType = "$default"

// model is what bodies of one content type must fit.
type model struct {
	contentType, name string
	schema            *jsonschema.Schema
}

// compile prepares a method's models.
func compile(api *apimodel.API, m *apimodel.Method) (list []model, err error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft4)
	c.UseLoader(siblings{api})
	c.RegisterVocabulary(integers)
	c.UseRegexpEngine(func(text string) (jsonschema.Regexp, error) { return regexes.ECMA(text) })
	for _, contentType := range slices.Sorted(maps.Keys(m.RequestSchemas)) {
		s := m.RequestSchemas[contentType]
		compiled, err := c.Compile(addressOf(api, s.Name))
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %s", ErrModel, nameOf(s), whyNot(err))
		}
		if contentType != anyType {
			contentType = exchange.MediaType(contentType)
		}
		list = append(list, model{contentType, nameOf(s), compiled})
	}
	return list, nil
}

// nameOf is what a model is called in the app; one of API Gateway's own has only its name.
func nameOf(s *apimodel.Schema) string {
	if s.LogicalID == "" {
		return s.Name
	}
	return s.ID.String()
}

// of is the model for bodies of a content type; nil without one: "If no matching content type is found, request
// validation is not performed."
func (v *Validator) of(media string) *model {
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

// check tells what is wrong with a body; "" if nothing is.
//
// A body that is not there counts as an empty object: https://github.com/localstack/localstack/pull/7916.
func (m *model) check(body []byte) string {
	if len(body) == 0 {
		body = []byte("{}")
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return "it is not JSON: " + oneLine(err)
	}
	if n := immense(value); n != "" {
		return "the number " + cut(n) + " is out of range"
	}
	if err = m.schema.Validate(value); err == nil {
		return ""
	}
	return inWords(err)
}

// inWords lists what is wrong in a document, or with a schema, and where.
func inWords(err error) string {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return oneLine(err)
	}
	var wrong []string
	all := leaves(invalid)
	for _, leaf := range all[:min(len(all), maxFaults)] {
		where := "/" + strings.Join(leaf.InstanceLocation, "/")
		wrong = append(wrong, cut(fmt.Sprintf("at '%s': %s", where, leaf.ErrorKind.LocalizedString(printer))))
	}
	if more := len(all) - len(wrong); more > 0 {
		wrong = append(wrong, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(wrong, "; ")
}

// leaves are the errors that have no others as their cause.
func leaves(e *jsonschema.ValidationError) (list []*jsonschema.ValidationError) {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	for _, cause := range e.Causes {
		list = append(list, leaves(cause)...)
	}
	return list
}

// immense finds a number that would take more time or room to compute with than a body is worth; "" without one.
func immense(value any) string {
	switch value := value.(type) {
	case json.Number:
		_, exponent, found := strings.Cut(strings.ToLower(value.String()), "e")
		if n, err := strconv.Atoi(exponent); len(value) > maxNumber || found &&
			(err != nil || n > maxExponent || n < -maxExponent) {
			return value.String()
		}
	case []any:
		for _, v := range value {
			if n := immense(v); n != "" {
				return n
			}
		}
	case map[string]any:
		for _, v := range value {
			if n := immense(v); n != "" {
				return n
			}
		}
	}
	return ""
}

// maxExponent is more than a float64 has. maxNumber is how long a number may be that Jackson reads, the JSON parser of
// Java, if it is not told otherwise (StreamReadConstraints): one of some megabytes takes minutes to convert.
const (
	maxExponent = 400
	maxNumber   = 1000
)

// What is said of a body is a line of the log, and kept with the request: so not all of a large one.
const (
	maxFaults = 10
	maxFault  = 500 // in bytes
)

// cut is the start of a text that is too long.
func cut(text string) string {
	if len(text) <= maxFault {
		return text
	}
	return strings.ToValidUTF8(text[:maxFault], "") + "..."
}

// prefix starts the address of a model: "To reference another model, use
// https://apigateway.amazonaws.com/restapis/{restapi_id}/models/{model_name}".
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
const prefix = "https://apigateway.amazonaws.com/restapis/"

func addressOf(api *apimodel.API, name string) string {
	return prefix + api.APIID + "/models/" + name
}

// whyNot tells in words why a model was not taken, without the addresses that it has for the compiler only.
func whyNot(err error) string {
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
		return "it is not a JSON Schema: " + inWords(schema.Err)
	case errors.As(err, &load):
		return oneLine(load.Err)
	default:
		return oneLine(err)
	}
}

// unsupported names an expression that is not supported here, of which the package says that it is not a JSON Schema.
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

// siblings finds the models of an API. There is nothing else that a model may refer to.
type siblings struct{ api *apimodel.API }

func (s siblings) Load(url string) (any, error) {
	for _, schema := range s.api.Schemas {
		if url != addressOf(s.api, schema.Name) {
			continue
		}
		if schema.JSON == nil {
			return map[string]any{}, nil // a model without a schema wants nothing
		}
		return jsonschema.UnmarshalJSON(bytes.NewReader(schema.JSON))
	}
	return nil, fmt.Errorf(
		"it refers to %s, and a model can only refer to another one of its API, as %s{restapi_id}/models/{model_name}",
		url,
		prefix,
	)
}

// oneLine is an error's text in one line, as it stands in a log.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
