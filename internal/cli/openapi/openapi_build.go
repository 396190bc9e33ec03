package openapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/validation"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// Of returns the document of an API.
func Of(a API) Document {
	out := Document{
		OpenAPI: version,
		Info: Info{
			Title:       cmp.Or(a.Model.Name, a.Model.LogicalID),
			Description: a.Model.Description,
			Version:     "unversioned", // templates do not name a version of the API
		},
		Servers:    []Server{},
		Paths:      map[string]PathItem{},
		Components: Components{Schemas: map[string]any{}, SecuritySchemes: map[string]SecurityScheme{}},
	}
	for _, url := range a.Servers {
		out.Servers = append(out.Servers, Server{url})
	}
	b := builder{api: a.Model, out: &out, ids: map[string]bool{}, clientCertificate: a.ClientCertificate}
	shapes := map[string]bool{}
	for _, m := range a.Model.Methods {
		shapes[shape(m.Path)] = true
	}
	for _, row := range a.Matrix.Routes {
		same := func(m *apimodel.Method) bool { return m.Verb == row.Verb && m.Path == row.Path }
		i := slices.IndexFunc(a.Model.Methods, same)
		if i >= 0 && slices.ContainsFunc(a.Model.Methods[i+1:], same) { // conditions of the deployment choose one
			row.Kind, row.Who, row.Requires, row.Public = matrix.Unknown, "not known", nil, ""
		}
		switch {
		case i < 0:
		case template(row.Path) != row.Path && shapes[shape(template(row.Path))]:
			out.LeftOut = append(out.LeftOut, row.String())
		default:
			b.add(row, a.Model.Methods[i])
		}
	}
	return out
}

var parameter = regexp.MustCompile(`\{[^{}]*?(\+?)\}`)

// shape returns a path without the names of its parameters. "Templated paths with the same hierarchy but different
// templated names MUST NOT exist as they are identical." API Gateway tells {id} from {rest+}, which takes the paths of
// two and more segments there.
// Source: https://spec.openapis.org/oas/v3.1.1#paths-object
func shape(path string) string { return parameter.ReplaceAllString(path, "{$1}") }

type builder struct {
	api *apimodel.API
	out *Document
	ids map[string]bool // IDs of operations in use

	clientCertificate bool // as in [API]
}

// operations are the methods that OpenAPI supports.
// Source: https://spec.openapis.org/oas/v3.1.1#path-item-object
var operations = []string{"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH"}

// add adds the operations of a route. A route for any method has several.
func (b *builder) add(row matrix.Route, m *apimodel.Method) {
	path := template(row.Path)
	item := b.out.Paths[path]
	if item == nil {
		item = PathItem{}
		b.out.Paths[path] = item
	}
	for _, verb := range m.Verbs(b.api) {
		if slices.Contains(operations, verb) {
			item[strings.ToLower(verb)] = b.operation(verb, row, m)
		}
	}
}

// template returns a path in OpenAPI's form: without the plus sign of a parameter for several segments.
func template(path string) string { return strings.ReplaceAll(path, "+}", "}") }

func (b *builder) operation(verb string, row matrix.Route, m *apimodel.Method) Operation {
	op := Operation{
		OperationID: b.id(verb, row.Path),
		Summary:     "Who may call it: " + row.Who,
		Parameters:  parameters(m),
		RequestBody: b.body(verb, m),
		Security:    b.security(row, m),
		Route:       row.String(),
		Who:         row.Who,
		Requires:    row.Requires,
		Public:      row.Public,
	}
	if row.From != "" {
		op.Description = "It may be called from " + row.From + "."
	}
	if segments := strings.Split(row.Path, "/"); len(segments) > 1 && segments[1] != "" &&
		!strings.HasPrefix(segments[1], "{") {
		op.Tags = []string{segments[1]}
	}
	op.Responses = responses(row, m)
	return op
}

