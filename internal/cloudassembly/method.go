package cloudassembly

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// How a method is guarded.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_Method.html
const (
	AuthorizationNone    = "NONE"
	AuthorizationIAM     = "AWS_IAM"
	AuthorizationCustom  = "CUSTOM" // a Lambda function
	AuthorizationCognito = "COGNITO_USER_POOLS"
)

// Method is a verb on a path of an API.
type Method struct {
	ID
	Verb     string // such as "GET"; "ANY" stands for all that the path has no method of its own for
	Path     string // that of Resource
	Resource *Resource

	Authorization  string      // one of the constants above; "" if it is not known, which is a problem that blocks
	Authorizer     *Authorizer // nil unless Authorization is AuthorizationCustom or AuthorizationCognito
	Scopes         []string    // any one of which a Cognito access token must have
	APIKeyRequired bool

	// RequestParameters are those the method knows, such as "method.request.querystring.page", with true for those that
	// a request must have. They are only enforced by the validator.
	RequestParameters map[string]bool
	RequestSchemas    map[string]*Schema // by content type; enforced by the validator
	Validator         *Validator         // nil if requests are not validated

	Integration Integration
	Responses   []MethodResponse

	Metadata map[string]string // what the app notes at the method, such as why it is public; nil if it is nothing
}

// MethodResponse is an answer that a method may give.
type MethodResponse struct {
	StatusCode string
	Parameters map[string]bool   // such as "method.response.header.Vary"; true if it is always there
	Models     map[string]string // names of schemas, by content type
}

// Validator says what of a request is validated before the integration is called.
type Validator struct {
	ID
	Name             string
	Body, Parameters bool
}

// Schema is a JSON Schema (draft 4) of a body, which API Gateway calls a model.
type Schema struct {
	ID
	Name        string
	ContentType string
	JSON        json.RawMessage // nil if it has none
}

// ownSchemas are the models that each API has from the start, as the documentation of Model in
// https://github.com/aws/aws-cdk (packages/aws-cdk-lib/aws-apigateway/lib/model.ts) gives them.
var ownSchemas = []*Schema{
	{Name: "Empty", ContentType: "application/json", JSON: json.RawMessage(`{"$schema":"http://json-schema.org/draft-04/schema#","title":"Empty Schema","type":"object"}`)},
	{Name: "Error", ContentType: "application/json", JSON: json.RawMessage(`{"$schema":"http://json-schema.org/draft-04/schema#","title":"Error Schema","type":"object","properties":{"message":{"type":"string"}}}`)},
}

// readSchemas reads validators and schemas.
func (b *builder) readSchemas() {
	for _, api := range b.model.APIs {
		for _, s := range ownSchemas {
			b.schemas[inAPI{api, s.Name}] = s
			api.Schemas = append(api.Schemas, s)
		}
	}
	b.each("AWS::ApiGateway::RequestValidator", func(r *reader) {
		if api := b.apiOf(r); api != nil {
			v := &Validator{ID: r.id, Name: r.text("Name"), Body: r.bool("ValidateRequestBody"), Parameters: r.bool("ValidateRequestParameters")}
			b.validators[inAPI{api, r.physicalID()}] = v
		}
	})
	b.each("AWS::ApiGateway::Model", func(r *reader) {
		if api := b.apiOf(r); api != nil {
			s := &Schema{ID: r.id, Name: r.physicalID(), ContentType: r.text("ContentType"), JSON: r.json("Schema")}
			b.schemas[inAPI{api, s.Name}] = s
			api.Schemas = append(api.Schemas, s)
		}
	})
}

var verbs = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ANY"}

