package integration

import (
	"fmt"
	"strings"
	"testing"
)

func TestWrongIntegrations(t *testing.T) {
	for _, tt := range []struct {
		name, integration, want string
		signed                  bool
	}{
		{"no role", `{"type":"AWS","uri":` + sqsURI + `,"integrationResponses":[{"statusCode":"200"}]}`,
			`route "POST /jobs/{id}": its integration calls sqs and has no role, without which the service refuses each call: ` +
				`set CredentialsRole to a role that apigateway.amazonaws.com may assume and that may make this call, or ` +
				`CredentialsPassthrough on a route of an IAMAuthorizer`,
			false},
		{"other content types pass", `{"type":"AWS","uri":` + sqsURI + `,"credentials":` + role +
			`,"requestTemplates":{"application/json":"Action=SendMessage"},"integrationResponses":[{"statusCode":"200"}]}`,
			`its integration makes the call of sqs by a template for one Content-Type, and a body of any other reaches sqs ` +
				`as the caller wrote it, with the rights of the role: set PassthroughBehavior to NEVER, with which such requests ` +
				`get 415`, false},
		{"other content types pass by WHEN_NO_MATCH", `{"type":"AWS","uri":` + sqsURI + `,"credentials":` + role +
			`,"passthroughBehavior":"WHEN_NO_MATCH","requestTemplates":{"application/json":"Action=SendMessage"},` +
			`"integrationResponses":[{"statusCode":"200"}]}`,
			`its integration makes the call of sqs by a template for one Content-Type, and a body of any other reaches sqs`,
			false},
		{"other content types do not pass by WHEN_NO_TEMPLATES", `{"type":"AWS","uri":` + sqsURI + `,"credentials":` + role +
			`,"passthroughBehavior":"WHEN_NO_TEMPLATES","requestTemplates":{"application/json":"Action=SendMessage"},` +
			`"integrationResponses":[{"statusCode":"200"}]}`, "", false},
		{"no caller to pass", `{"type":"AWS","uri":` + sqsURI + `,"credentials":"arn:aws:iam::*:user/*",` +
			`"integrationResponses":[{"statusCode":"200"}]}`,
			`its integration passes the caller's credentials through, which only requests signed for an IAMAuthorizer have: ` +
				`set CredentialsRole instead, or guard the route with one`, false},
		{"no role, by Fn::Sub", `{"type":"AWS","uri":{"Fn::Sub":"arn:aws:apigateway:${AWS::Region}:sqs:path/1/q"},` +
			`"integrationResponses":[{"statusCode":"200"}]}`, `its integration calls sqs and has no role`, false},
		{"other content types pass, by Fn::Sub of variables", `{"type":"AWS","uri":{"Fn::Sub":[` +
			`"arn:aws:apigateway:${Where}:sqs:path/1/q",{"Where":"eu-west-1"}]},"credentials":` + role +
			`,"requestTemplates":{"application/json":"x"},"integrationResponses":[{"statusCode":"200"}]}`,
			`its integration makes the call of sqs by a template for one Content-Type`, false},
		{"other content types pass to what is not known", `{"type":"AWS","uri":{"Ref":"Uri"},"credentials":` + role +
			`,"requestTemplates":{"application/json":"x"},"integrationResponses":[{"statusCode":"200"}]}`,
			`its integration makes the call of a service that is known when the stack is deployed by a template`, false},
		{"a function that is not known", `{"type":"AWS","uri":{"Ref":"Uri"},"requestTemplates":{"application/json":"x"},` +
			`"integrationResponses":[{"statusCode":"200"}]}`, "", false},
		{"a call that the caller writes", `{"type":"AWS","uri":"arn:aws:apigateway:eu-west-1:dynamodb:action/PutItem",` +
			`"credentials":` + role + `,"integrationResponses":[{"statusCode":"200"}]}`,
			`route "POST /jobs/{id}": its integration makes the call PutItem of dynamodb and has no RequestTemplates, nor ` +
				`RequestParameters for the query or the path, so that the body is the call as the caller wrote it, of whatever ` +
				`the role may use: write the call in RequestTemplates, with PassthroughBehavior NEVER; "$input.body" is a ` +
				`template too`, false},
		{"a path in the call", `{"type":"AWS","uri":"arn:aws:apigateway:eu-west-1:sns:action/Publish&Message={id}",` +
			`"credentials":` + role + `,"requestParameters":{"integration.request.path.id":"method.request.path.id"},` +
			`"integrationResponses":[{"statusCode":"200"}]}`,
			`its integration makes the call Publish&Message={id} of sns, and a parameter of the path stands in it: it is not ` +
				`documented that API Gateway escapes an & there, by which a caller would write the call: map it by ` +
				`RequestParameters to integration.request.querystring.NAME`, false},
		{"a call with a header that the caller writes", `{"type":"AWS","uri":` + sqsURI + `,"credentials":` + role +
			`,"requestParameters":{"integration.request.header.Content-Type":"'application/x-www-form-urlencoded'"},` +
			`"integrationResponses":[{"statusCode":"200"}]}`, `its integration makes a call of sqs and has no RequestTemplates`,
			false},
		{"an action by parameters", `{"type":"AWS","uri":"arn:aws:apigateway:eu-west-1:sns:action/Publish",` +
			`"credentials":` + role + `,"requestParameters":{"integration.request.querystring.Message":` +
			`"method.request.querystring.m"},"integrationResponses":[{"statusCode":"200"}]}`, "", false},
		{"signed callers pass", `{"type":"AWS","uri":` + sqsURI + `,"credentials":{"Fn::Join":["",["arn:",` +
			`{"Ref":"AWS::Partition"},":iam::*:user/*"]]},"integrationResponses":[{"statusCode":"200"}]}`, "", true},
		{"no responses", `{"type":"HTTP","uri":"https://example.com"}`,
			`its integration is of the type HTTP and has no IntegrationResponses, without which API Gateway answers each ` +
				`request with 500: name at least one, whose SelectionPattern is empty for the default`, false},
		{"a status twice", `{"type":"MOCK","integrationResponses":[{"statusCode":"500"},{"statusCode":"500",` +
			`"selectionPattern":"5.."}]}`,
			`its integration has two responses with the StatusCode 500, and API Gateway keeps one of a status: join their ` +
				`SelectionPatterns with |, or give one another status`, false},
		{"two defaults", `{"type":"MOCK","integrationResponses":[{"statusCode":"200"},{"statusCode":"500"}]}`,
			`its integration has 2 responses without a SelectionPattern, and the default is one: give the others a pattern`,
			false},
		{"not a status", `{"type":"MOCK","integrationResponses":[{"statusCode":"OK"}]}`,
			`its integration has a response with the StatusCode "OK": want one of 200 to 599`, false},
		{"a status below 200", `{"type":"MOCK","integrationResponses":[{"statusCode":"199"}]}`,
			`has a response with the StatusCode "199": want one of 200 to 599`, false},
		{"a status above 599", `{"type":"MOCK","integrationResponses":[{"statusCode":"600"}]}`,
			`has a response with the StatusCode "600": want one of 200 to 599`, false},
		{"the first and the last status", `{"type":"MOCK","integrationResponses":[{"statusCode":"200"},` +
			`{"statusCode":"599","selectionPattern":"5.."}]}`, "", false},
		{"a status that is not known", `{"type":"MOCK","integrationResponses":[{"statusCode":{"Ref":"Status"}}]}`, "", false},
		{"a template and NEVER", `{"type":"AWS","uri":` + sqsURI + `,"credentials":` + role +
			`,"passthroughBehavior":"NEVER","requestTemplates":{"application/json":"x"},` +
			`"integrationResponses":[{"statusCode":"200"}]}`, "", false},
		{"a bucket's object as it comes",
			`{"type":"AWS","uri":"arn:aws:apigateway:eu-west-1:files.s3:path/{key}","credentials":` +
				role + `,"requestParameters":{"integration.request.path.key":"method.request.header.X-Key"},` +
				`"integrationResponses":[{"statusCode":"200"}]}`, "", false},
		{"a parameter of the path that is not mapped", `{"type":"HTTP_PROXY","uri":"https://example.com/{id}"}`,
			`route "POST /jobs/{id}": its integration's URI has {id}, and no RequestParameters give its value, so that API ` +
				`Gateway answers each request with 500: add "integration.request.path.id": "method.request.path.id"`, false},
		{"a parameter that the path does not have", `{"type":"HTTP_PROXY","uri":"https://example.com/{key}"}`,
			`its integration's URI has {key}, and no RequestParameters give its value, so that API Gateway answers each ` +
				`request with 500: add "integration.request.path.key": a value such as "method.request.querystring.key", or ` +
				`name a parameter of the path instead`, false},
		{"a greedy parameter that is not mapped, of a URI with a token", `{"type":"HTTP_PROXY","uri":{"Fn::Join":["",[` +
			`"http://",{"Ref":"Host"},"/{id+}"]]}}`, `its integration's URI has {id}, and no RequestParameters`, false},
		{"a stage variable", `{"type":"HTTP_PROXY","uri":"https://${stageVariables.host}/x"}`, "", false},
		{"a function with templates",
			`{"type":"AWS","uri":"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/f",` +
				`"requestTemplates":{"application/json":"x"},"integrationResponses":[{"statusCode":"200"}]}`, "", false},
		{"a proxy", `{"type":"HTTP_PROXY","uri":"https://example.com"}`, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Route{Pattern: mustParse(t, "POST /jobs/{id}"), Signed: tt.signed}
			_, err := r.Derive(bound(t, tt.integration), nil)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error\n\t%v\ndoes not contain\n\t%s", err, tt.want)
			}
		})
	}
}

