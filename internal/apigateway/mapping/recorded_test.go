package mapping

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// png selects an API with the binary media type image/png; false selects one without binary media types.
type png bool

func (p png) BinaryRequest(r *exchange.Request) bool {
	return p.BinaryAnswer(r.Headers.Get("Content-Type"))
}
func (p png) BinaryAnswer(contentType string) bool   { return bool(p) && contentType == "image/png" }
func (p png) AcceptsBinary(r *exchange.Request) bool { return p.BinaryAnswer(r.Headers.Get("Accept")) }

// The bodies of the recordings: gzip's bytes, and a text.
const (
	recordedRaw = "\x1f\x8b\x08\x00\x14l\xeec\x02\xffK\xce\xcf-(J-.NMQHI,I\xd4Q(\xce\xc8/\xcdIQHJU" +
		"\xc8\xcc+K\xcc\xc9LQ\x08\rq\xd3\xb5P(.)\xca\xccK\x07\x00\xb89\x10W/\x00\x00\x00"
	recordedText = "this is a UTF8 text typed object"

	// recordedReplaced is recordedRaw as API Gateway converts it to text.
	recordedReplaced = "\x1f\ufffd\x08\x00\x14l\ufffdc\x02\ufffdK\ufffd\ufffd-(J-.NMQHI,I\ufffdQ(" +
		"\ufffd\ufffd/\ufffdIQHJU\ufffd\ufffd+K\ufffd\ufffdLQ\x08\rq\u04f5P(.)\ufffd\ufffdK\x07\x00\ufffd9\x10W/\x00\x00\x00"
)

func encoded(body string) string { return base64.StdEncoding.EncodeToString([]byte(body)) }

// The conversions of a body: unchanged, as text, encoded as base64, decoded from base64.
const (
	stays   = "it stays"
	isText  = "what is not UTF-8 is replaced"
	encodes = "it is encoded"
	decodes = "it is decoded"
)

// compareRecorded compares the results for the three bodies with the recorded ones. "" stands for a 500.
func compareRecorded(t *testing.T, does string, got func(body string) (string, *Failure)) {
	t.Helper()
	for name, c := range map[string]struct{ body, text, decoded string }{
		"raw":     {recordedRaw, recordedReplaced, ""},
		"encoded": {encoded(recordedRaw), encoded(recordedRaw), recordedRaw},
		"text":    {recordedText, recordedText, ""},
	} {
		want := map[string]string{stays: c.body, isText: c.text, encodes: encoded(c.body), decodes: c.decoded}[does]
		body, f := got(c.body)
		if f != nil {
			if answer := newResponses(t).Answer(f, source()); want != "" || answer.Status != 500 {
				t.Errorf("%s: want %q, got %d: %s", name, want, answer.Status, f.Reason)
			}
		} else if body != want {
			t.Errorf("%s: want %q, got %q", name, want, body)
		}
	}
}

// Source: TestApiGatewayS3BinarySupport.test_apigw_s3_binary_support_response_* in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_s3.snapshot.json
func TestRecordedBinaryAnswers(t *testing.T) {
	for _, c := range []struct {
		handling            string
		api                 png
		contentType, accept string
		does                string
	}{
		{"", false, "binary/octet-stream", "image/png", isText},
		{"", true, "binary/octet-stream", "image/png", decodes},
		{"", true, "image/png", "image/png", stays},
		{"", true, "binary/octet-stream", "text/plain", isText},
		{"", true, "image/png", "text/plain", encodes},
		{"CONVERT_TO_TEXT", false, "binary/octet-stream", "image/png", isText},
		{"CONVERT_TO_TEXT", true, "binary/octet-stream", "image/png", isText},
		{"CONVERT_TO_TEXT", true, "image/png", "image/png", encodes},
		{"CONVERT_TO_TEXT", true, "binary/octet-stream", "text/plain", isText},
		{"CONVERT_TO_TEXT", true, "image/png", "text/plain", encodes},
		{"CONVERT_TO_BINARY", false, "binary/octet-stream", "image/png", decodes},
		{"CONVERT_TO_BINARY", true, "binary/octet-stream", "image/png", decodes},
		{"CONVERT_TO_BINARY", true, "image/png", "image/png", stays},
		{"CONVERT_TO_BINARY", true, "binary/octet-stream", "text/plain", decodes},
		{"CONVERT_TO_BINARY", true, "image/png", "text/plain", stays},
	} {
		t.Run(fmt.Sprint(c.handling, " ", c.api, " ", c.contentType, " for ", c.accept), func(t *testing.T) {
			i, err := NewIntegration(httpMethod(func(i *apimodel.Integration) {
				i.Type = apimodel.IntegrationAWS
				i.Responses[0].ContentHandling = c.handling
			}), c.api)
			if err != nil {
				t.Fatal(err)
			}
			compareRecorded(t, c.does, func(body string) (string, *Failure) {
				a, f := i.Respond(source(withHeader("Accept", c.accept)), &Received{Status: 200, Body: []byte(body),
					Headers: exchange.Headers{{Name: "Content-Type", Value: c.contentType}}})
				return string(a.Body), f
			})
		})
	}
}

