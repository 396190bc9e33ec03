package secureapi_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// A method with DescribeBody has a model and no validator, so the function gets any body.
func TestDescribedBodies(t *testing.T) {
	user := secureapi.Schema(map[string]any{
		"title": "User", "type": "object", "properties": map[string]any{"username": map[string]any{"type": "string"}},
	})
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.Routes = append(p.Routes,
			secureapi.Handle("PUT /users", p.Routes[0].Function, secureapi.DescribeBody(user)),
			secureapi.Handle("GET /users", p.Routes[0].Function, secureapi.DescribeBody(user), secureapi.RequireQuery("page")),
		)
		p.Models = []secureapi.BodySchema{secureapi.Schema(map[string]any{"title": "Sizes", "type": "array",
			"items": map[string]any{"type": "integer"}})}
	})
	names := map[string]string{} // by logical id
	for id, m := range resources(stack, "AWS::ApiGateway::Model") {
		names[id] = m["Name"].(string)
	}
	got := map[string]any{}
	for _, m := range resources(stack, "AWS::ApiGateway::Method") {
		models, _ := m["RequestModels"].(map[string]any)
		if models == nil {
			continue
		}
		described := map[string]any{"checked": m["RequestValidatorId"] != nil}
		for kind, ref := range models {
			described[kind] = names[ref.(map[string]any)["Ref"].(string)]
		}
		got[m["HttpMethod"].(string)] = described
	}
	if diff := cmp.Diff(map[string]any{
		"PUT": map[string]any{"application/json": "User", "checked": false},
		"GET": map[string]any{"application/json": "User", "checked": true}, // validates parameters only
	}, got); diff != "" {
		t.Errorf("the methods (-want +got):\n%s", diff)
	}
	if len(names) != 2 {
		t.Errorf("models: got %v, want User and Sizes", names)
	}
	for _, v := range resources(stack, "AWS::ApiGateway::RequestValidator") {
		if v["ValidateRequestBody"] != false {
			t.Errorf("validator: got %v, want one that does not validate bodies", v)
		}
	}
	refused(t, func() {
		shop(newStack(), func(p *secureapi.Props) { p.Models = []secureapi.BodySchema{{}} })
	}, "Props.Models[0], of an empty BodySchema: it is the zero value: make one with SchemaFile, Schema or SchemaOf")
}
