package apigateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// TestMounts checks that stages with the same name get different segments, which are the same at every start.
func TestMounts(t *testing.T) {
	for _, c := range []struct {
		name string
		apis []string // the API's name and its stages
		want string
	}{
		{"one API", []string{"shop prod dev"}, "prod dev"},
		{"stages of different names", []string{"shop prod", "orders dev"}, "prod dev"},
		{"stages of one name", []string{"shop prod", "orders prod"}, "prod prod-orders"},
		{"three of one name", []string{"shop prod", "orders prod", "Stock_API prod"}, "prod prod-orders prod-stock-api"},
		{"of APIs of one name", []string{"shop prod", "orders prod", "orders prod"}, "prod prod-orders prod-orders-2"},
		{"of an API without a name", []string{"shop prod", " prod"}, "prod prod-api1"},
		{
			"a stage that has such a name itself",
			[]string{"shop prod", "orders prod prod-orders"},
			"prod prod-orders-2 prod-orders",
		},
		{"two stages of one name each", []string{"shop prod dev", "orders prod dev"}, "prod dev prod-orders dev-orders"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var chosen []choice
			for i, text := range c.apis {
				words := strings.Split(text, " ")
				api := &apimodel.API{ID: apimodel.ID{Stack: "Shop", LogicalID: fmt.Sprint("Api", i)}, Name: words[0]}
				for _, name := range words[1:] {
					chosen = append(chosen, choice{api: api, stage: &apimodel.Stage{Name: name}})
				}
			}
			mount(chosen)
			var got []string
			for _, one := range chosen {
				got = append(got, one.mount)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestTwoAPIs serves two APIs with the same stage name. The functions, method ARNs and signatures of the second have
// its own stage, as on AWS.
func TestTwoAPIs(t *testing.T) {
	r := bare()
	addRoute(r, "GET /orders", mock("first"))
	r["Two"] = resource("ApiGateway::RestApi", object{"Name": "orders"})
	r["TwoDeployment"] = resource("ApiGateway::Deployment", object{"RestApiId": ref("Two")})
	r["TwoStage"] = resource(
		"ApiGateway::Stage",
		object{"RestApiId": ref("Two"), "StageName": "prod", "DeploymentId": ref("TwoDeployment")},
	)
	r["TwoAuth"] = resource(
		"ApiGateway::Authorizer",
		object{"RestApiId": ref("Two"), "Name": "two", "Type": "TOKEN", "AuthorizerUri": invocation("AuthFn"),
			"IdentitySource": "method.request.header.Authorization", "AuthorizerResultTtlInSeconds": 0},
	)
	for part, guard := range map[string]object{
		"orders": {"AuthorizationType": "CUSTOM", "AuthorizerId": ref("TwoAuth")},
		"signed": {"AuthorizationType": "AWS_IAM"},
	} {
		id := "Two" + part
		r[id] = resource(
			"ApiGateway::Resource",
			object{"RestApiId": ref("Two"), "ParentId": object{"Fn::GetAtt": []any{"Two", "RootResourceId"}}, "PathPart": part},
		)
		r["Get"+id] = newMethod(id, "GET", proxy("Fn"), guard, object{"RestApiId": ref("Two")})
	}
	s := serve(t, r)
	if got := s.send(t, "GET /prod/orders").String(); got != "200 first" {
		t.Errorf("the first API: got %s", got)
	}
	two := apimodel.ID{Stack: "Shop", LogicalID: "Two"}
	if got := s.Mount(two, "prod"); got != "prod-orders" {
		t.Fatalf("the second API is at %q", got)
	}
	got := s.send(t, "GET /prod-orders/orders", bearer("event"))
	var event struct {
		Path           string `json:"path"`
		RequestContext struct {
			Path, Stage string
			Authorizer  struct{ Event string }
		} `json:"requestContext"`
	}
	if err := json.Unmarshal([]byte(got.body), &event); err != nil {
		t.Fatalf("%s: %v", got, err)
	}
	if c := event.RequestContext; event.Path != "/orders" || c.Path != "/prod/orders" || c.Stage != "prod" ||
		!strings.Contains(c.Authorizer.Event, "/prod/GET/orders") {
		t.Errorf("got the event %s", got.body)
	}
	if got := s.do(t, s.signed(t, "GET /prod-orders/signed", s.AccessKeys()[0], began)); got.status != 200 {
		t.Errorf("signed: got %s", got)
	}
	if got := s.send(t, "GET /prod-orders/nothing").String(); got != noSuchRoute {
		t.Errorf("an unknown route: got %s", got)
	}
	if got := s.DryRun(t.Context(), &exchange.Request{Verb: "GET", RawPath: "/prod-orders/orders"}); got.Status != 401 {
		t.Errorf("a dry run without a token: got %+v", got)
	}
	for _, route := range s.Routes() {
		if want := map[bool]string{true: "prod-orders", false: "prod"}[route.API.ID == two]; route.Stage != want ||
			route.Name != "prod" {
			t.Errorf("%s %s is in the stage %q, %q", route.API.ID, route.Method.Path, route.Stage, route.Name)
		}
	}

	// If one API is selected, its path has the stage's name.
	g, err := New(Options{Assembly: assemblyOf(t, r), API: "orders"})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if got := g.Mount(two, "prod"); got != "prod" {
		t.Errorf("chosen, it is at %q", got)
	}
}

// TestNothingToServe has assemblies without a REST API that could be served. The error lists what they contain.
func TestNothingToServe(t *testing.T) {
	http := object{"Http": resource("ApiGatewayV2::Api", object{"Name": "h", "ProtocolType": "HTTP"})}
	for _, c := range []struct {
		name      string
		resources object
		want      string
	}{
		{
			"an HTTP API",
			http,
			"the assembly has no REST API with a stage: Shop/Http is an HTTP API, which is not served: " +
				"use a REST API, as awsapigateway.RestApi makes it",
		},
		{
			"a WebSocket API",
			object{"Ws": resource("ApiGatewayV2::Api", object{"ProtocolType": "WEBSOCKET"})},
			"Shop/Ws is a WebSocket API, which is not served",
		},
		{
			"a REST API without a stage",
			object{"Api": resource("ApiGateway::RestApi", object{"Name": "shop"})},
			"with a stage: Shop/Api has no AWS::ApiGateway::Stage",
		},
		{"nothing", object{"Topic": resource("SNS::Topic", object{})}, "no REST API with a stage"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := New(Options{Assembly: assemblyOf(t, c.resources)})
			if !errors.Is(err, ErrNoStage) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestUnauthorizedInOtherLetters has an authorizer whose error is not exactly Unauthorized. The reason must have the
// exact text.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
func TestUnauthorizedInOtherLetters(t *testing.T) {
	r := bare()
	addAuthorizer(r, "Auth", nil)
	addRoute(r, "GET /orders", mock("orders"), guardedBy("Auth"))
	s := serve(t, r)
	for message, want := range map[string]string{
		"unauthorized": `the function failed with "unauthorized": ` +
			`API Gateway answers 401 only to an error that is exactly "Unauthorized", and 500 to every other`,
		"UNAUTHORIZED ": `the function failed with "UNAUTHORIZED": API Gateway answers 401 only`,
		"no":            "the function failed: errorString: no",
	} {
		got := s.send(t, "GET /prod/orders", bearer("error:"+message))
		if got.String() != broken || !strings.Contains(got.record.Reason, want) {
			t.Errorf("%q: got %s for the reason %q", message, got, got.record.Reason)
		}
	}
}

// TestPanicReason checks that the reason of a 502 after a panic names the file and the line.
func TestPanicReason(t *testing.T) {
	s := backends(t)
	got := s.send(t, "GET /prod/fn/panic")
	if got.status != 502 || !strings.Contains(got.record.Reason, "out of tea at ") ||
		!strings.Contains(got.record.Reason, "function/main.go:") {
		t.Errorf("got %d for the reason %q", got.status, got.record.Reason)
	}
}

// TestExtras checks that the start names the parts of a template that a local run does not support.
func TestExtras(t *testing.T) {
	r := bare()
	addRoute(r, "GET /orders", mock("orders"))
	stage := r["Stage"].(object)["Properties"].(object)
	stage["TracingEnabled"], stage["AccessLogSetting"] = true, object{
		"DestinationArn": "arn:aws:logs:eu-west-1:123456789012:log-group:a",
		"Format":         "$context.requestId",
	}
	stage["MethodSettings"] = []any{
		object{
			"HttpMethod":          "*",
			"ResourcePath":        "/*",
			"ThrottlingRateLimit": 10,
			"LoggingLevel":        "INFO",
			"MetricsEnabled":      true,
		},
	}
	r["Plan"] = resource(
		"ApiGateway::UsagePlan",
		object{"Throttle": object{"RateLimit": 1}, "Quota": object{"Limit": 100, "Period": "DAY"}},
	)
	want := "Shop/Stage: ignored here: throttling of all methods (ThrottlingRateLimit, ThrottlingBurstLimit), " +
		"execution logs (LoggingLevel, DataTraceEnabled), CloudWatch metrics (MetricsEnabled), X-Ray (TracingEnabled)\n" +
		"Shop/Plan: its rates and its quota are not enforced here: each request with one of its keys passes"
	s := serve(t, r)
	if got := strings.Join(s.Problems(), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	ofStage, _, _ := strings.Cut(want, "\n")
	if got := strings.Join(s.Ignored(), "\n"); got != ofStage {
		t.Errorf("ignored:\n%s\nwant\n%s", got, ofStage)
	}
}

// TestParameterThatNamesTheAPI has a parameter without a value, which is only the name of the API. The API's routes are
// served.
func TestParameterThatNamesTheAPI(t *testing.T) {
	r := bare()
	addRoute(r, "GET /orders", mock("orders"))
	r["Thing"] = resource("Thing", object{})
	r["Api"].(object)["Properties"].(object)["Name"] = object{"Fn::GetAtt": []any{"Thing", "Name"}}
	s := serve(t, r)
	if got := s.send(t, "GET /prod/orders").String(); got != "200 orders" {
		t.Errorf("got %s", got)
	}
	if all := strings.Join(s.Problems(), "\n"); !strings.Contains(all, "Properties.Name") {
		t.Errorf("the start does not report it: %q", all)
	}
}
