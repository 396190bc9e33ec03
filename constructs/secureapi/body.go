package secureapi

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/bodyschema"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// BodySchema is the JSON Schema of a request's body, for [Body]. [SchemaFile], [Schema] and [SchemaOf] make one.
//
// It may be of draft 4, 6, 7, 2019-09 or 2020-12, which its $schema says; the default is 2020-12. API Gateway takes
// draft 4, so it is converted into a model that accepts the same bodies, and what draft 4 cannot say is refused with
// its place and the way out. What API Gateway does not check, such as "format", is left out of the model with a
// warning, [UncheckedWarning].
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
type BodySchema struct{ body plan.Body }

// Body says that the bodies of a route's requests have to be JSON that a schema accepts. API Gateway answers others
// with 400, after it has authorized the caller, and the function is not called.
//
// The model is the method's for application/json and for every other Content-Type ($default), so that no header passes
// a body by it. A request without a body counts as one with {}: a schema without "required" accepts it, and one that
// does not is refused on GET, HEAD, OPTIONS and ANY. It writes RequestModels and a RequestValidatorId into the method,
// one AWS::ApiGateway::Model for each schema, and at most one AWS::ApiGateway::RequestValidator for all methods that
// check the same. Default: none, so that the function gets any body.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
func Body(schema BodySchema) Access {
	return restriction{schema.given().body}
}

// DescribeBody says what the bodies of a route's requests are, for exports of the API and SDKs, and has nothing
// checked: the function gets any body. It writes RequestModels for application/json into the method, and one
// AWS::ApiGateway::Model for each schema. [Body] describes what it checks, and is refused beside it. Default: none.
func DescribeBody(schema BodySchema) Access {
	return restriction{plan.DescribeBody{Body: schema.given().body}}
}

// given is the schema, or what is wrong with one that is the zero value.
func (s BodySchema) given() BodySchema {
	if s.body.Source == "" {
		s.body = plan.Body{Source: "an empty BodySchema", Err: fmt.Errorf("it is the zero value: make one with " +
			"SchemaFile, Schema or SchemaOf")}
	}
	return s
}

// SchemaFile is the JSON Schema in a file, whose path is absolute or relative to the working directory, as that of a
// CDK asset is. The file is read at once. Its model is called as the file, "new-order.json" as NewOrder; see
// [BodySchema.Named].
func SchemaFile(path string) BodySchema {
	source := fmt.Sprintf("the file %q", path)
	text, err := os.ReadFile(path)
	if err != nil {
		if here, at := os.Getwd(); at == nil && !filepath.IsAbs(path) {
			err = fmt.Errorf("%w (from the working directory %s)", err, here)
		}
		return BodySchema{plan.Body{Source: source, Err: err}}
	}
	name, _, _ := strings.Cut(filepath.Base(path), ".")
	schema, err := bodyschema.Parse(text)
	return newBody(source, bodyschema.NameOf(name), schema, err)
}

// Schema is a JSON Schema as a Go value. It is read at once, and later changes of the map have no effect. Its model is
// called as its title, "New order" as NewOrder, and without one as a hash of its content; see [BodySchema.Named].
func Schema(schema map[string]any) BodySchema {
	given, err := bodyschema.Normal(schema)
	title, _ := schema["title"].(string)
	return newBody("the map", bodyschema.NameOf(title), given, err)
}

// SchemaOf is the JSON Schema of what encoding/json reads into a Go type, as github.com/google/jsonschema-go derives
// it: a field is required unless its json tag has omitempty or omitzero, a pointer and a slice may be null, an object
// has no other members, and a tag jsonschema:"..." is the description. Integers have the bounds of their types,
// time.Time is a text as RFC 3339 writes it, and []byte is one in base64. Types whose JSON is not known by their fields
// are refused, such as one with an UnmarshalJSON of its own. Its model is called as the type; see [BodySchema.Named].
func SchemaOf[T any]() BodySchema {
	t := reflect.TypeFor[T]()
	named := t
	for named.Kind() == reflect.Pointer {
		named = named.Elem()
	}
	name, _, _ := strings.Cut(named.Name(), "[") // without the arguments of a generic type
	schema, err := bodyschema.OfType(t)
	return newBody(fmt.Sprintf("the type %s", t), bodyschema.NameOf(name), schema, err)
}

// newBody converts a schema, unless it could not be read.
func newBody(source, name string, schema any, err error) BodySchema {
	b := plan.Body{Source: source, Name: name, Err: err}
	if err == nil {
		b.Model, b.Err = bodyschema.Convert(schema)
	}
	if b.Name == "" && b.Err == nil {
		b.Name = b.Model.HashName()
	}
	return BodySchema{b}
}

// Named returns the schema with another name for its model: letters and digits, of which the first is a letter. Clients
// see it in exports of the API and in SDKs, and two schemas of one API cannot have one name. A name that changes
// replaces the model.
func (s BodySchema) Named(name string) BodySchema {
	s.body.Name = name
	return s
}

// RequireQuery says that a request must have these parameters in its query, and not blank. API Gateway answers others
// with 400 and the names of what is missing, before it looks at the body, and does not look at the values. Parameters
// of the path are always there. It writes RequestParameters and a RequestValidatorId into the method.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
func RequireQuery(names ...string) Access { return required("querystring", names) }

// RequireHeader says that a request must have these headers, and not blank, as [RequireQuery] does for parameters of
// the query. With [Props.CORS], preflights allow them, unless [CORS.AllowHeaders] says otherwise.
func RequireHeader(names ...string) Access { return required("header", names) }

func required(in string, names []string) Access {
	return restriction{plan.Required{In: in, Names: append([]string(nil), names...)}}
}

// The ids of warnings about bodies, for awscdk.Annotations_Of(api).AcknowledgeWarning.
const (
	// UncheckedWarning says that a schema has keywords that API Gateway does not check, such as "format", so that the
	// function has to.
	UncheckedWarning = "gatehouse:uncheckedKeywords"

	// BinaryBodyWarning says that an API with a [Body] takes some content types for binary data, of which it is not
	// documented that they are validated.
	BinaryBodyWarning = "gatehouse:binaryBodies"
)
