package gateway

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// hostilePrincipal is the principal that an authorizer function of the app returns. Each service receives it unchanged.
const hostilePrincipal = `a"b'c\d&e=f %2B</g> é`

// newForwarding has a queue, a state machine, a bus and an asynchronous function behind a guard of each kind. The
// function posts its event to a URL.
func newForwarding(app awscdk.App, url string) {
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	principal, _ := json.Marshal(hostilePrincipal)
	decide := awslambda.NewFunction(stack, jsii.String("Decide"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(), Handler: jsii.String("index.handler"),
		Code: awslambda.Code_FromInline(jsii.String(`exports.handler = async (event) => ({
			principalId: ` + string(principal) + `,
			policyDocument: {Version: '2012-10-17', Statement: [
				{Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*'}]}})`)),
	})
	report := awslambda.NewFunction(stack, jsii.String("Report"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(), Handler: jsii.String("index.handler"),
		Environment: &map[string]*string{"REPORT_TO": &url},
		Code: awslambda.Code_FromInline(jsii.String("exports.handler = async (event) => " +
			"{ await fetch(process.env.REPORT_TO, {method: 'POST', body: JSON.stringify(event)}) }")),
	})
	jobs := awssqs.NewQueue(stack, jsii.String("Jobs"), nil)
	bus := awsevents.NewEventBus(stack, jsii.String("Bus"), nil)
	pack := awsstepfunctions.StateMachine_FromStateMachineArn(stack, jsii.String("Pack"),
		jsii.String("arn:aws:states:eu-west-1:111122223333:stateMachine:pack"))
	props := &secureapi.Props{Authorizers: map[string]secureapi.Authorizer{
		"included": secureapi.TokenAuthorizer{JWT: &secureapi.JWT{
			Issuers: []secureapi.Issuer{{URL: "https://id.example.com", Audiences: []string{"orders"}}},
		}},
		"own":  secureapi.TokenAuthorizer{Function: decide},
		"pool": secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}},
		"iam":  secureapi.IAMAuthorizer{},
	}}
	for name := range props.Authorizers {
		words := []secureapi.Access{secureapi.GuardedBy(name), secureapi.ForwardCaller()}
		props.Routes = append(props.Routes,
			secureapi.Integrate("POST /"+name+"/jobs", secureapi.SendTo(jobs), words...),
			secureapi.Integrate("POST /"+name+"/runs", secureapi.StartExecution(pack), words...),
			secureapi.Integrate("POST /"+name+"/answers", secureapi.StartSyncExecution(pack), words...),
			secureapi.Integrate("POST /"+name+"/reports", secureapi.InvokeAsync(report), words...),
			secureapi.Integrate("POST /"+name+"/visits", secureapi.PutEvents(bus, "shop", "visit"), words...),
		)
	}
	props.Routes = append(props.Routes, secureapi.Integrate("POST /included/reports/alone", secureapi.InvokeAsync(report),
		secureapi.GuardedBy("included")))
	secureapi.New(stack, "Api", props)
}

