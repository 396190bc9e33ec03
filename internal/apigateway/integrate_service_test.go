package apigateway

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
	"github.com/gatehouse-cdk/gatehouse/internal/sigv4"
)

// The sources of the behaviour of AWS integrations.
const (
	docPutIntegration = "https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html"
	docEndpoints      = "https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html"
	docSendMessage    = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"
	docStartExecution = "https://docs.aws.amazon.com/step-functions/latest/dg/tutorial-api-gateway.html"
	recordedTarget    = localstackGateway + "integrations/aws.py"
	docCustomLambda   = guide + "set-up-lambda-custom-integrations.html"
	docLambdaErrors   = guide + "handle-errors-in-lambda-integration.html"
	docLambdaPatterns = guide + "api-gateway-swagger-extensions-integration-responses.html"
	docAsync          = guide + "set-up-lambda-integration-async.html"
)

// toService is an AWS integration of a service, with changes.
func toService(uri string, changes ...object) object {
	return httpTo("AWS", "POST", "arn:aws:apigateway:eu-west-1:"+uri, append([]object{{
		"Credentials":          "arn:aws:iam::123456789012:role/api",
		"IntegrationResponses": []any{object{"StatusCode": "200"}},
	}}, changes...)...)
}

func plainTo(function string, changes ...object) object {
	return httpTo("AWS", "POST", "", append([]object{{"Uri": invocation(function)}}, changes...)...)
}

