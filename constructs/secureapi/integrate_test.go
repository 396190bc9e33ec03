package secureapi_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// express returns an express state machine of AWS Step Functions.
func express(stack awscdk.Stack, id string) awsstepfunctions.StateMachine {
	return awsstepfunctions.NewStateMachine(stack, &id, &awsstepfunctions.StateMachineProps{
		StateMachineType: awsstepfunctions.StateMachineType_EXPRESS,
		DefinitionBody: awsstepfunctions.DefinitionBody_FromChainable(
			awsstepfunctions.NewPass(stack, jsii.String(id+"Pass"), nil)),
	})
}

// TestIntegrate has routes with integrations of every kind. The queue is encrypted and belongs to another stack. If its
// permissions or its role were created in the wrong stack, the stacks would depend on each other.
func TestIntegrate(t *testing.T) {
	app := newApp()
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	other := awscdk.NewStack(app, jsii.String("Other"), nil)
	jobs := awssqs.NewQueue(other, jsii.String("Jobs"), &awssqs.QueueProps{
		Encryption: awssqs.QueueEncryption_KMS,
		Fifo:       jsii.Bool(true),
	})
	plain := awssqs.NewQueue(stack, jsii.String("Plain"), nil)
	far := awssqs.Queue_FromQueueArn(stack, jsii.String("Far"), jsii.String("arn:aws:sqs:us-west-2:111122223333:far"))
	runs := express(stack, "Runs")
	bus := awsevents.NewEventBus(other, jsii.String("Bus"), nil)
	mail := backend(stack, "Mail")
	api := shop(stack, func(p *secureapi.Props) {
		p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}}
		p.Authorizers = map[string]secureapi.Authorizer{"partners": secureapi.IAMAuthorizer{}}
		write := secureapi.AnyScope("orders:write")
		p.Routes = append(p.Routes,
			secureapi.Integrate("POST /jobs/{customer}", secureapi.SendTo(jobs, "{customer}"), write),
			secureapi.Integrate("POST /plain", secureapi.SendTo(plain), secureapi.GuardedBy("partners")),
			secureapi.Integrate("POST /far", secureapi.SendTo(far), write),
			secureapi.Integrate("POST /runs", secureapi.StartExecution(runs), write),
			secureapi.Integrate("POST /answers", secureapi.StartSyncExecution(runs), write),
			secureapi.Integrate("POST /placed", secureapi.PutEvents(bus, "shop.api", "order placed"), write),
			secureapi.Integrate("POST /reports", secureapi.InvokeAsync(mail), write),
			secureapi.Integrate("POST /cdk", awsapigateway.StepFunctionsIntegration_StartExecution(runs, nil), write),
			secureapi.Integrate("GET /version", secureapi.Respond(200, map[string]any{"version": 2}),
				secureapi.Public("says nothing")),
			secureapi.Integrate("GET /site", awsapigateway.NewHttpIntegration(jsii.String("https://example.com"), nil), write),
			secureapi.Route{
				Pattern: "POST /mail",
				Integration: awsapigateway.NewLambdaIntegration(mail, &awsapigateway.LambdaIntegrationOptions{
					Proxy:                jsii.Bool(false),
					IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{StatusCode: jsii.String("202")}},
				}),
				Access: []secureapi.Access{write},
				MethodOptions: &awsapigateway.MethodOptions{MethodResponses: &[]*awsapigateway.MethodResponse{{
					StatusCode:     jsii.String("202"),
					ResponseModels: &map[string]awsapigateway.IModel{"application/json": awsapigateway.Model_EMPTY_MODEL()},
				}}},
			},
		)
	})
	api.GrantInvoke(awsiam.NewUser(stack, jsii.String("Partner"), nil), "POST /plain")
	methods := resources(stack, "AWS::ApiGateway::Method")
	find := func(pattern string) map[string]any {
		t.Helper()
		verb, path, _ := strings.Cut(pattern, " ")
		for id, m := range methods {
			if m["HttpMethod"] == verb && strings.HasPrefix(id, "ApiRestApi"+strings.NewReplacer("/", "", "{", "", "}", "").
				Replace(path)+verb) {
				return m
			}
		}
		t.Fatalf("got no method %s", pattern)
		return nil
	}
	const origin = "method.response.header.Access-Control-Allow-Origin"
	for _, tt := range []struct {
		pattern, authorization string
		uri, template          string // parts; "" for none
		statuses               string
	}{
		{"POST /jobs/{customer}", "CUSTOM", ":sqs:path/", "&MessageBody=$util.urlEncode($input.body)&MessageGroupId=" +
			"$util.urlEncode($input.params('customer'))&MessageDeduplicationId=$util.urlEncode(" +
			"$context.extendedRequestId)", "202 400 500"},
		{
			"POST /plain",
			"AWS_IAM",
			":sqs:path/",
			"Action=SendMessage&MessageBody=$util.urlEncode($input.body)",
			"202 400 500",
		},
		{"POST /far", "CUSTOM", ":apigateway:us-west-2:sqs:path/111122223333/far", "Action=SendMessage", "202 400 500"},
		{"POST /runs", "CUSTOM", ":states:action/StartExecution",
			`"input": "$util.escapeJavaScript($input.body).replaceAll("\\'", "'")"}`, "202 400 500"},
		{"POST /answers", "CUSTOM", ":states:action/StartSyncExecution",
			`"name": "$util.escapeJavaScript($context.requestId)"`, "200 400 500"},
		{"POST /placed", "CUSTOM", ":events:action/PutEvents",
			`"Source": "shop.api", "DetailType": "order placed", "Detail": "$util`, "202 400 500"},
		{"POST /reports", "CUSTOM", ":lambda:path/2015-03-31/functions/*/invocations", "$input.body", "202"},
		{"POST /cdk", "CUSTOM", ":states:action/StartSyncExecution", "", "200 400 500"},
		{"GET /version", "NONE", "", `{"statusCode": 200}`, "200"},
		{"GET /site", "CUSTOM", "https://example.com", "", ""},
		{"POST /mail", "CUSTOM", ":lambda:path/", "", "202"},
	} {
		m := find(tt.pattern)
		integration := m["Integration"].(map[string]any)
		if m["AuthorizationType"] != tt.authorization {
			t.Errorf("%s: AuthorizationType: got %v, want %s", tt.pattern, m["AuthorizationType"], tt.authorization)
		}
		if text := literal(integration["Uri"]); !strings.Contains(text, tt.uri) {
			t.Errorf("%s: Uri: got %s, want %s in it", tt.pattern, text, tt.uri)
		}
		templates, _ := integration["RequestTemplates"].(map[string]any)
		if text := literal(templates["application/json"]); !strings.Contains(text, tt.template) {
			t.Errorf("%s: request template: got\n%s\nwant in it\n%s", tt.pattern, text, tt.template)
		}
		var statuses []string
		responses, _ := m["MethodResponses"].([]any)
		for _, r := range responses {
			r := r.(map[string]any)
			statuses = append(statuses, r["StatusCode"].(string))
			if declared, _ := r["ResponseParameters"].(map[string]any); declared[origin] != true {
				t.Errorf("%s: status %v: does not declare %s", tt.pattern, r["StatusCode"], origin)
			}
		}
		if got := strings.Join(statuses, " "); got != tt.statuses {
			t.Errorf("%s: declared statuses: got %q, want %q", tt.pattern, got, tt.statuses)
		}
		mapped, _ := integration["IntegrationResponses"].([]any)
		for _, r := range mapped {
			parameters, _ := r.(map[string]any)["ResponseParameters"].(map[string]any)
			if parameters[origin] != "'https://shop.example.com'" {
				t.Errorf("%s: response parameter %s: got %v", tt.pattern, origin, parameters[origin])
			}
		}
		if service := integration["Type"] == "AWS" && !strings.Contains(tt.uri, "lambda"); service &&
			integration["PassthroughBehavior"] != "NEVER" {
			t.Errorf("%s: PassthroughBehavior: got %v, want NEVER", tt.pattern, integration["PassthroughBehavior"])
		}
	}
	if models := find("POST /mail")["MethodResponses"].([]any)[0].(map[string]any)["ResponseModels"]; !reflect.DeepEqual(
		models,
		map[string]any{"application/json": "Empty"},
	) {
		t.Errorf("given model: got %v", models)
	}
	permits(t, stack, "POSTRole", map[string]string{
		"ApiRestApijobscustomer": "sqs:SendMessage", "ApiRestApiplain": "sqs:SendMessage", "ApiRestApifar": "sqs:SendMessage",
		"ApiRestApiruns": "states:StartExecution", "ApiRestApianswers": "states:StartSyncExecution",
		"ApiRestApiplaced": "events:PutEvents", "ApiRestApireports": "lambda:InvokeFunction",
	})
	key, _ := json.Marshal(resources(stack, "AWS::IAM::Policy"))
	if !strings.Contains(string(key), `"Action":["kms:Decrypt","kms:GenerateDataKey"]`) {
		t.Errorf("key policy of the queue: got %s, want a statement for the method's role", key)
	}
	warnings := *assertions.Annotations_FromStack(stack).FindWarning(jsii.String("/Shop/Api"),
		assertions.Match_StringLikeRegexp(jsii.String(`route "GET /site": the API has CORS, and its integration is a proxy`)))
	if len(warnings) != 1 {
		t.Errorf("got %d warnings that pages cannot read the site's answers, want one", len(warnings))
	}
}