// Source: TestApiGatewayS3BinarySupport.test_apigw_s3_binary_support_request* beside that.
func TestRecordedBinaryRequests(t *testing.T) {
	template := map[string]string{"application/json": `{"data": "$input.body"}`}
	for _, c := range []struct {
		handling    string
		api         png
		contentType string
		templates   map[string]string
		does        string
	}{
		{"", false, "image/png", nil, isText},
		{"", true, "image/png", nil, stays},
		{"", true, "text/plain", nil, isText},
		{"CONVERT_TO_TEXT", false, "image/png", nil, isText},
		{"CONVERT_TO_TEXT", true, "image/png", nil, encodes},
		{"CONVERT_TO_TEXT", true, "text/plain", nil, isText},
		{"CONVERT_TO_BINARY", false, "image/png", nil, decodes},
		{"CONVERT_TO_BINARY", true, "image/png", nil, stays},
		{"CONVERT_TO_BINARY", true, "text/plain", nil, decodes},
		{"CONVERT_TO_BINARY", false, "image/png", template, decodes},
		{"CONVERT_TO_BINARY", false, "application/json", template, "a 500"},
	} {
		t.Run(fmt.Sprint(c.handling, " ", c.api, " ", c.contentType, " ", len(c.templates)), func(t *testing.T) {
			i, err := NewIntegration(httpMethod(func(i *apimodel.Integration) {
				i.Type, i.HTTPMethod = apimodel.IntegrationAWS, "ANY"
				i.ContentHandling, i.RequestTemplates = c.handling, c.templates
			}), c.api)
			if err != nil {
				t.Fatal(err)
			}
			compareRecorded(t, c.does, func(body string) (string, *Failure) {
				s := source(withHeader("Content-Type", c.contentType))
				s.Request.Verb, s.Request.Body = "PUT", []byte(body)
				call, f := i.Request(s, false)
				if f != nil {
					return "", f
				}
				return string(call.Body), nil
			})
		})
	}
}

// recordedHeaders are the headers that TestApiGatewayHeaderRemapping in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_integrations.py maps
// and sends, without those that a client cannot send. The snapshot of that test has the results.
var recordedHeaders = strings.Fields("Accept Accept-Charset Accept-Encoding Age Authorization Connection " +
	"Content-Encoding Content-Length Content-MD5 Content-Type Date Expect Host Max-Forwards Pragma Proxy-Authenticate " +
	"Range Referer Server TE Transfer-Encoding Trailer Upgrade User-Agent Via Warn WWW-Authenticate")

// recordedRequest returns the request of the recording: a GET with all of these headers and without a body.
func recordedRequest() *Source {
	s := source()
	s.Request.Verb, s.Request.Headers, s.Request.TraceID = "GET", nil, "Root=1"
	for _, name := range recordedHeaders {
		s.Request.Headers = append(s.Request.Headers, exchange.Header{Name: name, Value: "sent"})
	}
	return s
}

func namesOf(list exchange.Headers) string {
	var names []string
	for _, line := range list {
		names = append(names, line.Name+"="+line.Value)
	}
	return strings.Join(names, " ")
}

