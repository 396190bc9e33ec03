package cli

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// TestDevIntegrations has routes that a queue and another machine answer: without the flags they are 501, and the start
// names the flags.
func TestDevIntegrations(t *testing.T) {
	t.Parallel()
	queue := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"path": "`+r.URL.Path+`"}`)
	}))
	defer queue.Close()
	method := func(verb, integration string) string {
		return `"` + verb + `": {"Type": "AWS::ApiGateway::Method", "Properties": {
			"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
			"HttpMethod": "` + verb + `", "AuthorizationType": "NONE", "MethodResponses": [{"StatusCode": "200"}],
			"Integration": {` + integration + `,
			"IntegrationHttpMethod": "POST", "IntegrationResponses": [{"StatusCode": "200"}]}}},`
	}
	dir := t.TempDir()
	writeFile(
		t,
		filepath.Join(dir, "manifest.json"),
		`{"version": "48.0.0", "artifacts": {"Shop": {"type": "aws:cloudformation:stack",
		"environment": "aws://123456789012/eu-west-1", "properties": {"templateFile": "Shop.template.json"}}}}`,
	)
	writeFile(t, filepath.Join(dir, "Shop.template.json"), `{"Resources": {
		"Jobs": {"Type": "AWS::SQS::Queue"},`+
		method("GET", `"Type": "AWS", "Uri": {
			"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/${Jobs.QueueName}"}`)+
		method("POST", `"Type": "HTTP_PROXY", "Uri": "http://192.0.2.1/"`)+`
		"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop"}},
		"Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}},
		"Live": {"Type": "AWS::ApiGateway::Stage", "Properties": {
			"RestApiId": {"Ref": "Api"}, "DeploymentId": {"Ref": "Deployment"}, "StageName": "live"}}}}`)
	for _, c := range []struct {
		flags  []string
		status int
		said   []string
		not    []string
	}{
		{nil, 501, []string{"--env AWS_ENDPOINT_URL_SQS=URL", "--allow-network"}, nil},
		{[]string{"--allow-network"}, 501, []string{"--env AWS_ENDPOINT_URL_SQS=URL"}, []string{"--allow-network"}},
		{
			[]string{"--env", "AWS_ENDPOINT_URL_SQS=" + queue.URL},
			200,
			[]string{"--allow-network"},
			[]string{"AWS_ENDPOINT_URL_SQS"},
		},
	} {
		r, _ := start(t, dir, append([]string{"--assembly", "."}, c.flags...)...)
		out := r.stdout.String() + r.stderr.String()
		for _, text := range c.said {
			if !strings.Contains(out, text) {
				t.Errorf("%q: the output does not have %s:\n%s", c.flags, text, out)
			}
		}
		for _, text := range c.not {
			if strings.Contains(out, text) {
				t.Errorf("%q: the output has %s, although the value was given:\n%s", c.flags, text, out)
			}
		}
		if got := get(t, r.url+"/live/").StatusCode; got != c.status {
			t.Errorf("%q: status %d, want %d", c.flags, got, c.status)
		}
		r.stop(t)
	}
}

// TestDevStream reads the first part of a streamed answer while the function waits to write the second.
func TestDevStream(t *testing.T) {
	t.Parallel()
	nodepeer.Need(t)
	proceed := make(chan struct{})
	waiting := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-proceed }))
	defer waiting.Close()
	dir := t.TempDir()
	writeFile(
		t,
		filepath.Join(dir, "manifest.json"),
		`{"version": "48.0.0", "artifacts": {"Shop": {"type": "aws:cloudformation:stack",
		"environment": "aws://123456789012/eu-west-1", "properties": {"templateFile": "Shop.template.json"}}}}`,
	)
	const uri = "arn:aws:apigateway:${AWS::Region}:lambda:path/2021-11-15/functions/${F.Arn}/" +
		"response-streaming-invocations"
	code := "exports.handler = awslambda.streamifyResponse(async (e, s) => { " +
		"s = awslambda.HttpResponseStream.from(s, {statusCode: 201}); " +
		"s.write('one'); await fetch('" + waiting.URL + "'); s.end('two') })"
	writeFile(t, filepath.Join(dir, "Shop.template.json"), `{"Resources": {
		"F": {"Type": "AWS::Lambda::Function", "Properties": {
			"Runtime": "nodejs22.x", "Handler": "index.handler", "Timeout": 60, "Code": {"ZipFile": "`+code+`"}}},
		"P": {"Type": "AWS::Lambda::Permission", "Properties": {
			"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "F"}, "Principal": "apigateway.amazonaws.com"}},
		"Get": {"Type": "AWS::ApiGateway::Method", "Properties": {
			"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
			"HttpMethod": "GET", "AuthorizationType": "NONE",
			"Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "ResponseTransferMode": "STREAM",
			"Uri": {"Fn::Sub": "`+uri+`"}}}},
		"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop"}},
		"Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}},
		"Live": {"Type": "AWS::ApiGateway::Stage", "Properties": {
			"RestApiId": {"Ref": "Api"}, "DeploymentId": {"Ref": "Deployment"}, "StageName": "live"}}}}`)
	r, _ := start(t, dir, "--assembly", ".")
	answer, err := http.Get(r.url + "/live/")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	first := make([]byte, 3)
	if _, err := io.ReadFull(answer.Body, first); err != nil || string(first) != "one" || answer.StatusCode != 201 {
		t.Fatalf("got %d %q, %v", answer.StatusCode, first, err)
	}
	close(proceed)
	if rest, err := io.ReadAll(answer.Body); err != nil || string(rest) != "two" {
		t.Errorf("got %q, %v", rest, err)
	}
	r.stop(t)
	if out := r.stdout.String(); !strings.Contains(out, "  201  GET /live/  [GET /]") {
		t.Errorf("the output does not have the request:\n%s", out)
	}
}