func serviceBehaviour(t *testing.T) []behaviour {
	p := newPeer(t)
	r := bare()
	addRoute(r, "POST /queue", toService("sqs:path/123456789012/orders", object{
		"RequestParameters": object{"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
		"RequestTemplates":  object{"application/json": "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"},
		"IntegrationResponses": []any{
			object{"StatusCode": "404", "SelectionPattern": "4\\d{2}"},
			object{"StatusCode": "200", "ResponseTemplates": object{"application/json": `{"sent": $input.json('$.order.id')}`}}},
	}), methodResponses)
	addRoute(r, "POST /workflow", toService("states:action/StartExecution", object{"RequestTemplates": object{
		"application/json": `{"stateMachineArn": "arn:x", "input": "$util.escapeJavaScript($input.json('$'))"}`}}),
		methodResponses)
	addRoute(r, "POST /events", toService("events:action/PutEvents", object{"RequestTemplates": object{
		"application/json": `#set($context.requestOverride.header.X-Amz-Target = "AWSEvents.PutEvents")` +
			`#set($context.requestOverride.header.Content-Type = "application/x-amz-json-1.1"){}`}}), methodResponses)
	addRoute(
		r,
		"GET /files/{key}",
		toService("s3:path/files/{key}", object{"IntegrationHttpMethod": "GET", "RequestParameters": object{
			"integration.request.path.key": "method.request.path.key"}}),
		methodResponses,
	)
	addRoute(r, "POST /topic", toService("sns:action/Publish&TopicArn=arn:t", object{
		"RequestParameters": object{"integration.request.querystring.Message": "method.request.body.text"}}), methodResponses)
	addRoute(r, "POST /signed", toService("sqs:path/q", object{
		"RequestParameters": object{"integration.request.header.Authorization": "'x'"}}), methodResponses)
	addRoute(r, "POST /firehose", toService("firehose:action/PutRecord"), methodResponses)

	addRoute(r, "POST /plain/{proxy+}", plainTo("Fn", object{
		"RequestTemplates": object{"application/json": `{"path": "/$input.params('proxy')", "body": $input.json('$.text')}`},
		"IntegrationResponses": []any{
			object{"StatusCode": "404", "SelectionPattern": ".*no such.*",
				"ResponseTemplates": object{"application/json": "$input.path('$.errorMessage')"}},
			object{"StatusCode": "200"}},
	}), methodResponses)
	addRoute(
		r,
		"POST /plainly",
		plainTo("Fn", object{"RequestTemplates": object{"application/json": `{"path": "/fail"}`}}),
		methodResponses,
	)
	addRoute(
		r,
		"POST /unread",
		plainTo("Fn", object{"RequestTemplates": object{"application/json": "no JSON"}}),
		methodResponses,
	)
	addRoute(r, "POST /async", plainTo("Fn", object{
		"RequestParameters":    object{"integration.request.header.X-Amz-Invocation-Type": "'Event'"},
		"IntegrationResponses": []any{object{"StatusCode": "404", "SelectionPattern": "202"}, object{"StatusCode": "200"}}}),
		methodResponses)
	addRoute(r, "ANY /echo", plainTo("Fn"), methodResponses)
	addRoute(r, "GET /templated", plainTo("Fn", object{"RequestTemplates": object{
		"application/json": `{"path": "/answer", "body": "{\"param1\": \"$input.params('param1')\"}"}`}}), methodResponses)
	r["Closed"], r["ClosedPermission"] = function(), nil
	addRoute(r, "POST /closed", plainTo("Closed"), methodResponses)
	s := serve(t, r, func(o *Options) {
		o.Functions.Env = map[string]string{
			"AWS_ENDPOINT_URL_SQS": p.URL + "/sqs", "AWS_ENDPOINT_URL_SFN": p.URL, "AWS_ENDPOINT_URL_EVENTBRIDGE": p.URL,
			"AWS_ENDPOINT_URL_S3": p.URL + "/", "AWS_ENDPOINT_URL_SNS": p.URL,
		}
	})
	none := serve(t, r)
	all := serve(t, r, func(o *Options) {
		o.Functions.Env = map[string]string{
			"AWS_ENDPOINT_URL": p.URL, "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "k", "AWS_SESSION_TOKEN": "t",
		}
	})

	sent := func(s *site, name, source, target, body, want string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			return p.called(t, s, target, body, "Content-Type: application/json", "Cookie: c=1")
		}}
	}
	posted := func(name, source, target, body, want string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			got := s.post(t, target, body, "Content-Type: application/json")
			return fmt.Sprint(got.status, " ", got.body)
		}}
	}
	// answered sends no Content-Type, as the recorded test does.
	answered := func(name, test, target, body, want string) behaviour {
		return behaviour{name: name, source: recordedLambda + ": " + test, want: want,
			got: func(t *testing.T) string {
				got := s.post(t, target, body)
				return fmt.Sprint(got.status, " ", got.body)
			}}
	}
	const (
		region = `"headers":{"Region":"eu-west-1"},"statusCode":200}`
		agent  = "User-Agent: AmazonAPIGateway_API\n"
		signer = "AWS4-HMAC-SHA256 Credential=AKIDLOCALGATEWAY/20260304/eu-west-1/"
	)
	return []behaviour{
		sent(s, "a queue, by path", docSendMessage, "POST /prod/queue", `{"a": "b c"}`, "POST /sqs/123456789012/orders\n"+
			"Accept: application/json\nAuthorization: "+signer+
			"sqs/aws4_request\nContent-Type: application/x-www-form-urlencoded\n"+
			agent+"Action=SendMessage&MessageBody=%7B%22a%22%3A+%22b+c%22%7D"),
		posted("its answer by the template", docTemplates, "POST /prod/queue", `{}`, `200 {"sent": 7}`),
		sent(s, "a state machine, by action", docStartExecution, "POST /prod/workflow", `{"a": 1}`, "POST /\n"+
			"Accept: application/json\nAuthorization: "+signer+"states/aws4_request\nContent-Type: application/x-amz-json-1.0\n"+
			agent+"X-Amz-Target: AWSStepFunctions.StartExecution\n"+`{"stateMachineArn": "arn:x", "input": "{\"a\":1}"}`),
		sent(s, "a target that the template sets", recordedTarget, "POST /prod/events", `{}`, "POST /?Action=PutEvents\n"+
			"Accept: application/json\nAuthorization: "+signer+"events/aws4_request\nContent-Type: application/x-amz-json-1.1\n"+
			agent+"X-Amz-Target: AWSEvents.PutEvents\n{}"),
		sent(s, "a path parameter", docPutIntegration, "GET /prod/files/a%20b", "", "GET /files/a%20b\n"+
			"Accept: application/json\nAuthorization: "+signer+"s3/aws4_request\n"+agent+
			"X-Amz-Content-Sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"),
		sent(s, "parameters of an action", docPutIntegration, "POST /prod/topic", `{"text": "hi"}`,
			"POST /?Action=Publish&Message=hi&TopicArn=arn%3At\nAccept: application/json\nAuthorization: "+signer+
				"sns/aws4_request\nContent-Type: application/json\n"+agent+`{"text": "hi"}`),
		sent(
			all,
			"one endpoint and credentials of --env",
			docEndpoints,
			"POST /prod/firehose",
			`{}`,
			"POST /?Action=PutRecord\nAccept: application/json\n"+
				"Authorization: AWS4-HMAC-SHA256 Credential=AKID/20260304/eu-west-1/firehose/aws4_request\n"+
				"Content-Type: application/json\n"+agent+"{}",
		),
		posted("a header that an integration must not set", recordedIllegal, "POST /prod/signed", "{}",
			`500 {"message": "Internal server error"}`),
		{
			name:   "no endpoint",
			source: "the local gateway's own",
			want: "501 Shop/MPOSTRworkflow: its integration calls the AWS service states, which is not emulated: " +
				"--env AWS_ENDPOINT_URL_SFN=URL, such as http://127.0.0.1:4566, gives an endpoint that answers it",
			got: func(t *testing.T) string {
				got := none.send(t, "POST /prod/workflow")
				return fmt.Sprint(got.status, " ", got.record.Reason)
			},
		},

		posted(
			"a function gets what the template makes",
			docCustomLambda,
			"POST /prod/plain/answer",
			`{"text": "{\"a\": [1]}"}`,
			`200 {"a": [1]}`,
		),
		answered("without a template, the body is the event", "test_lambda_aws_integration", "POST /prod/echo",
			`{"message": "hello world"}`, `200 {"body":"{\"message\": \"hello world\"}",`+region),
		answered("and no body is an empty object", "TestApiGatewayHeaderRemapping", "GET /prod/echo", "",
			`200 {"body":"{}",`+region),
		answered("a parameter, beside one that signed requests have", "test_lambda_aws_integration_with_request_template",
			"GET /prod/templated?param1=foobar&Signature=1", "", `200 {"param1": "foobar"}`),
		posted("and its error is matched", docLambdaErrors, "POST /prod/plain/fail", "{}", "404 no such order"),
		posted("an object with an error message that it returns is not", docLambdaPatterns, "POST /prod/plain/answer",
			`{"text": "{\"errorMessage\": \"no such order\"}"}`, `200 {"errorMessage": "no such order"}`),
		posted("nor is one with all members of an error", docLambdaPatterns, "POST /prod/plain/answer",
			`{"text": "{\"errorMessage\":\"no such order\",\"errorType\":\"Error\",\"stackTrace\":[]}"}`,
			`200 {"errorMessage":"no such order","errorType":"Error","stackTrace":[]}`),
		posted("without a template for it, its error passes", docLambdaErrors, "POST /prod/plainly", "{}",
			`200 {"errorMessage":"no such order","errorType":"errorString"}`),
		posted("an event that is not JSON", "https://github.com/serverless/serverless/issues/2270", "POST /prod/unread", "{}",
			`400 {"message":"Could not parse request body into json"}`),
		posted("a function that is not waited for", docAsync, "POST /prod/async", `{"path": "/sleep", "body": "5s"}`, "200 "),
		posted("a function that API Gateway may not invoke", docPermissions, "POST /prod/closed", "{}",
			`500 {"message": "Internal server error"}`),
	}
}