// TestRecordedRequestHeaders compares the headers except Content-Length and X-Forwarded-*. In the recording, the
// server's HTTP library and a load balancer set these. The caller of this package removes Upgrade and Trailer, which
// belong to a connection.
func TestRecordedRequestHeaders(t *testing.T) {
	const (
		added    = "User-Agent=AmazonAPIGateway_a1b2c3d4e5 X-Amzn-Trace-Id=Root=1 X-Amzn-Apigateway-Api-Id=a1b2c3d4e5"
		identity = "X-Amzn-Trace-Id=Root=1 X-Amzn-Apigateway-Api-Id=a1b2c3d4e5"
		passed   = "Accept=sent Accept-Charset=sent Accept-Encoding=sent Age=sent Authorization=sent Content-Type=sent " +
			"Date=sent Pragma=sent Range=sent Referer=sent User-Agent=sent Warn=sent"
		mapped = "Accept=mapped Accept-Charset=mapped Accept-Encoding=mapped Age=mapped Authorization=mapped " +
			"Content-Encoding=mapped Content-MD5=mapped Content-Type=mapped Date=mapped Host=mapped " +
			"Max-Forwards=mapped Pragma=mapped Range=mapped Referer=mapped Server=mapped Trailer=mapped Upgrade=mapped " +
			"User-Agent=mapped WWW-Authenticate=mapped Warn=mapped"
	)
	mapping := map[string]string{}
	for _, name := range recordedHeaders {
		if name != "Content-Length" && name != "Transfer-Encoding" {
			mapping["integration.request.header."+name] = "'mapped'"
		}
	}
	for _, c := range []struct {
		name, kind string
		parameters map[string]string
		want       string // "500" for a failure
	}{
		{"HTTP no-param", apimodel.IntegrationHTTP, nil, "Accept=application/json " + added},
		{"HTTP full", apimodel.IntegrationHTTP, mapping, mapped + " " + identity},
		{"HTTP_PROXY no-param", apimodel.IntegrationHTTPProxy, nil, passed + " " + identity},
		{"HTTP_PROXY full", apimodel.IntegrationHTTPProxy, mapping, mapped + " " + identity},
		{"HTTP content-length", apimodel.IntegrationHTTP, set1("Content-Length"), "500"},
		{"HTTP transfer-encoding", apimodel.IntegrationHTTP, set1("Transfer-Encoding"), "500"},
		{"HTTP_PROXY content-length", apimodel.IntegrationHTTPProxy, set1("Content-Length"), "500"},
		{"HTTP_PROXY transfer-encoding", apimodel.IntegrationHTTPProxy, set1("Transfer-Encoding"), "500"},
		{"AWS content-length", apimodel.IntegrationAWS, set1("Content-Length"), "500"},
		{"AWS transfer-encoding", apimodel.IntegrationAWS, set1("Transfer-Encoding"), "500"},
		{"AWS authorization", apimodel.IntegrationAWS, set1("Authorization"), "500"},
		{"AWS connection", apimodel.IntegrationAWS, set1("Connection"), "500"},
		{"AWS expect", apimodel.IntegrationAWS, set1("Expect"), "500"},
		{"AWS proxy-authenticate", apimodel.IntegrationAWS, set1("Proxy-Authenticate"), "500"},
		{"AWS te", apimodel.IntegrationAWS, set1("TE"), "500"},
	} {
		t.Run(c.name, func(t *testing.T) {
			i, err := NewIntegration(httpMethod(func(i *apimodel.Integration) {
				i.Type, i.URI, i.RequestParameters = c.kind, "http://127.0.0.1/", c.parameters
			}), png(false))
			if err != nil {
				t.Fatal(err)
			}
			call, f := i.Request(recordedRequest(), false)
			if f != nil {
				answer := newResponses(t).Answer(f, source())
				if got := fmt.Sprint(answer.Status); got != c.want ||
					string(answer.Body) != `{"message": "Internal server error"}` {
					t.Errorf("want %s, got %s %s: %s", c.want, got, answer.Body, f.Reason)
				}
				return
			}
			var got exchange.Headers // the peer's forwarding headers are not in the recording
			for _, line := range call.Headers {
				if !strings.HasPrefix(line.Name, "X-Forwarded-") {
					got = append(got, line)
				}
			}
			want, have := slices.Sorted(slices.Values(strings.Fields(c.want))),
				slices.Sorted(slices.Values(strings.Fields(namesOf(got))))
			if diff := cmp.Diff(want, have); diff != "" || len(call.Body) > 0 {
				t.Errorf("the body %q, and -want +got:\n%s", call.Body, diff)
			}
		})
	}
}

func set1(header string) map[string]string {
	return map[string]string{"integration.request.header." + header: "'mapped'"}
}

// A template sees the request without the headers that no integration gets.
func TestRecordedParams(t *testing.T) {
	var template strings.Builder
	for _, name := range recordedHeaders {
		fmt.Fprintf(&template, "%s=$input.params('%s')\n", name, name)
	}
	i, err := NewIntegration(httpMethod(func(i *apimodel.Integration) {
		i.RequestTemplates = map[string]string{"application/json": template.String()}
	}), png(false))
	if err != nil {
		t.Fatal(err)
	}
	s := recordedRequest()
	for n := range s.Request.Headers {
		if s.Request.Headers[n].Name == "Content-Type" {
			s.Request.Headers[n].Value = "application/json"
		}
	}
	call, f := i.Request(s, false)
	if f != nil {
		t.Fatal(f.Reason)
	}
	var empty []string
	for line := range strings.Lines(string(call.Body)) {
		if name, value, _ := strings.Cut(strings.TrimSpace(line), "="); value == "" {
			empty = append(empty, name)
		}
	}
	const want = "Connection Content-Length Content-MD5 Expect Max-Forwards Proxy-Authenticate Server TE " +
		"Transfer-Encoding Trailer Upgrade WWW-Authenticate"
	if got := strings.Join(empty, " "); got != want {
		t.Errorf("want %s missing, got %s missing", want, got)
	}
}