// id returns an operation ID that is a valid name in most languages, such as "getOrdersById".
func (b *builder) id(verb, path string) string {
	name := strings.ToLower(verb)
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		inner, isParam := strings.CutPrefix(segment, "{")
		if isParam {
			name += "By"
		}
		between := func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }
		for word := range strings.FieldsFuncSeq(inner, between) {
			first := []rune(word)
			first[0] = unicode.ToUpper(first[0])
			name += string(first)
		}
	}
	id := name
	for n := 2; b.ids[id]; n++ {
		id = fmt.Sprintf("%s%d", name, n)
	}
	b.ids[id] = true
	return id
}

// ignored are headers that OpenAPI describes otherwise: "the parameter definition SHALL be ignored".
// Source: https://spec.openapis.org/oas/v3.1.1#parameter-object
var ignored = []string{"accept", "content-type", "authorization"}

func parameters(m *apimodel.Method) (out []Parameter) {
	text := map[string]any{"type": "string"}
	for segment := range strings.SplitSeq(m.Path, "/") {
		inner, isParam := strings.CutPrefix(segment, "{")
		if !isParam {
			continue
		}
		name, greedy := strings.CutSuffix(strings.TrimSuffix(inner, "}"), "+")
		p := Parameter{Name: name, In: "path", Required: true, Schema: text}
		if greedy {
			p.Description = "It takes one segment of the path or several, with the slashes between them."
		}
		out = append(out, p)
	}
	for _, name := range slices.Sorted(maps.Keys(m.RequestParameters)) {
		p := Parameter{Required: m.RequestParameters[name] && m.Validator != nil && m.Validator.Parameters, Schema: text}
		var ok bool
		if p.Name, ok = strings.CutPrefix(name, "method.request.querystring."); ok {
			p.In = "query"
		} else if p.Name, ok = strings.CutPrefix(name, "method.request.header."); ok {
			p.In = "header"
		}
		if ok && (p.In == "query" || !slices.Contains(ignored, strings.ToLower(p.Name))) {
			out = append(out, p)
		}
	}
	return out
}

// anyType is the content type of a model for all bodies without a model of their own.
const anyType = "$default"

// body returns what the route's models accept; nil without a model, and for a method whose body has no meaning.
// Source: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.1
func (b *builder) body(verb string, m *apimodel.Method) *RequestBody {
	if len(m.RequestSchemas) == 0 || verb == "GET" || verb == "HEAD" {
		return nil
	}
	// API Gateway treats a missing body as an empty object, so a body is never required as such.
	out := &RequestBody{Content: map[string]Media{}}
	for contentType, schema := range m.RequestSchemas {
		media := Media{Schema: b.reference(schema.Name)}
		name := contentType
		if name == anyType {
			name = "*/*"
		}
		if strings.HasPrefix(contentType, "application/json") ||
			contentType == anyType && m.RequestSchemas["application/json"] == nil {
			media.Examples = b.examples(m)
		}
		out.Content[name] = media
	}
	return out
}

func (b *builder) examples(m *apimodel.Method) map[string]Example {
	out := map[string]Example{}
	for _, body := range Bodies(b.api, m) {
		out[body.Name] = Example{Summary: body.Summary, Value: json.RawMessage(body.Text)}
	}
	return out
}

// Body is an example of a body that the model of a method accepts.
type Body struct {
	Name    string // its name in a document
	Summary string // describes the body
	Text    string // JSON
}

// Bodies returns examples of a method's bodies: one with all properties of its model, and one with only the required
// ones.
func Bodies(api *apimodel.API, m *apimodel.Method) []Body {
	texts := validation.Samples(api, m)
	if len(texts) == 1 {
		return []Body{{"body", "A body that the model accepts", texts[0]}}
	}
	var out []Body
	for i, text := range texts {
		out = append(out, [...]Body{
			{"all", "All properties of the model", text}, {"required", "The required properties alone", text},
		}[i])
	}
	return out
}