// permits checks the permissions of the methods' roles. Each role permits one action on one resource.
func permits(t *testing.T, stack awscdk.Stack, suffix string, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for id, role := range resources(stack, "AWS::IAM::Role") {
		name, _, ok := strings.Cut(id, suffix)
		if !ok {
			continue
		}
		for _, p := range role["Policies"].([]any) {
			for _, s := range p.(map[string]any)["PolicyDocument"].(map[string]any)["Statement"].([]any) {
				s := s.(map[string]any)
				got[name] += fmt.Sprint(s["Action"])
				if s["Resource"] == "*" || s["Resource"] == nil {
					t.Errorf("role %s: got %v on %v, want one action on one resource", id, s["Action"], s["Resource"])
				}
			}
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("permissions of the roles: got %v, want %v", got, want)
	}
}

// literal returns a string of a template, with a * for each part that is not literal.
func literal(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		join, _ := v["Fn::Join"].([]any)
		if len(join) != 2 {
			return "*"
		}
		var out strings.Builder
		for _, part := range join[1].([]any) {
			out.WriteString(literal(part))
		}
		return out.String()
	}
	return ""
}

// TestForwardCallerPerRoute uses one integration for routes of two guards, with and without ForwardCaller, and then
// for a method of the app. Each method forwards only the caller of its own guard.
func TestForwardCallerPerRoute(t *testing.T) {
	stack := newStack()
	send := secureapi.SendTo(awssqs.NewQueue(stack, jsii.String("Jobs"), nil))
	api := shop(stack, func(p *secureapi.Props) {
		p.Authorizers = map[string]secureapi.Authorizer{"partners": secureapi.IAMAuthorizer{}}
		p.Routes = append(p.Routes,
			secureapi.Integrate("POST /a", send, secureapi.ForwardCaller()),
			secureapi.Integrate("POST /b", send),
			secureapi.Integrate("POST /c", send, secureapi.GuardedBy("partners"), secureapi.ForwardCaller()),
		)
	})
	var statuses []*awsapigateway.MethodResponse
	for _, status := range []string{"202", "400", "500"} {
		statuses = append(statuses, &awsapigateway.MethodResponse{StatusCode: &status})
	}
	d := api.RestAPI.Root().AddResource(jsii.String("d"), nil)
	d.AddMethod(jsii.String("POST"), send, &awsapigateway.MethodOptions{
		AuthorizationType: awsapigateway.AuthorizationType_IAM, MethodResponses: &statuses,
	})
	want := map[string]string{
		"aPOST": "$context.authorizer.principalId $context.authorizer.issuer", "bPOST": "",
		"cPOST": "$context.identity.userArn", "dPOST": "",
	}
	variables := regexp.MustCompile(`\$context\.[a-zA-Z.]+`)
	for logical, m := range resources(stack, "AWS::ApiGateway::Method") {
		name := strings.TrimPrefix(logical[:len(logical)-8], "ApiRestApi")
		caller, ours := want[name]
		if !ours {
			continue
		}
		delete(want, name)
		template := m["Integration"].(map[string]any)["RequestTemplates"].(map[string]any)["application/json"].(string)
		if got := strings.Join(variables.FindAllString(template, -1), " "); got != caller {
			t.Errorf("%s sends on %q, want %q", name, got, caller)
		}
	}
	if len(want) > 0 {
		t.Errorf("got no method for %v", want)
	}
}