// TestRecordedAnswerHeaders checks that answers of HTTP and AWS integrations have these headers under other names, and
// no Transfer-Encoding.
func TestRecordedAnswerHeaders(t *testing.T) {
	m := httpMethod(func(i *apimodel.Integration) { i.Responses[0].Parameters = map[string]string{} })
	for _, name := range recordedHeaders {
		m.Responses[0].Parameters["method.response.header."+name] = true
		m.Integration.Responses[0].Parameters["method.response.header."+name] = "'mapped'"
	}
	i, err := NewIntegration(m, png(false))
	if err != nil {
		t.Fatal(err)
	}
	a, f := i.Respond(source(), &Received{Status: 200, Body: []byte("{}")})
	if f != nil {
		t.Fatal(f.Reason)
	}
	const want = "Content-Type=mapped Accept=mapped Accept-Charset=mapped Accept-Encoding=mapped Age=mapped " +
		"x-amzn-Remapped-Authorization=mapped x-amzn-Remapped-Connection=mapped Content-Encoding=mapped " +
		"x-amzn-Remapped-Content-Length=mapped x-amzn-Remapped-Content-MD5=mapped x-amzn-Remapped-Date=mapped " +
		"x-amzn-Remapped-Expect=mapped x-amzn-Remapped-Host=mapped x-amzn-Remapped-Max-Forwards=mapped Pragma=mapped " +
		"x-amzn-Remapped-Proxy-Authenticate=mapped Range=mapped Referer=mapped x-amzn-Remapped-Server=mapped TE=mapped " +
		"x-amzn-Remapped-Trailer=mapped x-amzn-Remapped-Upgrade=mapped x-amzn-Remapped-User-Agent=mapped Via=mapped " +
		"x-amzn-Remapped-WWW-Authenticate=mapped Warn=mapped"
	if diff := cmp.Diff(strings.Fields(want), strings.Fields(namesOf(a.Headers))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Source: test_integration_mock_with_request_overrides_in_response_template beside that, and
// https://github.com/localstack/localstack/pull/11799
func TestRecordedOverridesRead(t *testing.T) {
	i, err := NewIntegration(&apimodel.Method{
		Integration: apimodel.Integration{
			Type: apimodel.IntegrationMock,
			RequestTemplates: map[string]string{"application/json": `#set($sent = $util.base64Decode($input.params("id")))` +
				`#set($context.requestOverride.path.body = $sent){"statusCode": 200}`},
			Responses: []apimodel.IntegrationResponse{{StatusCode: "200", Templates: map[string]string{
				"application/json": `#set($body = $util.parseJson($context.requestOverride.path.body))` +
					`#if($body.path == "path1")path one#elseif($body.path == "path2")path two#{else}another path#end`}}},
		},
		Responses: []apimodel.MethodResponse{{StatusCode: "200"}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for sent, want := range map[string]string{
		`{"path": "path1"}`: "path one", `{"path": "path2"}`: "path two", `{"path": ""}`: "another path",
	} {
		a, f := i.Mock(source(func(s *Source) { s.Params["id"] = encoded(sent) }))
		if f != nil {
			t.Fatal(f.Reason)
		}
		if string(a.Body) != want {
			t.Errorf("%s: want %s, got %s", sent, want, a.Body)
		}
	}
}

// TestRecordedSelectionOfSeveral checks that of several matching patterns, the one of the response with the same status
// is used.
// Source: https://github.com/ministackorg/ministack/pull/1756, seen on AWS
func TestRecordedSelectionOfSeveral(t *testing.T) {
	for _, c := range []struct {
		answered string
		want     int
	}{{"201", 201}, {"202", 202}, {"203", 200}, {"404", 500}} {
		m := &apimodel.Method{Integration: apimodel.Integration{
			Type:             apimodel.IntegrationMock,
			RequestTemplates: map[string]string{"application/json": `{"statusCode": ` + c.answered + `}`},
			Responses: []apimodel.IntegrationResponse{
				{StatusCode: "500"},
				{StatusCode: "200", SelectionPattern: `2\d\d`},
				{StatusCode: "201", SelectionPattern: `2\d\d`},
				{StatusCode: "202", SelectionPattern: `20[12]`},
			},
		}}
		for _, r := range m.Integration.Responses {
			m.Responses = append(m.Responses, apimodel.MethodResponse{StatusCode: r.StatusCode})
		}
		i, err := NewIntegration(m, nil)
		if err != nil {
			t.Fatal(err)
		}
		a, f := i.Mock(source())
		if f != nil {
			t.Fatal(f.Reason)
		}
		if a.Status != c.want {
			t.Errorf("%s: want %d, got %d", c.answered, c.want, a.Status)
		}
	}
}

// TestRecordedOverridesPassed checks that overrides of a MOCK request template, and other members of
// $context.responseOverride, are visible in the response template. An override of the answer applies even without such
// a template. Members may be set by index and by put.
// Source: test_integration_mock_with_response_override_in_request_template and
// test_integration_mock_with_vtl_map_assignation in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_integrations.snapshot.json
func TestRecordedOverridesPassed(t *testing.T) {
	const answer = `#set($context.responseOverride.status = 444)#set($context.responseOverride.header.foo = "bar")` +
		`#set($context.responseOverride.custom = "is also passed around"){"statusCode": 200}`
	const maps = `#set($name = "foo")#set($context.requestOverride.querystring[$name] = "bar")#set($put = "putfoo")` +
		`$context.requestOverride.querystring.put($put, "putBar")` +
		`#set($context["requestOverride"].querystring["nestedfoo"] = "nestedFoo"){"statusCode": 200}`
	for _, c := range []struct{ name, request, response, want string }{
		{
			"with a response template", answer,
			"$context.responseOverride.status $context.responseOverride.header.foo $context.responseOverride.custom",
			"444 foo=bar 444 bar is also passed around",
		},
		{"without one", answer, "", "444 foo=bar "},
		{
			"members by index and put", maps,
			`$context.requestOverride.querystring["foo"] $context.requestOverride.querystring["putfoo"] ` +
				`$context.requestOverride.querystring["nestedfoo"]`,
			"200 foo= bar putBar nestedFoo",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := apimodel.IntegrationResponse{StatusCode: "200", SelectionPattern: `2\d{2}`}
			if c.response != "" {
				r.Templates = map[string]string{"application/json": c.response}
			}
			i, err := NewIntegration(&apimodel.Method{
				Integration: apimodel.Integration{
					Type:             apimodel.IntegrationMock,
					RequestTemplates: map[string]string{"application/json": c.request},
					Responses:        []apimodel.IntegrationResponse{r},
				},
				Responses: []apimodel.MethodResponse{{StatusCode: "200"}},
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			a, f := i.Mock(source())
			if f != nil {
				t.Fatal(f.Reason)
			}
			if got := fmt.Sprintf("%d foo=%s %s", a.Status, a.Headers.Get("foo"), a.Body); got != c.want {
				t.Errorf("want %s, got %s", c.want, got)
			}
		})
	}
}

// TestRecordedSelection checks that the patterns of a Lambda function are compared only with the error message.
// Source: test_lambda_selection_patterns in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_lambda.snapshot.json
// and https://github.com/localstack/localstack/pull/12580
func TestRecordedSelection(t *testing.T) {
	m := httpMethod(func(i *apimodel.Integration) {
		i.Type = apimodel.IntegrationAWS
		i.Responses = []apimodel.IntegrationResponse{
			{StatusCode: "405", SelectionPattern: ".*400.*"},
			{StatusCode: "502", SelectionPattern: `.*5\d\d.*`},
			{StatusCode: "404", SelectionPattern: ".+"},
			{StatusCode: "200"},
		}
	})
	for _, status := range []string{"404", "405", "502"} {
		m.Responses = append(m.Responses, apimodel.MethodResponse{StatusCode: status})
	}
	i, err := NewIntegration(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		message string
		want    int
	}{
		{"", 200},
		{"Error: Raising 400 from within the Lambda function", 405},
		{"Error: Raising 500 from within the Lambda function", 502},
		{"Boom! This is a real error", 404},
	} {
		a, f := i.Respond(source(), &Received{Status: 200, Function: true, Error: c.message})
		if f != nil {
			t.Fatal(f.Reason)
		}
		if a.Status != c.want {
			t.Errorf("%q: want %d, got %d", c.message, c.want, a.Status)
		}
	}
}
