package gateway

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// internalWords are in the errors of services. Callers must not see them, because they name accounts and resources.
const internalWords = "arn:aws:sqs:us-east-1:111122223333:Jobs"

// endpoint simulates the services and a backend. It records requests and answers as the services do.
type endpoint struct {
	mu   sync.Mutex
	last string
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e.mu.Lock()
	e.last = fmt.Sprintf("%s %s %s %s", r.Method, r.URL, r.Header.Get("X-Amz-Target"), body)
	e.mu.Unlock()
	switch {
	case r.Header.Get("Authorization") == "" && !strings.HasPrefix(r.URL.Path, "/backend/"):
		w.WriteHeader(http.StatusForbidden)
	case strings.Contains(string(body), "refuse"):
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "`+internalWords+`"}`)
	case r.Header.Get("X-Amz-Target") == "AWSEvents.PutEvents":
		io.WriteString(w, putResult(string(body)))
	case r.Header.Get("X-Amz-Target") != "":
		io.WriteString(w, `{"executionArn": "arn:aws:states:us-east-1:1:execution:m:x", "startDate": 1.7E9, `+
			`"status": "SUCCEEDED", "output": "{\"packed\": true}"}`)
	case strings.HasPrefix(r.URL.Path, "/backend/"):
		io.WriteString(w, "from the backend: "+r.URL.RequestURI())
	default:
		io.WriteString(w, `{"SendMessageResponse": {"SendMessageResult": {"MessageId": "m-1"}}}`)
	}
}

// putResult returns EventBridge's answer with the status 200.
// Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
func putResult(call string) string {
	for code, part := range map[string]string{"MalformedDetail": `"Detail": "[`, "ThrottlingException": "hurry"} {
		if strings.Contains(call, part) {
			return `{"FailedEntryCount": 1, "Entries": [{"ErrorCode": "` + code + `", "ErrorMessage": "` +
				internalWords + `"}]}`
		}
	}
	return `{"FailedEntryCount": 0, "Entries": [{"EventId": "e-1"}]}`
}

func (e *endpoint) asked() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.last
}

