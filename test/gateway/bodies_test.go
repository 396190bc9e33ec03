package gateway

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// The example of docs/bodies.md, with public routes.
type (
	orderLine struct {
		SKU      string `json:"sku"`
		Quantity uint8  `json:"quantity"`
	}
	newOrder struct {
		Lines []orderLine `json:"lines"`
		Note  string      `json:"note,omitempty"`
	}
)

func TestBodiesInTheLocalGateway(t *testing.T) {
	t.Parallel()
	dir := synthesizedHere(t, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
		orders := awslambda.NewFunction(stack, jsii.String("Orders"), &awslambda.FunctionProps{
			Runtime: awslambda.Runtime_NODEJS_22_X(),
			Handler: jsii.String("index.handler"),
			Code:    awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({statusCode: 200, body: 'called'})")),
		})
		open := secureapi.Public("the test is about bodies")
		secureapi.New(stack, "Api", &secureapi.Props{
			Routes: []secureapi.Route{
				secureapi.Handle("POST /orders", orders, open,
					secureapi.Body(secureapi.SchemaOf[newOrder]()), secureapi.RequireHeader("X-Tenant")),
				secureapi.Handle("GET /orders", orders, open, secureapi.RequireQuery("page")),
				secureapi.Handle("PUT /prices", orders, open, secureapi.Body(secureapi.Schema(map[string]any{
					"title":      "Price",
					"properties": map[string]any{"amount": map[string]any{"exclusiveMinimum": 0, "const": nil}},
					"if":         map[string]any{"required": []string{"amount"}},
					"then":       map[string]any{"required": []string{"currency"}},
				}))),
			},
			CORS:               &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}},
			ExplainBadRequests: true,
		})
	})
	s := runningByItself(t, dir, "prod", localgateway.Options{})
	for _, c := range []struct {
		name, request, body, header string
		status                      int
		want                        string
	}{
		{"an order", "POST /orders", `{"lines":[{"sku":"book","quantity":1}]}`, "", 200, "called"},
		{"a wrong one", "POST /orders", `{"lines":[{"sku":1,"quantity":1}]}`, "", 400,
			"Invalid request body: [at '/lines/0/sku': got number, want string]"},
		{
			"as another type",
			"POST /orders",
			`{"lines":[{"sku":1,"quantity":1}]}`,
			"Content-Type: text/plain",
			400,
			"/lines/0/sku",
		},
		{"as a form", "POST /orders", "lines=1", "Content-Type: application/x-www-form-urlencoded", 400, "it is not JSON"},
		{"as no type", "POST /orders", `{"lines":1}`, "Content-Type: ", 400, "at '/lines'"},
		{"out of the type's bounds", "POST /orders", `{"lines":[{"sku":"book","quantity":256}]}`, "", 400, "maximum"},
		{"a member that the type does not have", "POST /orders", `{"lines":[],"admin":true}`, "", 400, "admin"},
		{"no body", "POST /orders", "", "", 400, "missing property 'lines'"},
		{"no tenant", "POST /orders", `{"lines":[]}`, "X-Tenant: ", 400, "Missing required request parameters: [X-Tenant]"},
		{"a page", "GET /orders?page=1", "", "", 200, "called"},
		{"no page", "GET /orders", "", "", 400, `{"message":"Missing required request parameters: [page]"}`},
		{"a price", "PUT /prices", `{"amount":null,"currency":"EUR"}`, "", 200, "called"},
		{"a condition that does not hold", "PUT /prices", `{"amount":null}`, "", 400, "currency"},
		{"another value than the only one", "PUT /prices", `{"amount":1,"currency":"EUR"}`, "", 400, "at '/amount'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			verb, path, _ := strings.Cut(c.request, " ")
			headers := []string{"X-Tenant: acme", "Origin: https://shop.example.com"}
			if c.header != "" {
				headers = append(headers, c.header)
			}
			got := s.send(t, s.request(t, verb, path, c.body, headers...))
			if got.status != c.status || !strings.Contains(got.body, c.want) {
				t.Errorf("got %d %s (%s), want %d with %s", got.status, got.body, got.record.Reason, c.status, c.want)
			}
			if got.status == 400 && got.header.Get("Access-Control-Allow-Origin") != "https://shop.example.com" {
				t.Error("a page could not read the 400")
			}
			if text := strings.HasPrefix(got.body, "Invalid"); text && (got.header.Get("Content-Type") != "text/plain" ||
				got.header.Get("X-Content-Type-Options") != "nosniff") {
				t.Errorf("the text has the headers %v", got.header)
			}
		})
	}
}
