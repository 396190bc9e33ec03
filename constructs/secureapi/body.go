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

// BodySchema is the JSON Schema of a request body, for [Body]. Make one with [SchemaFile], [Schema] or [SchemaOf].
//
// The schema may follow draft 4, 6, 7, 2019-09 or 2020-12, as its $schema says; the default is 2020-12. API Gateway
// supports draft 4, so the schema is converted into a model that accepts the same bodies. If draft 4 cannot express a
// part of it, the error names the part and how to fix it. Keywords that API Gateway does not check, such as "format",
// are left out of the model with a warning ([UncheckedWarning]).
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
type BodySchema struct{ body plan.Body }

// Body requires request bodies to be JSON that a schema accepts. API Gateway checks the body after it has authorized
// the caller. If the body does not match, API Gateway answers 400 and does not invoke the function.
//
// The model applies to application/json and to every other Content-Type ($default), so a caller cannot avoid the check
// with a header. A request without a body counts as {}. A schema without "required" accepts it; a schema that refuses
// it is an error on GET, HEAD, OPTIONS and ANY. Body sets RequestModels and RequestValidatorId on the method, and
// writes one AWS::ApiGateway::Model for each schema. Methods that check the same things share one
// AWS::ApiGateway::RequestValidator. Default: none; the function receives any body.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
func Body(schema BodySchema) Access {
	return restriction{schema.given().body}
}

// DescribeBody documents request bodies in exports of the API and in SDKs. It checks nothing: the function receives any
// body. It sets RequestModels for application/json on the method, and writes one AWS::ApiGateway::Model for each
// schema. [Body] documents what it checks, so the two cannot be combined. Default: none.
func DescribeBody(schema BodySchema) Access {
	return restriction{plan.DescribeBody{Body: schema.given().body}}
}

// given returns the schema, or for the zero value a schema with an error.
func (s BodySchema) given() BodySchema {
	if s.body.Source == "" {
		s.body = plan.Body{Source: "an empty BodySchema", Err: fmt.Errorf("it is the zero value: make one with " +
			"SchemaFile, Schema or SchemaOf")}
	}
	return s
}

// SchemaFile makes a [BodySchema] from a file. The path is absolute or relative to the working directory, like that of
// a CDK asset. SchemaFile reads the file at once. The model is named after the file ("new-order.json" becomes
// NewOrder); see [BodySchema.Named].
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

// Schema makes a [BodySchema] from a JSON Schema as a Go value. It reads the map at once; later changes have no effect.
// The model is named after the schema's title ("New order" becomes NewOrder), or after a hash of the schema if it has
// no title; see [BodySchema.Named].
func Schema(schema map[string]any) BodySchema {
	given, err := bodyschema.Normal(schema)
	title, _ := schema["title"].(string)
	return newBody("the map", bodyschema.NameOf(title), given, err)
}

// SchemaOf makes a [BodySchema] for what encoding/json reads into a Go type, derived with
// github.com/google/jsonschema-go. A field is required unless its json tag has omitempty or omitzero. Pointers and
// slices may be null. Objects have no other members. A tag jsonschema:"..." is the description. Integers have the
// bounds of their types, time.Time is a string in RFC 3339 form, and []byte is a base64 string. Types whose JSON does
// not follow from their fields, such as one with its own UnmarshalJSON, are refused. The model is named after the type;
// see [BodySchema.Named].
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

// Named returns the schema with another name for its model: letters and digits, beginning with a letter. Clients see
// the name in exports of the API and in SDKs. Two schemas of one API cannot have the same name. Changing the name
// replaces the model.
func (s BodySchema) Named(name string) BodySchema {
	s.body.Name = name
	return s
}

// RequireQuery requires these query parameters to be present and not blank. If one is missing, API Gateway answers 400
// and names it, before it checks the body. It does not check values. Path parameters are always present. RequireQuery
// sets RequestParameters and RequestValidatorId on the method.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
func RequireQuery(names ...string) Access { return required("querystring", names) }

// RequireHeader requires these request headers to be present and not blank, as [RequireQuery] does for query
// parameters. With [Props.CORS], preflight answers allow them, unless CORS.AllowHeaders is set.
func RequireHeader(names ...string) Access { return required("header", names) }

func required(in string, names []string) Access {
	return restriction{plan.Required{In: in, Names: append([]string(nil), names...)}}
}

// The IDs of warnings about bodies. Pass one to awscdk.Annotations_Of(api).AcknowledgeWarning.
const (
	// UncheckedWarning reports keywords of a schema that API Gateway does not check, such as "format". The function has to
	// check them.
	UncheckedWarning = "gatehouse:uncheckedKeywords"

	// BinaryBodyWarning reports an API that has a [Body] and treats some content types as binary. AWS does not document
	// whether API Gateway validates binary bodies.
	BinaryBodyWarning = "gatehouse:binaryBodies"
)