// TestIntegrationsInTheLocalGateway runs the examples of docs/integrations.md and docs/streaming.md, with endpoints
// that record requests: a queue, a state machine, a fixed answer, a backend over HTTP and a stream.
func TestIntegrationsInTheLocalGateway(t *testing.T) {
	t.Parallel()
	e := &endpoint{}
	server := httptest.NewServer(e)
	defer server.Close()
	dir := synthesizedHere(t, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
		jobs := awssqs.NewQueue(stack, jsii.String("Jobs"), nil)
		fulfil := awsstepfunctions.NewStateMachine(stack, jsii.String("Fulfil"), &awsstepfunctions.StateMachineProps{
			DefinitionBody: awsstepfunctions.DefinitionBody_FromString(jsii.String(
				`{"StartAt": "Pack", "States": {"Pack": {"Type": "Wait", "Seconds": 60, "End": true}}}`)),
		})
		events := awslambda.NewFunction(stack, jsii.String("Events"), &awslambda.FunctionProps{
			Runtime: awslambda.Runtime_NODEJS_22_X(),
			Handler: jsii.String("index.handler"),
			Timeout: awscdk.Duration_Minutes(jsii.Number(1)),
			Code: awslambda.Code_FromInline(jsii.String(`exports.handler = awslambda.streamifyResponse(async (event, stream) => {
				const headers = {'Content-Type': 'text/event-stream'}
				stream = awslambda.HttpResponseStream.from(stream, {statusCode: 200, headers})
				for (const i of [1, 2, 3]) { stream.write('data: ' + i + '\n\n') }
				stream.end()
			})`)),
		})
		report := awslambda.NewFunction(stack, jsii.String("Report"), &awslambda.FunctionProps{
			Runtime: awslambda.Runtime_NODEJS_22_X(),
			Handler: jsii.String("index.handler"),
			Code: awslambda.Code_FromInline(jsii.String("exports.handler = async (event) => await fetch('" + server.URL +
				"/backend/report?' + encodeURIComponent(JSON.stringify(event)))")),
		})
		bus := awsevents.NewEventBus(stack, jsii.String("Bus"), nil)
		pack := awsstepfunctions.StateMachine_FromStateMachineArn(stack, jsii.String("Pack"),
			jsii.String("arn:aws:states:eu-west-1:111122223333:stateMachine:pack"))
		open := secureapi.Public("the test is about integrations")
		secureapi.New(stack, "Api", &secureapi.Props{
			Routes: []secureapi.Route{
				secureapi.Integrate("POST /jobs", secureapi.SendTo(jobs), open),
				secureapi.Integrate("POST /orders", secureapi.StartExecution(fulfil), open),
				secureapi.Integrate("POST /reports", secureapi.InvokeAsync(report), open),
				secureapi.Integrate("GET /version", secureapi.Respond(200, map[string]any{"version": 2}), open),
				secureapi.Integrate("GET /text", secureapi.Respond(200, `5 $ #1 \$x $input.body #if(1)`), open),
				secureapi.Integrate("GET /gone", secureapi.Respond(410), open),
				secureapi.Integrate("POST /parcels", secureapi.StartSyncExecution(pack), open),
				secureapi.Integrate("POST /placed", secureapi.PutEvents(bus, "shop.api", "order placed"), open),
				secureapi.Integrate(
					"GET /catalog/{proxy+}",
					awsapigateway.NewHttpIntegration(jsii.String(server.URL+"/backend/{proxy}"),
						&awsapigateway.HttpIntegrationProps{Options: &awsapigateway.IntegrationOptions{
							RequestParameters: &map[string]*string{
								"integration.request.path.proxy": jsii.String("method.request.path.proxy"),
							},
						}}),
					open,
				),
				secureapi.Handle("GET /events", events, open, secureapi.Streamed()),
			},
		})
	})
	s := runningByItself(t, dir, "prod", localgateway.Options{Env: map[string]string{"AWS_ENDPOINT_URL": server.URL}})
	for _, c := range []struct {
		name, request, body string
		status              int
		want, asked         string // a part of the answer, and of the request to the endpoint
	}{
		{
			"a queue",
			"POST /jobs",
			`{"a": "it's"}`,
			202,
			`{"messageId": "m-1"}`,
			"Action=SendMessage&MessageBody=%7B%22a%22%3A+%22it%27s%22%7D",
		},
		{"a message without a body", "POST /jobs", "", 202, `{"messageId": "m-1"}`, "Action=SendMessage&MessageBody=%7B%7D"},
		{"a message that SQS refuses", "POST /jobs", "refuse", 400, `{"message": "Bad Request"}`, "MessageBody=refuse"},
		{"an execution that is refused", "POST /orders", `"refuse"`, 400, `{"message": "Bad Request"}`, "refuse"},
		{"a synchronous execution that is refused", "POST /parcels", `"refuse"`, 400, `{"message": "Bad Request"}`, "refuse"},
		{"a state machine", "POST /orders", `{"a": "it's"}`, 202, `{"executionId": "`, `"input": "{\"a\": \"it's\"}"`},
		{"an execution without a body", "POST /orders", "", 202, `{"executionId": "`, `"input": "{}"`},
		{"a fixed answer", "GET /version", "", 200, `{"version":2}`, ""},
		{"a fixed answer with the syntax of templates", "GET /text", "", 200, `5 $ #1 \$x $input.body #if(1)`, ""},
		{"only a status", "GET /gone", "", 410, "", ""},
		{"a synchronous execution", "POST /parcels", `{"a": "it's"}`, 200, `{"packed": true}`,
			`AWSStepFunctions.StartSyncExecution {"stateMachineArn": "arn:aws:states:eu-west-1:111122223333:stateMachine:pack"`},
		{"an event", "POST /placed", `{"a": "it's"}`, 202, `{"eventId": "e-1"}`,
			`AWSEvents.PutEvents {"Entries": [{"EventBusName": "arn:aws:events:us-east-1:123456789012:event-bus/ShopBus`},
		{"its detail", "POST /placed", `{"a": "it's"}`, 202, `{"eventId": "e-1"}`, `"Detail": "{\"a\": \"it's\"}"}]}`},
		{"an event without a body", "POST /placed", "", 202, `{"eventId": "e-1"}`, `"Detail": "{}"`},
		{"an event whose detail is not an object", "POST /placed", "[1]", 400, `{"message": "Bad Request"}`, `"[1]"`},
		{"an event that EventBridge fails to take", "POST /placed", `{"hurry": 1}`, 500,
			`{"message": "Internal Server Error"}`, ""},
		{"a backend", "GET /catalog/a/b?page=1", "", 200, "from the backend: /backend/a/b?page=1", "GET /backend/a/b?page=1"},
		{"an event that is not JSON", "POST /reports", "a=1", 400, `"Could not parse request body into json"`, ""},
		{"a stream", "GET /events", "", 200, "data: 1\n\ndata: 2\n\ndata: 3\n\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			verb, path, _ := strings.Cut(c.request, " ")
			got := s.send(t, s.request(t, verb, path, c.body, "Content-Type: application/json"))
			if got.status != c.status || !strings.Contains(got.body, c.want) {
				t.Errorf("got %d %s (%s), want %d with %s", got.status, got.body, got.record.Reason, c.status, c.want)
			}
			if strings.Contains(got.body, internalWords) {
				t.Errorf("the caller can read the error of the service: %s", got.body)
			}
			if asked := e.asked(); !strings.Contains(asked, c.asked) {
				t.Errorf("the endpoint was asked %s, want %s", asked, c.asked)
			}
		})
	}
	answer, err := http.Get(s.url + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if line, err := bufio.NewReader(answer.Body).ReadString('\n'); err != nil || line != "data: 1\n" ||
		answer.ContentLength != -1 {
		t.Errorf("got %q, %v, of %d bytes", line, err, answer.ContentLength)
	}

	closed := running(t, dir, "prod", localgateway.Options{Issuers: localgateway.ConfiguredIssuers})
	got := closed.send(t, closed.request(t, "POST", "/jobs", "{}", "Content-Type: application/json"))
	if got.status != http.StatusNotImplemented || !strings.Contains(got.record.Reason, "--env AWS_ENDPOINT_URL_SQS=URL") {
		t.Errorf("without an endpoint: got %d (%s)", got.status, got.record.Reason)
	}
}