// TestForwardCaller sends bodies that try to name another caller to each service behind each guard. Each service
// receives the caller that the guard identified, and the body as it was sent.
func TestForwardCaller(t *testing.T) {
	t.Parallel()
	e := &endpoint{}
	server := httptest.NewServer(e)
	defer server.Close()
	reported := make(chan string, 100)
	reports := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		event, _ := io.ReadAll(r.Body)
		reported <- string(event)
	}))
	defer reports.Close()
	report := func(t *testing.T) string {
		t.Helper()
		select {
		case event := <-reported:
			return event
		case <-time.After(time.Minute):
			t.Fatal("the function was not invoked")
			return ""
		}
	}
	dir := synthesizedHere(t, func(app awscdk.App) { newForwarding(app, reports.URL) })
	s := running(t, dir, "prod",
		localgateway.Options{Env: map[string]string{"AWS_ENDPOINT_URL": server.URL}})
	const id = "https://id.example.com"
	key := s.AccessKeys()[0]
	guards := []struct {
		name, token string // the token is "" for a signature
		want        caller
	}{
		{"included", s.mint(t, localgateway.TokenRequest{Issuer: id, Subject: "user 1"}), caller{"user%201", id}},
		{"own", "anything", caller{hostilePrincipal, ""}},
		{"pool", s.mint(t, localgateway.TokenRequest{Issuer: s.pool(), Subject: "user-2", Use: localgateway.IDToken}),
			caller{"user-2", s.pool()}},
		{"iam", "", caller{"arn:aws:iam::123456789012:user/developer", ""}},
	}
	bodies := map[string]string{
		"an object":             `{"a": "it's"}`,
		"another caller":        `{"caller": {"principalId": "admin"}, "body": "x"}`,
		"the end of a text":     `", "caller": {"principalId": "admin"}, "x": "`,
		"escaped ends":          `\", \"caller\": {\"principalId\": \"admin\"}, \"x\": \"`,
		"an attribute":          `x&MessageAttribute.1.Value.StringValue=admin`,
		"what templates act on": `$context.requestId #set($principalId = "admin") ${util.urlEncode("x")} $principalId`,
		"all escapes":           "\\ \\' ' \" </script> \n\t é \U0001F600 \\\\\"",
	}
	for _, g := range guards {
		for name, body := range bodies {
			for route, read := range map[string]func(*testing.T, string) (caller, string){
				"jobs":    messageOf,
				"runs":    func(t *testing.T, asked string) (caller, string) { return envelopeOf(t, asked, "input") },
				"answers": func(t *testing.T, asked string) (caller, string) { return envelopeOf(t, asked, "input") },
				"reports": func(t *testing.T, _ string) (caller, string) { return envelopeIn(t, report(t)) },
				"visits":  func(t *testing.T, asked string) (caller, string) { return envelopeOf(t, asked, "Detail") },
			} {
				t.Run(g.name+"/"+route+"/"+name, func(t *testing.T) {
					r := s.request(t, "POST", "/"+g.name+"/"+route, body)
					if g.token != "" {
						r.Header.Set("Authorization", "Bearer "+g.token)
					} else {
						r = sign(t, r, key, region, time.Now())
					}
					if got := s.send(t, r); got.status > 202 {
						t.Fatalf("%d %s (%s)", got.status, got.body, got.record.Reason)
					}
					if got, text := read(t, e.asked()); got != g.want || text != body {
						t.Errorf("the service received the caller %+v and the body\n\t%s\nwant %+v and\n\t%s", got, text, g.want, body)
					}
				})
			}
		}
	}

	for body, want := range map[string]string{`{"caller":{"principalId":"admin"}}`: `{"caller":{"principalId":"admin"}}`,
		"": "{}"} {
		s.call(t, "POST", "/included/reports/alone", guards[0].token, body, 202, `{"requestId": "`)
		if got := report(t); got != want {
			t.Errorf("without ForwardCaller, the event is %s, want %s", got, want)
		}
	}
}

// caller is what a service receives about the caller.
type caller struct{ PrincipalID, Issuer string }

// messageOf reads a call of SQS.
// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html (the example)
func messageOf(t *testing.T, asked string) (who caller, body string) {
	t.Helper()
	form, err := url.ParseQuery(asked[strings.Index(asked, "Action="):])
	if err != nil {
		t.Fatal(err)
	}
	for n := range 10 {
		at := "MessageAttribute." + string(rune('0'+n)) + "."
		value := form.Get(at + "Value.StringValue")
		if name := form.Get(at + "Name"); name != "" && form.Get(at+"Value.DataType") != "String" {
			t.Errorf("the attribute %s has the type %q", name, form.Get(at+"Value.DataType"))
		}
		switch form.Get(at + "Name") {
		case "principalId":
			who.PrincipalID = value
		case "issuer":
			who.Issuer = value
		}
		delete(form, at+"Name")
		delete(form, at+"Value.DataType")
		delete(form, at+"Value.StringValue")
	}
	body = form.Get("MessageBody")
	delete(form, "Action")
	delete(form, "MessageBody")
	if len(form) > 0 {
		t.Errorf("the call also has %v", form)
	}
	return who, body
}

// envelopeOf reads a call in JSON whose payload is JSON text in the member with this name.
func envelopeOf(t *testing.T, asked, member string) (who caller, body string) {
	t.Helper()
	var call struct {
		Input   string
		Entries []struct{ Detail string }
	}
	text := asked[strings.Index(asked, "{"):]
	if err := json.Unmarshal([]byte(text), &call); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if member == "Detail" && len(call.Entries) == 1 {
		call.Input = call.Entries[0].Detail
	}
	return envelopeIn(t, call.Input)
}

// envelopeIn reads a payload that has the caller and the body.
func envelopeIn(t *testing.T, payload string) (who caller, body string) {
	t.Helper()
	var envelope struct {
		Caller caller
		Body   string
	}
	decoder := json.NewDecoder(strings.NewReader(payload))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&envelope); err != nil {
		t.Fatalf("%v: %s", err, payload)
	}
	return envelope.Caller, envelope.Body
}
