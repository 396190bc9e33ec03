package secureapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

func TestStreamed(t *testing.T) {
	app := newApp()
	stack, other := awscdk.NewStack(app, jsii.String("Shop"), nil), awscdk.NewStack(app, jsii.String("Other"), nil)
	chat := backend(stack, "Chat")
	shop(stack, func(p *secureapi.Props) {
		p.Routes = append(p.Routes,
			secureapi.Handle("GET /chat", chat, secureapi.Streamed()),
			secureapi.Handle("POST /chat", chat),
			secureapi.Integrate("GET /far", awsapigateway.NewHttpIntegration(jsii.String("https://example.com/far"), nil),
				secureapi.AnyScope("far"), secureapi.Streamed()),
			secureapi.Route{
				Pattern: "GET /files/{path+}", Function: chat, Access: []secureapi.Access{secureapi.Streamed()},
				IntegrationOptions: &awsapigateway.LambdaIntegrationOptions{
					Timeout: awscdk.Duration_Minutes(jsii.Number(2)),
				},
			})
	})
	shop(other, func(p *secureapi.Props) {
		p.Routes = append(p.Routes, secureapi.Handle("GET /words", chat, secureapi.Streamed()))
	})
	var got []string
	for id, m := range resources(stack, "AWS::ApiGateway::Method") {
		i := m["Integration"].(map[string]any)
		streams := strings.Contains(fmt.Sprint(i["Uri"]), ":lambda:path/2021-11-15/functions/") &&
			strings.Contains(fmt.Sprint(i["Uri"]), "/response-streaming-invocations")
		if i["Type"] == "HTTP_PROXY" {
			if i["ResponseTransferMode"] != "STREAM" || i["TimeoutInMillis"] != 900000.0 {
				t.Errorf("integration of %s: got %v", id, i)
			}
			continue
		}
		if streams != (i["ResponseTransferMode"] == "STREAM") || i["Type"] != "AWS_PROXY" {
			t.Errorf("integration of %s: got %v", id, i)
		}
		if streams {
			got = append(got, fmt.Sprint(m["HttpMethod"], " ", i["TimeoutInMillis"]))
		}
	}
	if len(got) != 2 || !strings.Contains(strings.Join(got, ","), "GET 900000") ||
		!strings.Contains(fmt.Sprint(got), "GET 120000") {
		t.Errorf("streamed routes: got %q", got)
	}
	if n := len(resources(stack, "AWS::Lambda::Permission")); n != 3 {
		t.Errorf("got %d permissions, want one for each function of the API and one for its authorizer", n)
	}
	told := false
	for _, f := range resources(stack, "AWS::Lambda::Function") {
		environment, _ := f["Environment"].(map[string]any)
		variables, _ := environment["Variables"].(map[string]any)
		if routes, set := variables[lambdahttp.StreamedRoutes]; set {
			told = routes == "GET /chat;GET /files/{path+};GET /words"
		}
	}
	if !told {
		t.Error("the function's environment does not have the streamed routes")
	}
	refused(t, func() {
		shop(awscdk.NewStack(app, jsii.String("Third"), nil), func(p *secureapi.Props) {
			p.Routes = append(p.Routes, secureapi.Handle("GET /chat", chat))
		})
	}, `Third/Api: the function Shop/Chat serves two APIs: it answers "GET /chat", which is Streamed, and "GET /chat", `+
		`which is `+
		`not, and an event does not say which API it is of: give each API a function of its own`)
}
