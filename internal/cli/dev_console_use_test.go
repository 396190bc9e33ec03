package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// maker is a function that writes and fails.
const maker = `exports.handler = async event => {
  console.log('making', event.body)
  if (event.queryStringParameters.fail) throw new RangeError('no stock')
  return {statusCode: 201, body: JSON.stringify({made: JSON.parse(event.body).id, token: event.headers.Authorization})}
}`

// orderAPI is the API of guardedAPI with a preflight, a route that has a model, and one with a greedy parameter.
func orderAPI() map[string]any {
	resources := guardedAPI("hello", "signed")
	resources["ApiStage"].(map[string]any)["Properties"].(map[string]any)["TracingEnabled"] = true // not done here
	method := func(id, verb string, changes map[string]any) {
		properties := map[string]any{}
		for name, value := range resources["ApihelloGet"].(map[string]any)["Properties"].(map[string]any) {
			properties[name] = value
		}
		properties["ResourceId"], properties["HttpMethod"] = ref("Apiorders"), verb
		for name, value := range changes {
			properties[name] = value
		}
		resources[id] = map[string]any{"Type": "AWS::ApiGateway::Method", "Properties": properties}
	}
	method("Preflight", "OPTIONS", nil)
	method(
		"Post",
		"POST",
		map[string]any{
			"RequestValidatorId":  ref("Valid"),
			"RequestModels":       map[string]any{"application/json": ref("Order")},
			"AuthorizationType":   "COGNITO_USER_POOLS",
			"AuthorizerId":        ref("Guard"),
			"AuthorizationScopes": []string{"orders/write"},
		},
	)
	method("Files", "ANY", map[string]any{"ResourceId": ref("File")})
	resources["Made"] = map[string]any{"Type": "AWS::ApiGateway::Resource", "Properties": map[string]any{
		"RestApiId": ref("Api"),
		"ParentId":  map[string]any{"Fn::GetAtt": []string{"Api", "RootResourceId"}},
		"PathPart":  "made",
	}}
	resources["Maker"] = map[string]any{"Type": "AWS::Lambda::Function", "Properties": map[string]any{
		"Runtime": "nodejs22.x", "Handler": "index.handler", "Code": map[string]any{"ZipFile": maker}}}
	resources["MayMake"] = map[string]any{"Type": "AWS::Lambda::Permission", "Properties": map[string]any{
		"Action": "lambda:InvokeFunction", "FunctionName": ref("Maker"), "Principal": "apigateway.amazonaws.com"}}
	method("PostMade", "POST", map[string]any{"ResourceId": ref("Made"), "Integration": map[string]any{
		"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": map[string]any{"Fn::Sub": "arn:aws:apigateway:" +
			"${AWS::Region}:lambda:path/2015-03-31/functions/${Maker.Arn}/invocations"}}})
	resources["Valid"] = map[string]any{
		"Type":       "AWS::ApiGateway::RequestValidator",
		"Properties": map[string]any{"RestApiId": ref("Api"), "ValidateRequestBody": true},
	}
	resources["Order"] = map[string]any{
		"Type": "AWS::ApiGateway::Model",
		"Properties": map[string]any{"RestApiId": ref("Api"), "Name": "Order", "ContentType": "application/json",
			"Schema": map[string]any{
				"type":     "object",
				"required": []string{"item", "quantity"},
				"properties": map[string]any{
					"item": map[string]any{
						"type":      "string",
						"minLength": 1,
					}, "quantity": map[string]any{"type": "integer", "minimum": 2}, "note": map[string]any{"type": "string"}},
			}},
	}
	resources["File"] = map[string]any{"Type": "AWS::ApiGateway::Resource", "Properties": map[string]any{
		"RestApiId": ref("Api"), "ParentId": ref("Apihello"), "PathPart": "{file+}"}}
	return resources
}

