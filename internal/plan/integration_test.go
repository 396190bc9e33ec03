package plan

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestWrongBackends(t *testing.T) {
	testRefusals(t, []refusal{
		{"nothing answers", add(Route{Pattern: "GET /a"}),
			`route "GET /a": its function is nil: give it an awslambda.IFunction, such as gofunction.New returns, or an ` +
				`Integration`},
		{"two things answer", add(Route{Pattern: "GET /a", Function: fn, Integrated: true}),
			`route "GET /a": it has a Function and an Integration, and one of them answers: leave one out`},
		{"options of a function", add(Route{Pattern: "GET /a", Integrated: true, LambdaOptions: true}),
			`its IntegrationOptions are of a Function, and an Integration answers it: give them to the integration itself`},
		{"without the proxy", add(Route{Pattern: "GET /a", Function: fn, NoProxy: true}),
			`its IntegrationOptions turn the proxy integration off: write the route with Integrate and ` +
				`awsapigateway.NewLambdaIntegration, which says what the answers are`},
		{"open beside guarded", add(Route{Pattern: "GET /{name}", Integrated: true, Access: []Access{Public{"x"}}},
			Route{Pattern: "POST /jobs", Integrated: true}),
			`route "GET /{name}" is public and gets what "POST /jobs", which is guarded, does not take`},
	})
}

// Routes with integrations have no function, and so no router that could mistake one for the other.
func TestIntegrationsAreNoSiblings(t *testing.T) {
	p, err := New(table(add(
		Route{Pattern: "GET /jobs/{id}", Integrated: true, Access: []Access{anyScope("a")}},
		Route{Pattern: "GET /jobs/all", Integrated: true, Access: []Access{anyScope("b")}},
	)))
	if err != nil {
		t.Fatal(err)
	}
	if found := p.Siblings(); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}

// bound returns an integration as CDK resolves it.
func bound(t *testing.T, text string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

const (
	sqsURI = `{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":apigateway:",{"Ref":"AWS::Region"},":sqs:path/1/jobs"]]}`
	role   = `{"Fn::GetAtt":["Role","Arn"]}`
)

func TestWrongIntegrations(t *testing.T) {
	for _, tt := range []struct {
		name, integration, want string
		signed                  bool
	}{
		{"no role", `{"type":"AWS","uri":` + sqsURI + `,"integrationResponses":[{"statusCode":"200"}]}`,
			`route "POST /jobs/{id}": its integration calls sqs and has no role, without which the service refuses each call: set ` +
				`CredentialsRole to a role that apigateway.amazonaws.com may assume and that may make this call, or ` +
				`CredentialsPassthrough on a route of an IAMAuthorizer`, false},
		{"other content types pass", `{"type":"AWS","uri":` + sqsURI + `,"credentials":` + role +
			`,"requestTemplates":{"application/json":"Action=SendMessage"},"integrationResponses":[{"statusCode":"200"}]}`,
			`its integration makes the call of sqs by a template for one Content-Type, and a body of any other reaches sqs ` +
				`as the caller wrote it, with the rights of the role: set PassthroughBehavior to NEVER, with which such requests ` +
				`get 415`, false},
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
			r := PlannedRoute{Pattern: mustParse(t, "POST /jobs/{id}"), Guard: &Guard{}}
			r.Guard.Signed = tt.signed
			_, err := (&Plan{}).Derive(r, bound(t, tt.integration), nil)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error\n\t%v\ndoes not hold\n\t%s", err, tt.want)
			}
		})
	}
}