// TestALoadBalancerInTheLocalGateway checks that a route to a VPC says why it is not answered here, also if the app
// wrote the load balancer into the template itself.
func TestALoadBalancerInTheLocalGateway(t *testing.T) {
	t.Parallel()
	dir := synthesizedHere(t, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
		vpc := awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), &awsec2.VpcAttributes{
			VpcId:             jsii.String("vpc-0a1b2c3d4e5f67890"),
			AvailabilityZones: jsii.Strings("eu-west-1a", "eu-west-1b"),
			PrivateSubnetIds:  jsii.Strings("subnet-0a1b2c3d4e5f67890", "subnet-0fedcba9876543210"),
		})
		balancer := awselasticloadbalancingv2.NewApplicationLoadBalancer(stack, jsii.String("Balancer"),
			&awselasticloadbalancingv2.ApplicationLoadBalancerProps{Vpc: vpc})
		listener := balancer.AddListener(jsii.String("Listener"), &awselasticloadbalancingv2.BaseApplicationListenerProps{
			Port:          jsii.Number(80),
			DefaultAction: awselasticloadbalancingv2.ListenerAction_FixedResponse(jsii.Number(404), nil),
		})
		link := awsapigatewayv2.NewVpcLink(stack, jsii.String("Link"), &awsapigatewayv2.VpcLinkProps{Vpc: vpc})
		stock := secureapi.ForwardTo(listener, &secureapi.ForwardToProps{VPCLink: link})
		byHand := awsapigateway.NewIntegration(&awsapigateway.IntegrationProps{
			Type:                  awsapigateway.IntegrationType_HTTP_PROXY,
			IntegrationHttpMethod: jsii.String("GET"),
			Uri:                   jsii.String("http://stock.internal.example.com:80/"),
			Options: &awsapigateway.IntegrationOptions{
				VpcLink: awsapigateway.VpcLink_FromVpcLinkId(stack, jsii.String("SameLink"), link.VpcLinkId()),
			},
		})
		api := secureapi.New(stack, "Api", &secureapi.Props{
			Routes: []secureapi.Route{
				secureapi.Integrate("GET /stock/{id}", stock, secureapi.Public("x")),
				secureapi.Integrate("GET /hatch", byHand, secureapi.Public("x")),
			},
		})
		hatch := api.RestAPI.Root().ResourceForPath(jsii.String("/hatch")).Node().FindChild(jsii.String("GET"))
		hatch.Node().DefaultChild().(awscdk.CfnResource).AddPropertyOverride(jsii.String("Integration.IntegrationTarget"),
			balancer.LoadBalancerArn())
	})
	s := running(t, dir, "prod", localgateway.Options{})
	want := regexp.MustCompile(`its integration calls the load balancer Shop/Balancer\w+ through the VPC ` +
		`link Shop/Link\w+, and VPCs are not emulated$`)
	for _, path := range []string{"/stock/7", "/hatch"} {
		got := s.send(t, s.request(t, "GET", path, ""))
		if got.status != http.StatusNotImplemented || !want.MatchString(got.record.Reason) {
			t.Errorf("%s: got %d (%s), want 501 and %s", path, got.status, got.record.Reason, want)
		}
	}
}