// readMethods reads the methods of all APIs.
func (b *builder) readMethods() {
	b.each("AWS::ApiGateway::Method", func(r *reader) {
		api := b.apiOf(r)
		if api == nil {
			return
		}
		m := &Method{
			ID: r.id, Verb: strings.ToUpper(r.text("HttpMethod")), Resource: b.resources[r.text("ResourceId")],
			Scopes: r.texts("AuthorizationScopes"), APIKeyRequired: r.bool("ApiKeyRequired"), Metadata: r.resource.Metadata,
		}
		if m.Resource == nil || b.owner[m.Resource] != api {
			b.unplaced(r, api, "its ResourceId %s is no path of the API", describe(r.values["ResourceId"]))
			return
		}
		if !slices.Contains(verbs, m.Verb) {
			b.unplaced(r, api, "HttpMethod: want one of %s, got %q", strings.Join(verbs, ", "), m.Verb)
			return
		}
		m.Path = m.Resource.Path
		b.readAuthorization(r, api, m)
		b.readValidation(r, api, m)
		m.Integration = b.readIntegration(r)
		for _, in := range r.objects("MethodResponses") {
			m.Responses = append(m.Responses, MethodResponse{
				StatusCode: in.need("StatusCode"), Parameters: in.flags("ResponseParameters"), Models: in.textMap("ResponseModels"),
			})
		}
		api.Methods = append(api.Methods, m)
	})
	for _, api := range b.model.APIs {
		slices.SortStableFunc(api.Methods, func(x, y *Method) int {
			return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Verb, y.Verb))
		})
		for i := 1; i < len(api.Methods); i++ {
			if x, y := api.Methods[i-1], api.Methods[i]; x.Path == y.Path && x.Verb == y.Verb {
				what := "it has the method " + x.Verb + " " + x.Path + " twice: " + x.ID.String() + ", " + y.ID.String()
				b.problem(Problem{ID: api.ID, What: what, Blocks: true})
			}
		}
	}
}

// readAuthorization reads how a method is guarded, closed where that is not known.
func (b *builder) readAuthorization(r *reader, api *API, m *Method) {
	switch kind := strings.ToUpper(r.need("AuthorizationType")); kind { // in any letters, as PutMethod takes it
	case AuthorizationNone, AuthorizationIAM:
		m.Authorization = kind
		if r.has("AuthorizerId") {
			r.problem("it has an authorizer, but its AuthorizationType is %s", kind)
		}
	case AuthorizationCustom, AuthorizationCognito:
		m.Authorization = kind
		id := r.need("AuthorizerId")
		m.Authorizer = b.authorizers[inAPI{api, id}]
		switch {
		case id == "":
		case m.Authorizer == nil:
			r.problem("its authorizer %s is not one of the API's in the assembly", id)
		case (m.Authorizer.Type == CognitoAuthorizer) != (kind == AuthorizationCognito):
			r.problem("its AuthorizationType is %s, which does not go with its authorizer %s of type %s", kind, m.Authorizer.ID, m.Authorizer.Type)
		}
	case "":
	default:
		r.problem("AuthorizationType: want NONE, AWS_IAM, CUSTOM or COGNITO_USER_POOLS, got %q", kind)
	}
}

func (b *builder) readValidation(r *reader, api *API, m *Method) {
	m.RequestParameters = r.flags("RequestParameters")
	if id := r.text("RequestValidatorId"); id != "" {
		if m.Validator = b.validators[inAPI{api, id}]; m.Validator == nil {
			r.problem("its request validator %s is not one of the API's in the assembly", id)
		}
	}
	names := r.textMap("RequestModels")
	for contentType, name := range names {
		s := b.schemas[inAPI{api, name}]
		if s == nil {
			r.problem("its request model %q for %s is not one of the API's in the assembly", name, contentType)
			continue
		}
		if m.RequestSchemas == nil {
			m.RequestSchemas = map[string]*Schema{}
		}
		m.RequestSchemas[contentType] = s
	}
}

// flags is a property as a map of booleans.
func (r *reader) flags(name string) map[string]bool {
	in := r.object(name)
	if len(in.values) == 0 {
		return nil
	}
	out := make(map[string]bool, len(in.values))
	for _, key := range in.names() {
		out[key] = in.bool(key)
	}
	return out
}
