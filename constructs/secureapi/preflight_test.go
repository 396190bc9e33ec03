package secureapi_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// Preflights are equal to those of CDK's AddCorsPreflight.
func TestPreflightsEqualCDK(t *testing.T) {
	for _, tt := range []struct {
		name string
		cors secureapi.CORS
		cdk  awsapigateway.CorsOptions
	}{
		{"one origin", secureapi.CORS{AllowOrigins: []string{"https://a.example.com"}}, awsapigateway.CorsOptions{}},
		{"every origin", secureapi.CORS{AllowOrigins: []string{"*"}}, awsapigateway.CorsOptions{}},
		{
			"everything",
			secureapi.CORS{
				AllowOrigins:     []string{"https://a.example.com", "https://b.example.com", "http://localhost:3000"},
				AllowCredentials: true,
				ExposeHeaders:    []string{"Location", "X-Total"},
				MaxAge:           2 * time.Hour,
			},
			awsapigateway.CorsOptions{
				AllowCredentials: jsii.Bool(true),
				ExposeHeaders:    jsii.Strings("Location", "X-Total"),
				MaxAge:           awscdk.Duration_Hours(jsii.Number(2)),
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			tt.cors.AllowHeaders = []string{"Authorization", "Content-Type"}
			api := shop(stack, func(p *secureapi.Props) { p.CORS = &tt.cors })
			tt.cdk.AllowOrigins, tt.cdk.AllowHeaders = jsii.Strings(
				tt.cors.AllowOrigins...), jsii.Strings(
				tt.cors.AllowHeaders...)
			tt.cdk.AllowMethods = jsii.Strings("GET")
			api.RestAPI.Root().AddResource(jsii.String("cdk"), nil).AddCorsPreflight(&tt.cdk)
			var ours, cdks map[string]any
			for id, m := range resources(stack, "AWS::ApiGateway::Method") {
				delete(m, "ResourceId")
				switch {
				case m["HttpMethod"] != "OPTIONS":
				case strings.HasPrefix(id, "ApiRestApicdk"):
					cdks = m
				default:
					ours = m
				}
			}
			if diff := cmp.Diff(cdks, ours); ours == nil || diff != "" {
				t.Error("preflight (-CDK +Gatehouse):\n" + diff)
			}
		})
	}
}

// If the binary media types match application/json, as */* does, API Gateway treats a preflight as binary. It answers
// 500 unless the mock integration converts the request to text.
func TestPreflightsOfBinaryAPIs(t *testing.T) {
	for _, c := range []struct {
		types  []string
		binary bool
	}{
		{nil, false},
		{[]string{"image/png"}, false},
		{[]string{"image/png", "*/*"}, true},
		{[]string{"application~1json"}, true},
	} {
		types := c.types
		stack := newStack()
		shop(stack, func(p *secureapi.Props) {
			p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}}
			p.Routes = append(p.Routes, secureapi.Integrate("GET /fixed", secureapi.Respond(200), secureapi.Public("fixed")))
			if types != nil {
				p.RestApiProps = &awsapigateway.RestApiProps{BinaryMediaTypes: jsii.Strings(types...)}
			}
		})
		preflights := 0
		for id, m := range resources(stack, "AWS::ApiGateway::Method") {
			integration := m["Integration"].(map[string]any)
			got, converted := integration["ContentHandling"]
			if m["HttpMethod"] != "OPTIONS" && integration["Type"] != "MOCK" {
				if converted {
					t.Errorf("%v: %s: got ContentHandling %v, want none, because it is not a mock integration", types, id, got)
				}
				continue
			}
			preflights++
			if converted != c.binary || converted && got != "CONVERT_TO_TEXT" {
				t.Errorf("%v: %s: got ContentHandling %v", types, id, got)
			}
		}
		if preflights == 0 {
			t.Errorf("%v: got no preflight", types)
		}
	}
}

func TestPreflightAllowMethods(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.CORS = &secureapi.CORS{AllowOrigins: []string{"*"}, AllowMethods: []string{"PATCH"}}
	})
	text, _ := json.Marshal(resources(stack, "AWS::ApiGateway::Method"))
	if got := strings.Count(string(text), `Access-Control-Allow-Methods":"'PATCH'"`); got != 2 {
		t.Errorf("got %d preflights that allow PATCH, want 2", got)
	}
}

// A preflight allows the header of the API key that a route requires.
func TestPreflightAllowsAPIKey(t *testing.T) {
	for required, want := range map[bool]string{
		true:  "'Content-Type,Authorization,X-Api-Key'",
		false: "'Content-Type,Authorization'",
	} {
		stack := newStack()
		shop(stack, func(p *secureapi.Props) {
			p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}}
			p.Routes[0].MethodOptions = &awsapigateway.MethodOptions{ApiKeyRequired: &required}
		})
		for id, m := range resources(stack, "AWS::ApiGateway::Method") {
			if m["HttpMethod"] != "OPTIONS" {
				continue
			}
			response := m["Integration"].(map[string]any)["IntegrationResponses"].([]any)[0].(map[string]any)
			answer := response["ResponseParameters"].(map[string]any)
			if got := answer["method.response.header.Access-Control-Allow-Headers"]; got != want {
				t.Errorf("%s, API key required %v: got the allowed headers %v, want %s", id, required, got, want)
			}
		}
	}
}