// TestDevConsoleUse uses the form as people did who had trouble with it. axe-core checks the page before and after, at
// two widths and in both colour schemes. With a folder in GATEHOUSE_PICTURES, the test writes pictures of it there.
func TestDevConsoleUse(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it starts a browser")
	}
	nodepeer.NeedBrowser(t, "axe-core")
	t.Parallel()
	axe, err := filepath.Abs("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	r, _ := start(t, fakeApp(t, orderAPI()))
	browser := nodepeer.Browse(t, "testdata/console.cjs", r.url, os.Getenv("GATEHOUSE_PICTURES"), axe)
	say := func(command string, answer any) {
		t.Helper()
		line := browser.Say(t, command)
		if err := json.Unmarshal([]byte(line), answer); err != nil {
			t.Fatalf("%s: %v: %s", command, err, line)
		}
	}
	accessible := func(when string) {
		t.Helper()
		var found []string
		if say("axe "+when, &found); len(found) > 0 {
			t.Errorf("axe-core, %s use, finds\n%s", when, strings.Join(found, "\n"))
		}
	}
	accessible("before")

	type form struct {
		Route, Verb, Body, Hint string
		Disabled                bool
	}
	var use struct {
		Preflight, Model, Typed                                        form
		PreflightOutcome, ModelOutcome, TypedOutcome, Why, Once, Scope string
		Refused                                                        struct {
			AnswerHidden    bool
			Answer, Outcome string
		}
		Requests    int
		Made, First string
		Sent        []string
	}
	say("use", &use)
	if p := use.Preflight; p.Route != "OPTIONS /v1/orders" || p.Disabled ||
		!strings.HasPrefix(use.PreflightOutcome, "It was answered 200") {
		t.Errorf("Try on OPTIONS: the form has %+v, and the call: %s", p, use.PreflightOutcome)
	}
	if m := use.Model; m.Body != "{\n  \"item\": \"text\",\n  \"note\": \"text\",\n  \"quantity\": 2\n}" ||
		!strings.Contains(m.Hint, "made up from the route’s model") ||
		!strings.HasPrefix(use.ModelOutcome, "It was answered 200") {
		t.Errorf("a route with a model: the form has %+v, and a call with it: %s", m, use.ModelOutcome)
	}
	const refusal = "the body does not fit the model Test/Order: at '/': missing properties 'item', 'quantity'"
	if b := use.Typed.Body; b != `{"mine": true}` {
		t.Errorf("another route and back: the body that was typed is %q", b)
	}
	if !strings.HasPrefix(use.TypedOutcome, "It was answered 400") ||
		!strings.HasSuffix(use.TypedOutcome, ": "+refusal) ||
		use.Why != refusal {
		t.Errorf("a refused body: %q, and the reason is %q, want %q", use.TypedOutcome, use.Why, refusal)
	}
	if r := use.Refused; !r.AnswerHidden || r.Answer != "" || r.Outcome != "" {
		t.Errorf("a refused form shows the answer to an earlier call: %+v", r)
	}
	if use.Requests != 1 || !strings.HasPrefix(use.Once, "It was answered 200") {
		t.Errorf("Ctrl+Enter in a field made %d requests: %s", use.Requests, use.Once)
	}
	const stamp = `\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, `
	if want := regexp.MustCompile(
		`iat \(issued\)` + stamp + `(now|[\dmins ]+ ago).*exp \(expires\)` + stamp + `in (1 h|5\d min( \d+ s)?)$`,
	); !want.MatchString(use.Made) {
		t.Errorf("the times of the token that was made: %q", use.Made)
	}
	if len(use.Sent) != 1 ||
		!regexp.MustCompile(`exp \(expires\)`+stamp+`(2 min|1 min( \d+ s)?) after the request$`).MatchString(use.Sent[0]) {
		t.Errorf("the times of the token that was sent: %q", use.Sent)
	}
	if want := "the method requires one of the scopes orders/read, and the token has orders/other"; use.First != want ||
		!strings.HasSuffix(use.Scope, ": "+want) {
		t.Errorf("the decision begins with %q, and the outcome is %q, want the reason %q", use.First, use.Scope, want)
	}
	useAgain(t, say)
	accessible("after")
	var cleared struct {
		None, Filters bool
		Focus         string
	}
	if say("clear", &cleared); !cleared.None || cleared.Filters || cleared.Focus != "requests" {
		t.Errorf("cleared: %+v", cleared)
	}
	var wrong []string
	if say("wrong", &wrong); len(wrong) > 0 {
		t.Errorf("the page: %s", strings.Join(wrong, "\n"))
	}
}