// TestEndpoint has an endpoint that is not a URL.
func TestEndpoint(t *testing.T) {
	r := bare()
	addRoute(r, "POST /queue", toService("sqs:path/1/q"))
	s := serve(t, r, func(o *Options) { o.Functions.Env = map[string]string{"AWS_ENDPOINT_URL_SQS": "localhost:9324"} })
	got := s.send(t, "POST /prod/queue")
	if want := `the endpoint of the AWS service sqs is "localhost:9324": want an http or https URL`; got.status != 501 ||
		!strings.Contains(got.record.Reason, want) {
		t.Errorf("got %d %s, want %s", got.status, got.record.Reason, want)
	}
}

// TestDynamoDB puts an item into a table of DynamoDB and gets it back, through the gateway.
func TestDynamoDB(t *testing.T) {
	endpoint := nodepeer.Dynalite(t)
	createTable(t, endpoint)
	r := bare()
	addRoute(
		r,
		"PUT /orders/{id}",
		toService("dynamodb:action/PutItem", object{"RequestTemplates": object{"application/json": `{
		"TableName": "orders",
		"Item": {"id": {"S": "$input.params('id')"},
			"note": {"S": "$util.escapeJavaScript($input.path('$.note')).replaceAll("\\'", "'")"},
			"lines": {"L": [#foreach($l in $input.path('$.lines')){"S": "$l"}#if($foreach.hasNext),#end#end]}},
		"ConditionExpression": "attribute_not_exists(id)"}`},
			"IntegrationResponses": []any{
				object{"StatusCode": "404", "SelectionPattern": "400", "ResponseTemplates": object{
					"application/json": `{"error": "$input.path('$.__type').split('#')[1]"}`}},
				object{"StatusCode": "200", "ResponseTemplates": object{"application/json": `{"put": "$input.params('id')"}`}}},
		}),
		methodResponses,
	)
	addRoute(
		r,
		"GET /orders/{id}",
		toService("dynamodb:action/GetItem", object{"RequestTemplates": object{"application/json": `{
		"TableName": "orders", "Key": {"id": {"S": "$input.params('id')"}}}`},
			"IntegrationResponses": []any{
				object{"StatusCode": "200", "ResponseTemplates": object{"application/json": `#set($i = $input.path('$.Item'))` +
					`{"note": "$util.escapeJavaScript($i.note.S).replaceAll("\\'", "'")", ` +
					`"lines": [#foreach($l in $i.lines.L)"$l.S"#if($foreach.hasNext), #end#end]}`}},
			},
		}),
		methodResponses,
	)
	s := serve(t, r, func(o *Options) { o.Functions.Env = map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": endpoint} })
	s.clock.Advance(time.Since(s.clock.Now())) // to the time of the signatures
	for _, c := range []struct{ target, body, want string }{
		{"PUT /prod/orders/7", `{"note": "it's \"new\"", "lines": ["a", "b"]}`, `200 {"put": "7"}`},
		{"PUT /prod/orders/7", `{"note": "again", "lines": []}`, `404 {"error": "ConditionalCheckFailedException"}`},
		{"GET /prod/orders/7", "", `200 {"note": "it's \"new\"", "lines": ["a", "b"]}`},
	} {
		if got := s.post(t, c.target, c.body, "Content-Type: application/json"); fmt.Sprint(
			got.status,
			" ",
			got.body,
		) != c.want {
			t.Errorf("%s: got %d %s, want %s; %s", c.target, got.status, got.body, c.want, got.record.Reason)
		}
	}
}

func createTable(t *testing.T, endpoint string) {
	t.Helper()
	body := []byte(
		`{"TableName": "orders", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
		"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}`,
	)
	call := func(action string, body []byte) string {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, "POST", endpoint, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+action)
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		sigv4.Signer{
			AccessKeyID: "a",
			Key:         sigv4.Key{Secret: "s"},
			Region:      "eu-west-1",
			Service:     "dynamodb",
		}.Sign(r, body, time.Now())
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != 200 {
			t.Fatalf("%d %s %v", answer.StatusCode, text, err)
		}
		return string(text)
	}
	call("CreateTable", body)
	for range 500 {
		if strings.Contains(call("DescribeTable", []byte(`{"TableName": "orders"}`)), `"ACTIVE"`) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the table does not become active")
}
