package matrix

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// TestCallerOfABackend reads what a POST tells its backend about the caller, beside a GET that tells an HTTP backend by
// the header X-Caller. The names of headers have no case.
func TestCallerOfABackend(t *testing.T) {
	const sqs = `"Type":"AWS","Uri":"arn:aws:apigateway:us-east-1:sqs:path/1/jobs","IntegrationHttpMethod":"POST"`
	const proxy = `"Type":"HTTP_PROXY","Uri":"http://a.example.com","IntegrationHttpMethod":"GET"`
	template := func(text string) string { return `,"RequestTemplates":{"application/json":` + text + `}` }
	header := func(name, from string) string {
		return fmt.Sprintf(`,"RequestParameters":{"integration.request.header.%s":%s}`, name, from)
	}
	for _, tt := range []struct{ name, post, want string }{
		{"nothing", proxy, ""},
		{"the same header", proxy + header("x-caller", `"context.identity.userArn"`),
			"header x-caller from context.identity.userArn"},
		{"a fixed text", proxy + header("X-Caller", `"'not given'"`), "header X-Caller from 'not given'"},
		{"another header", proxy + header("X-Stage", `"context.stage"`), ""},
		{"an address, which is of no caller", proxy + header("X-IP", `"context.identity.sourceIp"`), ""},
		{"a text that the deployment gives", proxy + header("X-Caller", `{"Fn::ImportValue":"x"}`),
			`header X-Caller from ${{"Fn::ImportValue":"x"}}`},
		{"a variable that the deployment completes",
			proxy + header("X-User", `{"Fn::Join":["",["context.authorizer.",{"Fn::ImportValue":"x"}]]}`),
			`header X-User from context.authorizer.${{"Fn::ImportValue":"x"}}`},
		{"parameters that the deployment gives", proxy + `,"RequestParameters":{"Ref":"P"}`, "parameters from ${P}"},
		{"a template", sqs + `,"PassthroughBehavior":"NEVER"` +
			template(`"$util.escapeJavaScript($context.authorizer.claims.sub) $context.authorizer.claims.iss $input.body"`),
			"body for application/json from context.authorizer.claims.iss, context.authorizer.claims.sub"},
		{"a template, and bodies of other types", sqs + template(`"$context.identity.userArn"`),
			"body for application/json from context.identity.userArn, body for other content types from the client"},
		{"a template without the caller", sqs + template(`"$context.requestId $input.body"`), ""},
		{"a template with what the deployment gives", sqs + `,"PassthroughBehavior":"NEVER"` +
			template(`{"Fn::Join":["",[{"Fn::ImportValue":"x"}," ${context.authorizer.principalId}"]]}`),
			"body for application/json from context.authorizer.principalId"},
		{"a template for an imported service", sqs + template(`{"Fn::Join":["",["arn ",{"Fn::ImportValue":"x"}]]}`), ""},
		{"a template that the deployment gives", sqs + `,"PassthroughBehavior":"NEVER"` + template(`{"Fn::ImportValue":"x"}`),
			`body for application/json from ${{"Fn::ImportValue":"x"}}`},
		{"one of two templates", sqs + `,"PassthroughBehavior":"NEVER","RequestTemplates":{"text/plain":"$input.body",` +
			`"application/json":"$context.authorizer.sub"}`,
			"body for application/json from context.authorizer.sub, body for text/plain from no caller"},
		{"a fixed answer", `"Type":"MOCK"` + template(`"$context.authorizer.sub"`), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			method := func(verb, integration string) string {
				return `{"Type":"AWS::ApiGateway::Method","Properties":{"HttpMethod":"` + verb + `","AuthorizationType":` +
					`"AWS_IAM","RestApiId":{"Ref":"API"},"ResourceId":{"Fn::GetAtt":["API","RootResourceId"]},"Integration":{` +
					integration + `}}}`
			}
			a, err := cloudassembly.Parse("Shop", []byte(`{"Parameters":{"P":{"Type":"String"}},"Resources":{`+
				`"API":{"Type":"AWS::ApiGateway::RestApi"},`+
				`"Get":`+method("GET", proxy+header("X-Caller", `"context.identity.userArn"`))+
				`,"Post":`+method("POST", tt.post)+`}}`))
			if err != nil {
				t.Fatal(err)
			}
			m, err := Of(apimodel.Read(a, cloudassembly.Options{}), "")
			if err != nil {
				t.Fatal(err)
			}
			_, line, _ := strings.Cut(string(m.Text()), "POST /: ")
			line, _, _ = strings.Cut(line, "\n")
			if _, got, _ := strings.Cut(line, ", caller: "); got != tt.want {
				t.Errorf("got\n\t%s\nwant\n\t%s", got, tt.want)
			}
			again, err := Parse(m.JSON())
			if err != nil || !reflect.DeepEqual(again.APIs[0].Routes, m.APIs[0].Routes) {
				t.Errorf("the JSON has %+v: %v", again, err)
			}
		})
	}
}