func TestIntegrateErrors(t *testing.T) {
	stack := newStack()
	queue := awssqs.NewQueue(stack, jsii.String("Jobs"), nil)
	fifo := awssqs.NewQueue(stack, jsii.String("Fifo"), &awssqs.QueueProps{Fifo: jsii.Bool(true)})
	deduplicated := awssqs.NewQueue(stack, jsii.String("Bodies"), &awssqs.QueueProps{
		Fifo: jsii.Bool(true), ContentBasedDeduplication: jsii.Bool(true),
	})
	standard := awsstepfunctions.NewStateMachine(stack, jsii.String("Standard"), &awsstepfunctions.StateMachineProps{
		DefinitionBody: awsstepfunctions.DefinitionBody_FromChainable(awsstepfunctions.NewPass(stack, jsii.String("P"), nil)),
	})
	n := 0
	in := func(integration func() awsapigateway.Integration) func() {
		return func() {
			n++
			secureapi.New(stack, fmt.Sprint("Api", n), &secureapi.Props{
				Routes: []secureapi.Route{secureapi.Integrate("POST /jobs", integration(), secureapi.Public("x"))},
			})
		}
	}
	for _, tt := range []struct {
		name string
		make func()
		want string
	}{
		{"no queue", func() { secureapi.SendTo(nil) },
			"secureapi: SendTo: the queue is nil: give it an awssqs.IQueue"},
		{"a group of a standard queue", func() { secureapi.SendTo(queue, "orders") },
			`secureapi: SendTo: the queue is not a FIFO queue, and its messages have no MessageGroup: leave "orders" out, or ` +
				`set Fifo on the queue`},
		{"two groups", func() { secureapi.SendTo(fifo, "a", "b") },
			"secureapi: SendTo: there are 2 MessageGroups, and a message is in one: leave the others out"},
		{"not a group", func() { secureapi.SendTo(fifo, "$x") }, `secureapi: SendTo: the MessageGroup "$x": want`},
		{"no state machine", func() { secureapi.StartExecution(nil) },
			"secureapi: StartExecution: the state machine is nil: give it an awsstepfunctions.IStateMachine"},
		{"no express state machine", func() { secureapi.StartSyncExecution(nil) },
			"secureapi: StartSyncExecution: the state machine is nil: give it an awsstepfunctions.IStateMachine"},
		{"a standard machine", func() { secureapi.StartSyncExecution(standard) },
			"secureapi: StartSyncExecution: Shop/Standard is a standard state machine, and only express ones are waited for: " +
				"set its StateMachineType to EXPRESS, or use StartExecution"},
		{"no function", func() { secureapi.InvokeAsync(nil) },
			"secureapi: InvokeAsync: the function is nil: give it an awslambda.IFunction"},
		{"no bus", func() { secureapi.PutEvents(nil, "shop.api", "order placed") },
			"secureapi: PutEvents: the bus is nil: give it an awsevents.IEventBus"},
		{"a source of a service's", func() {
			secureapi.PutEvents(awsevents.NewEventBus(stack, jsii.String("Bus"), nil), "aws.s3", "order placed")
		}, `secureapi: PutEvents: the source is "aws.s3", and EventBridge takes`},
		{
			"a fixed answer",
			func() { secureapi.Respond(20) },
			"secureapi: Respond(20): the status is 20: want one of 200 to 599",
		},
		{"a machine of another account", func() {
			here := awscdk.NewStack(awscdk.NewApp(nil), jsii.String("Here"), &awscdk.StackProps{
				Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("eu-west-1")},
			})
			arn := "arn:aws:states:eu-west-1:999999999999:stateMachine:pick"
			secureapi.New(here, "Api", &secureapi.Props{Routes: []secureapi.Route{secureapi.Integrate("POST /jobs",
				secureapi.StartExecution(awsstepfunctions.StateMachine_FromStateMachineArn(here, jsii.String("Pick"), &arn)),
				secureapi.Public("x"))}})
		}, "secureapi: StartExecution: Here/Pick is in account 999999999999 and the API in 123456789012, whose " +
			"roles cannot start it: put the machine into the API's account, or route to a function that starts it " +
			"from the machine's account"},
		{"a parameter that is not in the path",
			in(func() awsapigateway.Integration { return secureapi.SendTo(fifo, "{customer}") }),
			`route "POST /jobs": its MessageGroup is {customer}, and the path has no such parameter`},
		{"no answers", in(func() awsapigateway.Integration { return awsapigateway.NewMockIntegration(nil) }),
			`route "POST /jobs": its integration is of the type MOCK and has no IntegrationResponses`},
		{"a call without a role", in(func() awsapigateway.Integration {
			return awsapigateway.NewAwsIntegration(&awsapigateway.AwsIntegrationProps{
				Service: jsii.String("sns"), Action: jsii.String("Publish"), Options: &awsapigateway.IntegrationOptions{
					IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{StatusCode: jsii.String("200")}}},
			})
		}), `route "POST /jobs": its integration calls sns and has no role`},
		{"ForwardCaller with a deduplicating queue", func() {
			secureapi.New(stack, "Deduplicated", &secureapi.Props{
				Authorizer: secureapi.IAMAuthorizer{},
				Routes: []secureapi.Route{
					secureapi.Integrate("POST /fifo", secureapi.SendTo(fifo), secureapi.ForwardCaller()),
					secureapi.Integrate("POST /alone", secureapi.SendTo(deduplicated)),
					secureapi.Integrate("POST /jobs", secureapi.SendTo(deduplicated), secureapi.ForwardCaller()),
				},
			})
		}, `route "POST /jobs": it has ForwardCaller, and the queue Shop/Bodies deduplicates by the body, not by ` +
			"attributes, so the message of one caller would be dropped after the same body of another: " +
			"leave ContentBasedDeduplication out"},
		{"a caller for another integration", func() {
			secureapi.New(stack, "Callers", &secureapi.Props{
				Authorizer: secureapi.IAMAuthorizer{},
				Routes:     []secureapi.Route{secureapi.Integrate("GET /a", secureapi.Respond(200), secureapi.ForwardCaller())},
			})
		}, `route "GET /a": it has ForwardCaller, which adds the caller to what SendTo, StartExecution, ` +
			`StartSyncExecution, PutEvents, InvokeAsync, ForwardTo and HTTP integrations send: ` +
			`map $context.identity.userArn in the templates or RequestParameters of its own integration instead`},
		{"a caller of the app's own function for a backend", func() {
			stack := newStack()
			secureapi.New(stack, "Callers", &secureapi.Props{
				Authorizer: secureapi.TokenAuthorizer{Function: backend(stack, "Decide")},
				Routes: []secureapi.Route{secureapi.Integrate("GET /a",
					awsapigateway.NewHttpIntegration(jsii.String("https://example.com"), nil), secureapi.ForwardCaller())},
			})
		}, `route "GET /a": it has ForwardCaller, and your own Function guards it`},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.make, tt.want) })
	}
}