func TestDerivedAnswers(t *testing.T) {
	const integration = `{"type":"MOCK","integrationResponses":[
		{
			"statusCode":"200",
			"responseParameters":{"method.response.header.X-A":"'a'"},
			"responseTemplates":{"text/plain":"hi"}
		},
		{"statusCode":"404","selectionPattern":"404","responseTemplates":{"text/plain":{"Ref":"Text"}}},
		{"statusCode":"500","selectionPattern":"5..",
			"responseParameters":{"method.response.header.access-control-allow-origin":"'*'"}}]}`
	const declared = `[{"statusCode":"200","responseParameters":{"method.response.header.X-B":false},
		"responseModels":{"application/json":{"Ref":"Model"}}},{"statusCode":"418"}]`
	const head = "#set($allowedOrigin = $input.params().header.get(\\\"Origin\\\"))\\n#if($allowedOrigin == \\\"\\\")\\n" +
		"#set($allowedOrigin = $input.params().header.get(\\\"origin\\\"))\\n#end\\n" +
		"#if($allowedOrigin == \\\"https://b.example.com\\\")\\n" +
		"#set($context.responseOverride.header.Access-Control-Allow-Origin = $allowedOrigin)\\n#end\\n"
	const a = `"method.response.header.Access-Control-Allow-Origin":"'https://a.example.com'",` +
		`"method.response.header.Vary":"'Origin'"`
	for _, tt := range []struct {
		name               string
		cors               *CORS
		responses, methods string
	}{
		{"no CORS", nil, `null`,
			`[{"StatusCode":"200","ResponseParameters":{"method.response.header.X-A":true,"method.response.header.X-B":false},
				"ResponseModels":{"application/json":{"Ref":"Model"}}},{"StatusCode":"418"},{"StatusCode":"404"},
				{"StatusCode":"500","ResponseParameters":{"method.response.header.access-control-allow-origin":true}}]`},
		{"one origin", &CORS{AllowOrigins: []string{"https://a.example.com"}, AllowCredentials: true,
			ExposeHeaders: []string{"ETag", "Link"}},
			`[{"StatusCode":"200","ResponseParameters":{"method.response.header.X-A":"'a'",` + a + `,
					"method.response.header.Access-Control-Allow-Credentials":"'true'",
					"method.response.header.Access-Control-Expose-Headers":"'ETag,Link'"},"ResponseTemplates":{"text/plain":"hi"}},
				{"StatusCode":"404","SelectionPattern":"404","ResponseParameters":{` + a + `,
					"method.response.header.Access-Control-Allow-Credentials":"'true'",
					"method.response.header.Access-Control-Expose-Headers":"'ETag,Link'"},
					"ResponseTemplates":{"text/plain":{"Ref":"Text"}}},
				{"StatusCode":"500","SelectionPattern":"5..",
					"ResponseParameters":{"method.response.header.access-control-allow-origin":"'*'"}}]`, ""},
		{"every origin", &CORS{AllowOrigins: []string{"*"}},
			`[{"StatusCode":"200","ResponseParameters":{"method.response.header.X-A":"'a'",
					"method.response.header.Access-Control-Allow-Origin":"'*'"},"ResponseTemplates":{"text/plain":"hi"}},
				{"StatusCode":"404","SelectionPattern":"404",
					"ResponseParameters":{"method.response.header.Access-Control-Allow-Origin":"'*'"},
					"ResponseTemplates":{"text/plain":{"Ref":"Text"}}},
				{"StatusCode":"500","SelectionPattern":"5..",
					"ResponseParameters":{"method.response.header.access-control-allow-origin":"'*'"}}]`, ""},
		{"several origins", &CORS{AllowOrigins: []string{"https://a.example.com", "https://b.example.com"}},
			`[{"StatusCode":"200","ResponseParameters":{"method.response.header.X-A":"'a'",` + a + `},
					"ResponseTemplates":{"text/plain":"` + head + `hi"}},
				{"StatusCode":"404","SelectionPattern":"404","ResponseParameters":{` + a + `},
					"ResponseTemplates":{"text/plain":{"Fn::Join":["",["` + head + `",{"Ref":"Text"}]]}}},
				{"StatusCode":"500","SelectionPattern":"5..",
					"ResponseParameters":{"method.response.header.access-control-allow-origin":"'*'"}}]`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &Plan{props: Props{CORS: tt.cors}}
			r := PlannedRoute{Pattern: mustParse(t, "GET /a")}
			var given []any
			if err := json.Unmarshal([]byte(declared), &given); err != nil {
				t.Fatal(err)
			}
			d, err := p.Derive(r, bound(t, integration), given)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "integration responses", d.IntegrationResponses, tt.responses)
			if tt.methods != "" {
				same(t, "method responses", d.MethodResponses, tt.methods)
			}
			for _, response := range d.MethodResponses { // each header that is mapped is declared
				declared, _ := response.(map[string]any)["ResponseParameters"].(map[string]bool)
				for _, in := range d.Integration.Responses {
					for name := range in.Parameters {
						if in.Status == response.(map[string]any)["StatusCode"] && !declared[name] {
							t.Errorf("status %s does not declare %s", in.Status, name)
						}
					}
				}
			}
		})
	}
}