func TestWrongStreamsOfIntegrations(t *testing.T) {
	for _, tt := range []struct {
		integration Integration
		want        string // "" for nothing wrong
	}{
		{Integration{Type: typeHTTPProxy}, ""},
		{Integration{Type: typeAWSProxy, Streams: true}, ""},
		{Integration{Type: typeAWSProxy}, "it is Streamed, and its integration invokes a function for whole " +
			"answers: use Handle"},
		{Integration{Type: typeMock, Responses: []Response{{Status: "200"}}},
			"it is Streamed, and its integration is of the type MOCK, whose answers API Gateway maps once they are whole"},
	} {
		err := Route{Streams: true}.check(tt.integration)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.integration.Type, err, tt.want)
		}
	}
}

// API Gateway does not put binary data into templates.
func TestIntegrationsOfBinaryAPIs(t *testing.T) {
	const responses = `"integrationResponses":[{"statusCode":"200"}]}`
	sqs := `{"type":"AWS","passthroughBehavior":"NEVER","requestTemplates":{"application/json":"x"},"uri":` + sqsURI +
		`,"credentials":` + role + `,`
	for _, tt := range []struct {
		name        string
		binary      bool
		integration string
		convert     bool
		want        string // "" for none
	}{
		{"a template", true, sqs + responses, false, `route "POST /jobs": its integration has RequestTemplates, and ` +
			`RestApiProps.BinaryMediaTypes cover application/json, so that API Gateway takes the body for binary data and ` +
			`answers each request with 500: name the types that are binary, such as image/png, or set ContentHandling to ` +
			`CONVERT_TO_TEXT, by which the templates get the body in base64`},
		{"other types", false, sqs + responses, false, ""},
		{"converted", true, sqs + `"contentHandling":"CONVERT_TO_TEXT",` + responses, false, ""},
		{"a fixed answer", true, `{"type":"MOCK",` + responses, true, ""},
		{"a fixed answer of other types", false, `{"type":"MOCK",` + responses, false, ""},
		{"no template", true, `{"type":"HTTP","uri":"https://example.com",` + responses, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Route{Pattern: mustParse(t, "POST /jobs"), BinaryJSON: tt.binary}.Derive(bound(t, tt.integration), nil)
			if got := fmt.Sprint(err); err != nil && tt.want != got || err == nil && tt.want != "" {
				t.Errorf("error\n\t%v\nwant\n\t%s", err, tt.want)
			}
			if d.Convert != tt.convert {
				t.Errorf("Convert is %v", d.Convert)
			}
		})
	}
}
