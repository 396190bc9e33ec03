package apimodel

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// readMethods reads the methods of all APIs.
func (b *builder) readMethods() {
	b.each("AWS::ApiGateway::Method", func(r *reader) {
		api := b.apiOf(r)
		if api == nil {
			return
		}
		m := &Method{
			ID:       r.id,
			Verb:     strings.ToUpper(r.text("HttpMethod")),
			Resource: b.resources[r.text("ResourceId")],
			Metadata: notes(r.resource),
		}
		before := len(b.model.Problems)
		m.Scopes, m.APIKeyRequired = r.texts("AuthorizationScopes"), r.bool("ApiKeyRequired")
		for _, p := range b.model.Problems[before:] {
			m.NotKnown = append(m.NotKnown, p.What)
		}
		if m.Resource == nil || b.owner[m.Resource] != api {
			b.unplaced(r, api, "its ResourceId %s is not a path of the API", cloudassembly.Describe(r.values["ResourceId"]))
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
				StatusCode: in.need("StatusCode"),
				Parameters: in.flags("ResponseParameters"),
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

// notes returns the metadata of a resource whose values are strings, without the path of its construct; nil for none.
func notes(r *cloudassembly.TemplateResource) (out map[string]string) {
	for name := range r.Metadata {
		if text := r.Note(name); text != "" {
			if out == nil {
				out = map[string]string{}
			}
			out[name] = text
		}
	}
	return out
}

// readAuthorization reads how a method is guarded. If that is not known, the method is blocked.
func (b *builder) readAuthorization(r *reader, api *API, m *Method) {
	switch kind := strings.ToUpper(r.need("AuthorizationType")); kind { // PutMethod ignores case
	case AuthorizationNone, AuthorizationIAM:
		m.Authorization = kind
		if r.has("AuthorizerId") {
			r.problem("it has an authorizer, but its AuthorizationType is %s", kind)
		}
	case AuthorizationCustom, AuthorizationCognito, AuthorizationJWT:
		m.Authorization = kind
		id := r.need("AuthorizerId")
		m.Authorizer = b.authorizers[inAPI{api, id}]
		switch {
		case id == "":
		case m.Authorizer == nil:
			r.problem("its authorizer %s is not one of the API's in the assembly", id)
		case m.Authorizer.authorization() != kind:
			r.problem("its AuthorizationType is %s, which does not go with its authorizer %s of type %s",
				kind, m.Authorizer.ID, m.Authorizer.Type)
		}
	case "":
	default:
		r.problem("AuthorizationType: want NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS or JWT, got %q", kind)
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