func TestCORSWarningOfIntegrations(t *testing.T) {
	two := &CORS{AllowOrigins: []string{"https://a.example.com", "https://b.example.com"}}
	bare := Integration{Type: "MOCK", Responses: []IntegrationResponse{{Status: "200"}, {Status: "404"}}}
	whole := Integration{
		Type:      "MOCK",
		Responses: []IntegrationResponse{{Status: "200", Templates: map[string]string{"a/b": ""}}},
	}
	for _, tt := range []struct {
		name string
		cors *CORS
		i    Integration
		want string // "" for no warning
	}{
		{"no CORS", nil, Integration{Type: "HTTP_PROXY"}, ""},
		{"a proxy", two, Integration{Type: "HTTP_PROXY"},
			`route "GET /a": the API has CORS, and its integration is a proxy, ` +
				`whose answers API Gateway does not change: let the backend set Access-Control-Allow-Origin, without which pages ` +
				`of other origins do not read them; then acknowledge "id"`},
		{"a function", two, Integration{Type: "AWS_PROXY"},
			`let the function, which lambdahttp/cors does by GATEHOUSE_CORS ` +
				`in its environment, set Access-Control-Allow-Origin`},
		{"no template", two, bare, `route "GET /a": CORS has 2 origins, and its integration's answers with the status 200, ` +
			`404 have no ResponseTemplates that could name the one of the request: pages of https://a.example.com alone read ` +
			`them. Give them a template, name one origin, or acknowledge "id"`},
		{"a template", two, whole, ""},
		{"one origin", &CORS{AllowOrigins: two.AllowOrigins[:1]}, bare, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := (&Plan{props: Props{CORS: tt.cors}}).CORSWarning(PlannedRoute{Pattern: mustParse(t, "GET /a")}, tt.i, "id")
			if got != tt.want && (tt.want == "" || !strings.Contains(got, tt.want)) {
				t.Errorf("warning\n\t%s\nwant\n\t%s", got, tt.want)
			}
		})
	}
}

// API Gateway does not put binary data into templates.
func TestIntegrationsOfBinaryAPIs(t *testing.T) {
	const responses = `"integrationResponses":[{"statusCode":"200"}]}`
	sqs := `{"type":"AWS","passthroughBehavior":"NEVER","requestTemplates":{"application/json":"x"},"uri":` + sqsURI +
		`,"credentials":` + role + `,`
	for _, tt := range []struct {
		name, types, integration string
		convert                  bool
		want                     string // "" for none
	}{
		{"a template", "*/*", sqs + responses, false, `route "POST /jobs": its integration has RequestTemplates, and ` +
			`RestApiProps.BinaryMediaTypes cover application/json, so that API Gateway takes the body for binary data and ` +
			`answers each request with 500: name the types that are binary, such as image/png, or set ContentHandling to ` +
			`CONVERT_TO_TEXT, by which the templates get the body in base64`},
		{"other types", "image/png", sqs + responses, false, ""},
		{"converted", "*/*", sqs + `"contentHandling":"CONVERT_TO_TEXT",` + responses, false, ""},
		{"a fixed answer", "application/*", `{"type":"MOCK",` + responses, true, ""},
		{"a fixed answer of other types", "image/png", `{"type":"MOCK",` + responses, false, ""},
		{"no template", "*/*", `{"type":"HTTP","uri":"https://example.com",` + responses, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &Plan{props: Props{RestAPI: &RestAPI{BinaryMediaTypes: []string{tt.types}}}}
			d, err := p.Derive(PlannedRoute{Pattern: mustParse(t, "POST /jobs")}, bound(t, tt.integration), nil)
			if got := fmt.Sprint(err); err != nil && tt.want != got || err == nil && tt.want != "" {
				t.Errorf("error\n\t%v\nwant\n\t%s", err, tt.want)
			}
			if d.Convert != tt.convert {
				t.Errorf("Convert is %v", d.Convert)
			}
		})
	}
}
