package secureapi_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

type parcel struct {
	Weight float64 `json:"weight"`
	Any    any     `json:"any,omitempty"`
}

// TestBodiesInTemplate checks the models, validators, methods and responses for request bodies in one template.
func TestBodiesInTemplate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new-order.schema.json")
	schema := `{"type":"object","properties":{"kind":{"enum":["a",null]},"free":{},` +
		`"n":{"exclusiveMinimum":0.1,"maximum":1e21}}}`
	if err := os.WriteFile(file, []byte(schema), 0o600); err != nil {
		t.Fatal(err)
	}
	titled := func(title string) string {
		return deployment(t, func(p *secureapi.Props) {
			p.Routes = append(p.Routes, secureapi.Handle("PUT /orders", p.Routes[0].Function,
				secureapi.Body(secureapi.Schema(map[string]any{"title": title}).Named("Order"))))
		})
	}
	if a, b := titled("a"), titled("b"); a == b {
		t.Errorf("deployment: got %q for two models, want another ID", a)
	}
	stack := newStack()
	api := shop(stack, func(p *secureapi.Props) {
		f := p.Routes[0].Function
		options := func(name string) *awsapigateway.MethodOptions {
			o := &awsapigateway.RequestValidatorOptions{ValidateRequestParameters: jsii.Bool(true)}
			if name != "" {
				o.RequestValidatorName = &name
			}
			return &awsapigateway.MethodOptions{
				RequestValidatorOptions: o,
				RequestParameters:       &map[string]*bool{"method.request.querystring.q": jsii.Bool(true)},
			}
		}
		p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}}
		p.ExplainBadRequests = true
		p.Routes = append(
			p.Routes,
			secureapi.Handle("PUT /orders", f, secureapi.Body(secureapi.SchemaFile(file))),
			secureapi.Handle(
				"PUT /orders/{id}",
				f,
				secureapi.Body(secureapi.SchemaFile(file)),
				secureapi.RequireHeader("X-Tenant"),
			),
			secureapi.Handle("POST /parcels", f, secureapi.Body(secureapi.SchemaOf[parcel]()), secureapi.RequireQuery("a", "b")),
			secureapi.Route{
				Pattern: "GET /parcels", Function: f, Access: []secureapi.Access{secureapi.RequireQuery("page")},
				MethodOptions: &awsapigateway.MethodOptions{RequestParameters: &map[string]*bool{
					"method.request.querystring.size": jsii.Bool(false), "method.request.querystring.page": jsii.Bool(false),
				}},
			},
			secureapi.Route{Pattern: "GET /one", Function: f, MethodOptions: options("")},
			secureapi.Route{Pattern: "GET /two", Function: f, MethodOptions: options("")},
			secureapi.Route{Pattern: "GET /three", Function: f, MethodOptions: options("mine")},
		)
	})
	models := map[string]any{}
	for _, m := range resources(stack, "AWS::ApiGateway::Model") {
		text, _ := json.Marshal(m["Schema"])
		models[m["Name"].(string)] = string(text)
	}
	const d4 = `{"$schema":"http://json-schema.org/draft-04/schema#",`
	if diff := cmp.Diff(map[string]any{
		"NewOrder": d4 + `"properties":{"free":{"description":"any value"},"kind":{"allOf":[{"anyOf":[{"type":"null"},` +
			`{"enum":["a"]}]}]},"n":{"maximum":1e+21,"minimum":0.1,"not":{"enum":[0.1]}}},"type":"object"}`,
		"Parcel": d4 +
			`"additionalProperties":false,"properties":{"any":{"description":"any value"},"weight":{"type":"number"}},` +
			`"required":["weight"],"type":"object"}`,
	}, models); diff != "" {
		t.Error("the models (-want +got):\n" + diff)
	}
	what := func(ref any) string { // what a method's reference stands for, without the hash of logical ids
		id, _ := ref.(map[string]any)["Ref"].(string)
		return strings.TrimPrefix(id[:len(id)-8], "Api")
	}
	methods := map[string]any{}
	for id, p := range resources(stack, "AWS::ApiGateway::Method") {
		validator, ok := p["RequestValidatorId"]
		if !ok {
			continue
		}
		said := map[string]any{"validator": what(validator)}
		models, _ := p["RequestModels"].(map[string]any)
		for name, model := range models {
			said[name] = what(model)
		}
		parameters, _ := p["RequestParameters"].(map[string]any)
		for name, must := range parameters {
			said[strings.TrimPrefix(name, "method.request.")] = must
		}
		methods[strings.TrimPrefix(id[:len(id)-8], "ApiRestApi")] = said
	}
	if diff := cmp.Diff(map[string]any{
		"ordersPUT": map[string]any{"validator": "BodyValidator", "$default": "ModelNewOrder",
			"application/json": "ModelNewOrder"},
		"ordersidPUT": map[string]any{"validator": "RequestValidator", "$default": "ModelNewOrder",
			"application/json": "ModelNewOrder", "header.X-Tenant": true},
		"parcelsPOST": map[string]any{"validator": "RequestValidator", "$default": "ModelParcel",
			"application/json": "ModelParcel", "querystring.a": true, "querystring.b": true},
		"parcelsGET": map[string]any{"validator": "ParameterValidator", "querystring.page": true, "querystring.size": false},
		"oneGET":     map[string]any{"validator": "RestApivalidator", "querystring.q": true},
		"twoGET":     map[string]any{"validator": "RestApivalidator", "querystring.q": true},
		"threeGET":   map[string]any{"validator": "RestApivalidatorfalsetruemine", "querystring.q": true},
	}, methods); diff != "" {
		t.Error("the methods (-want +got):\n" + diff)
	}
	validators := map[string]any{}
	for id, v := range resources(stack, "AWS::ApiGateway::RequestValidator") {
		validators[id[:len(id)-8]] = []any{v["ValidateRequestBody"], v["ValidateRequestParameters"]}
	}
	if diff := cmp.Diff(map[string]any{
		"ApiBodyValidator":                 []any{true, false},
		"ApiParameterValidator":            []any{false, true},
		"ApiRequestValidator":              []any{true, true},
		"ApiRestApivalidator":              []any{nil, true},
		"ApiRestApivalidatorfalsetruemine": []any{nil, true},
	}, validators); diff != "" {
		t.Error("the validators (-want +got):\n" + diff)
	}
	found := false
	for _, r := range resources(stack, "AWS::ApiGateway::GatewayResponse") {
		if r["ResponseType"] != "BAD_REQUEST_BODY" {
			continue
		}
		found = true
		headers := r["ResponseParameters"].(map[string]any)
		if headers["gatewayresponse.header.Access-Control-Allow-Origin"] != "'https://shop.example.com'" ||
			headers["gatewayresponse.header.X-Content-Type-Options"] != "'nosniff'" {
			t.Errorf("headers of the explanation: got %v", headers)
		}
	}
	if !found {
		t.Error("got no gateway response that explains an invalid body")
	}
	refused(t, func() {
		api.AddGatewayResponse(
			"Mine",
			&awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_BAD_REQUEST_BODY()},
		)
	}, "secureapi: Shop/Api: AddGatewayResponse \"Mine\": Props.ExplainBadRequests declares BAD_REQUEST_BODY, and an "+
		"API has one response of a type: leave that field out")
}

func TestSchemaErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		schema secureapi.BodySchema
		want   []string
	}{
		{"no file", secureapi.SchemaFile("none/order.json"),
			[]string{`its Body, of the file "none/order.json": open none/order.json: `, "(from the working directory "}},
		{"a type", secureapi.SchemaOf[struct{ C chan int }](),
			[]string{"its Body, of the type struct { C chan int }: ", "write the schema of it as a file or a map"}},
		{"a map", secureapi.Schema(map[string]any{"type": func() {}}), []string{"its Body, of the map: it cannot be " +
			"written as JSON"}},
		{"nothing", secureapi.BodySchema{},
			[]string{"its Body, of an empty BodySchema: it is the zero value: make one with SchemaFile, Schema or SchemaOf"}},
		{
			"a name",
			secureapi.Schema(map[string]any{}).Named("new-order"),
			[]string{`is called "new-order": a model's name has 1 to 128 letters and digits`},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			refused(t, func() {
				shop(newStack(), func(p *secureapi.Props) {
					p.Routes = append(p.Routes, secureapi.Handle("POST /a", p.Routes[0].Function, secureapi.Body(c.schema)))
				})
			}, append(c.want, `secureapi: Shop/Api: route "POST /a": `)...)
		})
	}
}

// By default, CDK gives the validators of two methods the same ID. With a feature flag, each has its own.
func TestEqualValidatorsAreShared(t *testing.T) {
	var ids []string
	for _, flag := range []bool{false, true} {
		stack := newStack("@aws-cdk/aws-apigateway:requestValidatorUniqueId", flag)
		shop(stack, func(p *secureapi.Props) {
			for i := range p.Routes {
				p.Routes[i].MethodOptions = &awsapigateway.MethodOptions{
					RequestValidatorOptions: &awsapigateway.RequestValidatorOptions{ValidateRequestBody: jsii.Bool(true)},
				}
			}
		})
		for id := range resources(stack, "AWS::ApiGateway::RequestValidator") {
			ids = append(ids, id)
		}
	}
	if len(ids) != 2 || ids[0] != ids[1] {
		t.Errorf("validators: got %s, want one in each app, with the same ID", ids)
	}
}
