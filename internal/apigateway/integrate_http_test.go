package apigateway

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The sources of the behaviour of HTTP integrations.
const (
	recordedHTTP    = localstack + "test_apigateway_http.snapshot.json"
	recordedDropped = localstackGateway + "header_utils.py"
	recordedNetwork = localstackGateway + "integrations/http.py"
	docPassthrough  = guide + "integration-passthrough-behaviors.html"
	docHTTPProxy    = guide + "api-gateway-create-api-as-simple-proxy-for-http.html"
	docParameters   = guide + "request-response-data-mappings.html"
	docHTTPErrors   = guide + "handle-errors-in-lambda-integration.html"
	seenMapping     = "https://dev.classmethod.jp/articles/tsnote-output-mapping-refers-to-an-invalid-method-response-200/"
)

// peer is a server on this machine that integrations call. The query parameter "answer" selects the answer. It records
// the last request.
type peer struct {
	URL string

	mu   sync.Mutex
	last string // the request line, the headers that matter, and the body
}

func newPeer(t *testing.T) *peer {
	t.Helper()
	p := &peer{}
	server := httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(server.Close)
	p.URL = server.URL
	return p
}

func (p *peer) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if name != "Accept-Encoding" && name != "X-Amzn-Trace-Id" && name != "X-Amz-Date" && name != "Content-Length" &&
			name != "X-Amz-Security-Token" {
			value := strings.Join(r.Header[name], ",")
			if name == "Authorization" {
				value, _, _ = strings.Cut(value, ", SignedHeaders")
			}
			lines = append(lines, name+": "+value)
		}
	}
	if r.Host != strings.TrimPrefix(p.URL, "http://") {
		lines = append(lines, "Host: "+r.Host)
	}
	p.mu.Lock()
	p.last = strings.Join(append(append([]string{r.Method + " " + r.RequestURI}, lines...), string(body)), "\n")
	p.mu.Unlock()
	switch r.URL.Query().Get("answer") {
	case "":
		w.Header().Set("X-Backend", "b")
		w.Header().Set("Server", "peer")
		w.Header().Set("Via", "1.1 peer")
		w.Header()["Set-Cookie"] = []string{"a=1", "b=2"}
		io.WriteString(w, `{"order": {"id": 7}, "note": "it's"}`)
	case "404":
		w.WriteHeader(404)
		io.WriteString(w, `{"error": "gone"}`)
	case "302":
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	case "slow":
		time.Sleep(300 * time.Millisecond)
	case "cut":
		panic(http.ErrAbortHandler)
	case "gzip":
		w.Header().Set("Content-Encoding", "gzip")
		if r.Method != http.MethodHead {
			z := gzip.NewWriter(w)
			io.WriteString(z, "packed")
			z.Close()
		}
	case "binary":
		w.Header().Set("Content-Type", "image/png")
		w.Write([]byte{0xff, 0x00})
	}
}

func (p *peer) got(api string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.ReplaceAll(p.last, api, "API")
}

// called returns the request that the peer received, or the answer if it is an error.
func (p *peer) called(t *testing.T, s *site, target, body string, headers ...string) string {
	t.Helper()
	got := s.post(t, target, body, headers...)
	if got.status >= 400 {
		return got.String()
	}
	return p.got(s.apiID)
}

// httpTo is an HTTP or HTTP_PROXY integration, with changes.
func httpTo(kind, verb, uri string, changes ...object) object {
	i := object{"Type": kind, "IntegrationHttpMethod": verb, "Uri": uri}
	if kind != "HTTP_PROXY" {
		i["IntegrationResponses"] = []any{object{"StatusCode": "200"}}
	}
	for _, change := range changes {
		maps.Copy(i, change)
	}
	return i
}

var methodResponses = object{"MethodResponses": []any{
	object{"StatusCode": "200", "ResponseParameters": object{
		"method.response.header.X-From": true, "method.response.header.X-Id": true, "method.response.header.Date": true}},
	object{"StatusCode": "404"},
}}

func httpBehaviour(t *testing.T) []behaviour {
	p := newPeer(t)
	closed := closedPort(t)
	r := bare()
	r["Api"].(object)["Properties"].(object)["BinaryMediaTypes"] = []any{"image/png"}
	r["Stage"].(object)["Properties"].(object)["Variables"] = object{
		"host": strings.TrimPrefix(p.URL, "http://"),
		"far":  "10.0.0.1",
	}
	addRoute(
		r,
		"ANY /proxy/{proxy+}",
		httpTo("HTTP_PROXY", "ANY", p.URL+"/base/{proxy}?own=1", object{"RequestParameters": object{
			"integration.request.path.proxy": "method.request.path.proxy", "integration.request.header.X-Stage": "context.stage",
			"integration.request.querystring.added": "'x y'"}}),
	)
	addRoute(r, "GET /unmapped/{id}", httpTo("HTTP_PROXY", "GET", p.URL+"/{id}"))
	addRoute(r, "GET /variable", httpTo("HTTP_PROXY", "GET", "http://${stageVariables.host}/v"))
	addRoute(r, "GET /far", httpTo("HTTP_PROXY", "GET", "http://${stageVariables.far}/v"))
	addRoute(r, "GET /named/{host}", httpTo("HTTP_PROXY", "GET", "http://{host}/v",
		object{"RequestParameters": object{"integration.request.path.host": "method.request.path.host"}}))
	addRoute(r, "GET /slow", httpTo("HTTP_PROXY", "GET", p.URL+"/?answer=slow", object{"TimeoutInMillis": 50}))
	addRoute(r, "GET /cut", httpTo("HTTP_PROXY", "GET", p.URL+"/?answer=cut"))
	addRoute(r, "GET /closed", httpTo("HTTP_PROXY", "GET", "http://"+closed+"/"))

	addRoute(r, "GET /vpc", httpTo("HTTP_PROXY", "GET", p.URL, object{"ConnectionType": "VPC_LINK", "ConnectionId": "v1"}))
	addRoute(r, "GET /vpc2", httpTo("HTTP_PROXY", "GET", p.URL, object{"ConnectionType": "VPC_LINK", "ConnectionId": "v2",
		"IntegrationTarget": "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/orders/50dc6c495c0c9188"}))
	addRoute(r, "ANY /packed", httpTo("HTTP_PROXY", "ANY", p.URL+"/?answer=gzip"))
	addRoute(r, "GET /status", httpTo("HTTP_PROXY", "GET", p.URL+"/?answer=404"))
	addRoute(r, "GET /moved", httpTo("HTTP_PROXY", "GET", p.URL+"/?answer=302"))

	addRoute(r, "POST /http/{id}", httpTo("HTTP", "PUT", p.URL+"/orders/{id}", object{
		"RequestParameters": object{
			"integration.request.path.id":           "method.request.path.id",
			"integration.request.header.X-Page":     "method.request.querystring.page",
			"integration.request.header.X-Kind":     "method.request.body.kind",
			"integration.request.querystring.all":   "method.request.multivaluequerystring.page",
			"integration.request.querystring.fixed": "'1'",
		},
		"RequestTemplates": object{
			"application/json": `#set($context.requestOverride.header.X-Set = "s")` +
				`#set($context.requestOverride.querystring.fixed = "2")` +
				`{"id": "$input.params('id')", "kind": $input.json('$.kind')}`,
			"text/csv": "$input.body",
		},
		"IntegrationResponses": []any{
			object{"StatusCode": "404", "SelectionPattern": "4\\d{2}", "ResponseTemplates": object{"application/json": "{}"}},
			object{"StatusCode": "200", "ResponseParameters": object{
				"method.response.header.X-From": "integration.response.header.x-backend",
				"method.response.header.X-Id":   "integration.response.body.order.id",
				"method.response.header.Date":   "'today'"},
				"ResponseTemplates": object{
					"application/json": `$input.path('$.order.id') $util.escapeJavaScript($input.path('$.note'))` +
						`#set($context.responseOverride.status = 202)`,
				}},
		},
	}), methodResponses)
	addRoute(r, "POST /data/{pathVariable}", httpTo("HTTP_PROXY", "POST", p.URL+"/data?testVar={pathVar}&testQs={qsVar}",
		object{"RequestParameters": object{
			"integration.request.header.headerVar":        "method.request.header.foobar",
			"integration.request.path.qsVar":              "method.request.querystring.testVar",
			"integration.request.path.pathVar":            "method.request.path.pathVariable",
			"integration.request.querystring.queryString": "method.request.querystring.testQueryString",
			"integration.request.querystring.testQs":      "method.request.querystring.testQueryString",
			"integration.request.querystring.testEmptyQs": "method.request.header.emptyheader",
		}}))
	addRoute(r, "ANY /plain", httpTo("HTTP", "GET", p.URL+"/plain"), methodResponses)
	addRoute(r, "GET /gone", httpTo("HTTP", "GET", p.URL+"/?answer=404", object{"IntegrationResponses": []any{
		object{
			"StatusCode":        "404",
			"SelectionPattern":  "404",
			"ResponseTemplates": object{"application/json": "$input.json('$.error')"},
		},
		object{"StatusCode": "200"}}}), methodResponses)
	addRoute(r, "GET /unknown", httpTo("HTTP", "GET", p.URL+"/?answer=404",
		object{"IntegrationResponses": []any{object{"StatusCode": "200", "SelectionPattern": "200"}}}), methodResponses)
	addRoute(r, "GET /undeclared", httpTo("HTTP", "GET", p.URL+"/",
		object{"IntegrationResponses": []any{object{"StatusCode": "201"}}}), methodResponses)
	addRoute(r, "GET /illegal", httpTo("HTTP", "GET", p.URL+"/",
		object{"RequestParameters": object{"integration.request.header.Content-Length": "'5'"}}), methodResponses)
	addRoute(r, "POST /never", httpTo("HTTP", "POST", p.URL+"/", object{"PassthroughBehavior": "NEVER"}), methodResponses)
	addRoute(r, "POST /some", httpTo("HTTP", "POST", p.URL+"/some", object{"PassthroughBehavior": "WHEN_NO_TEMPLATES",
		"RequestTemplates": object{"application/json": "{}"}}), methodResponses)
	addRoute(r, "POST /match", httpTo("HTTP", "POST", p.URL+"/match", object{"PassthroughBehavior": "WHEN_NO_MATCH",
		"RequestTemplates": object{"application/json": "{}"}}), methodResponses)
	addRoute(r, "GET /image", httpTo("HTTP", "GET", p.URL+"/?answer=binary"), methodResponses)
	addRoute(r, "POST /upload", httpTo("HTTP", "POST", p.URL+"/upload", object{"ContentHandling": "CONVERT_TO_TEXT",
		"RequestTemplates": object{"image/png": `{"image": "$input.body"}`}}), methodResponses)
	addRoute(r, "POST /template", httpTo("HTTP", "POST", p.URL+"/upload",
		object{"RequestTemplates": object{"image/png": `{}`, "application/json": "$input.json('$.a')"}}), methodResponses)
	s := serve(t, r)

	sent := func(name, source, target, body, want string, headers ...string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			return p.called(t, s, target, body, append(headers, "Content-Type: application/json")...)
		}}
	}
	answered := func(name, source, target, want string, show ...string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			got := s.send(t, target)
			if got.status == 501 || len(show) == 1 && show[0] == "why" {
				return fmt.Sprint(got.status, " ", got.record.Reason)
			}
			return strings.TrimSpace(fmt.Sprintf("%d %s %s", got.status, got.body, got.headers(show...)))
		}}
	}
	const proxied = "Accept: */*\nContent-Type: application/json\nUser-Agent: curl\nX-Amzn-Apigateway-Api-Id: API\n" +
		"X-Forwarded-For: 127.0.0.1\nX-Forwarded-Port: 443\nX-Forwarded-Proto: https\nX-Own: o\nX-Stage: prod\n"
	const internal = `{"message": "Internal server error"}`
	return []behaviour{
		sent("HTTP_PROXY passes method, path, query, headers and body", recordedHTTP,
			"PATCH /prod/proxy/a/b%2Fc?q=1&q=2", `{"a":1}`, "PATCH /base/a/b/c?added=x+y&own=1&q=1&q=2\n"+proxied+`{"a":1}`,
			"X-own: o", "User-Agent: curl", "Accept: */*"),
		sent(
			"a path parameter is decoded",
			docIssues,
			"PUT /prod/proxy/a%20b%252F",
			"",
			"PUT /base/a%20b%252F?added=x+y&own=1\n"+proxied,
			"X-own: o",
			"User-Agent: curl",
			"Accept: */*",
		),
		sent("a header that is not passed", recordedDropped, "PUT /prod/proxy/a", "", "PUT /base/a?added=x+y&own=1\n"+proxied,
			"X-own: o", "User-Agent: curl", "Accept: */*", "Via: v", "TE: trailers", "Max-Forwards: 1"),
		answered(
			"a path parameter that is not mapped",
			docHTTPProxy,
			"GET /prod/unmapped/7",
			`500 the integration's URI has {id}, and nothing gives its value: map it in RequestParameters, `+
				`"integration.request.path.id": "method.request.path.id"`,
			"why",
		),
		sent("stage variables in the URI", docVariables, "GET /prod/variable", "",
			"GET /v\nAccept: application/json\nContent-Type: application/json\nUser-Agent: Go-http-client/1.1\n"+
				"X-Amzn-Apigateway-Api-Id: API\nX-Forwarded-For: 127.0.0.1\nX-Forwarded-Port: 443\nX-Forwarded-Proto: https\n"),
		answered("another machine", "the local gateway's own", "GET /prod/far", "501 Shop/MGETRfar: its integration calls "+
			"http://${stageVariables.far}/v, and "+allowNetwork),
		answered("another machine, known at the request only", "the local gateway's own", "GET /prod/named/192.0.2.1",
			"501 the integration calls another machine, 192.0.2.1, and "+allowNetwork),
		answered(
			"the answer passes, with headers renamed",
			recordedHTTP,
			"GET /prod/proxy/a",
			`200 {"order": {"id": 7}, "note": "it's"} X-Backend: b, x-amzn-Remapped-Server: peer, `+
				`x-amzn-Remapped-Content-Length: 36, Set-Cookie: a=1, Set-Cookie: b=2`,
			"X-Backend",
			"Server",
			"x-amzn-Remapped-Server",
			"x-amzn-Remapped-Content-Length",
			"Set-Cookie",
			"Via",
			"X-Amzn-Trace-Id",
		),
		{
			name:   "a compressed answer",
			source: recordedDropped,
			want:   "200 packed  200 gzip",
			got: func(t *testing.T) string {
				got := s.send(t, "GET /prod/packed", "Accept-Encoding: gzip")
				head := s.send(t, "HEAD /prod/packed", "Accept-Encoding: gzip")
				return fmt.Sprint(got.status, " ", got.body, " ", got.header.Get("Content-Encoding"), " ", head.status, " ",
					head.header.Get("Content-Encoding"))
			},
		},
		answered("a status passes", recordedHTTP, "GET /prod/status", `404 {"error": "gone"}`),
		answered("a redirect is not followed", recordedHTTP, "GET /prod/moved",
			"302 <a href=\"/elsewhere\">Found</a>.\n\n Location: /elsewhere", "Location"),
		answered(
			"too slow",
			docLimits,
			"GET /prod/slow",
			`504 {"message": "Endpoint request timed out"} x-amzn-ErrorType: InternalServerErrorException`,
			"x-amzn-ErrorType",
		),
		answered(
			"the connection is cut",
			recordedNetwork,
			"GET /prod/cut",
			`504 {"message":"Network error communicating with endpoint"}`,
		),
		answered(
			"no server listens",
			recordedNetwork,
			"GET /prod/closed",
			`504 {"message":"Network error communicating with endpoint"}`,
		),
		answered("a VPC link", "the local gateway's own", "GET /prod/vpc",
			"501 Shop/MGETRvpc: its integration goes through the VPC link v1, and VPCs are not emulated"),
		answered("a VPC link V2", "the local gateway's own", "GET /prod/vpc2",
			"501 Shop/MGETRvpc2: its integration calls the load balancer app/orders/50dc6c495c0c9188 through the "+
				"VPC link v2, and VPCs are not emulated"),

		sent(
			"HTTP sends what is mapped, and the template",
			recordedHTTP,
			"POST /prod/http/a%20b?page=1&page=2",
			`{"kind": "k"}`,
			"PUT /orders/a%20b?all=1&all=2&fixed=2\nAccept: application/json\nContent-Type: application/json\n"+
				"User-Agent: AmazonAPIGateway_API\nX-Amzn-Apigateway-Api-Id: API\nX-Kind: k\nX-Page: 2\nX-Set: s\n"+
				`{"id": "a%20b", "kind": "k"}`,
			"X-own: o",
		),
		sent(
			"HTTP_PROXY with data from all parts, as recorded",
			recordedHTTP, // test_http_proxy_integration_request_data_mappings
			"POST /prod/data/foobar?testQueryString=foo&testVar=bar",
			`{"message": "hello world"}`,
			"POST /data?queryString=foo&testQs=bar&testQs=foo&testQueryString=foo&testVar=foobar&testVar=bar\n"+
				"Accept: application/json\nContent-Type: application/json\nFoobar: mapped-value\nHeadervar: mapped-value\n"+
				"User-Agent: test/integration\nX-Amzn-Apigateway-Api-Id: API\nX-Forwarded-For: 127.0.0.1\n"+
				"X-Forwarded-Port: 443\nX-Forwarded-Proto: https\n"+`{"message": "hello world"}`,
			"Accept: application/json",
			"Foobar: mapped-value",
			"User-Agent: test/integration",
			"Headervar: request-value",
		),
		{name: "the answer by parameters, template and override", source: docParameters,
			want: `202 7 it\'s X-From: b, X-Id: 7, x-amzn-Remapped-Date: today`, got: func(t *testing.T) string {
				got := s.post(t, "POST /prod/http/7", `{}`, "Content-Type: application/json")
				return fmt.Sprintf(
					"%d %s %s",
					got.status,
					got.body,
					got.headers("X-From", "X-Id", "x-amzn-Remapped-Date", "X-Backend"),
				)
			}},
		sent(
			"without mappings, nothing is sent",
			recordedHTTP,
			"GET /prod/plain?q=1",
			"",
			"GET /plain\nAccept: application/json\nUser-Agent: AmazonAPIGateway_API\nX-Amzn-Apigateway-Api-Id: API\n",
			"X-own: o",
		),
		answered("the answer of no template passes", docParameters, "GET /prod/plain",
			`200 {"order": {"id": 7}, "note": "it's"} Content-Type: application/json`, "Content-Type", "X-Backend"),
		answered("a pattern of the status", docParameters, "GET /prod/gone", `404 "gone"`),
		answered(
			"no response for the status",
			docParameters,
			"GET /prod/unknown",
			"500 "+internal+" x-amzn-ErrorType: ApiConfigurationException",
			"x-amzn-ErrorType",
		),
		answered("a response that the method does not have", seenMapping, "GET /prod/undeclared", "500 "+internal),
		answered("a header that parameters must not set", recordedIllegal, "GET /prod/illegal", "500 "+internal),

		sent(
			"NEVER",
			docPassthrough,
			"POST /prod/never",
			"x",
			`415 BadRequestException {"message":"Unsupported Media Type"}`,
		),
		{name: "WHEN_NO_TEMPLATES with another template", source: docPassthrough,
			want: `415 BadRequestException {"message":"Unsupported Media Type"}`, got: func(t *testing.T) string {
				return s.post(t, "POST /prod/some", "x", "Content-Type: text/plain").String()
			}},
		{name: "WHEN_NO_MATCH", source: docPassthrough, want: "x", got: func(t *testing.T) string {
			got := p.called(t, s, "POST /prod/match", "x", "Content-Type: text/plain")
			return got[strings.LastIndex(got, "\n")+1:]
		}},
		answered("an answer that is binary, for a caller that is not", docBinary, "GET /prod/image", "200 /wA="),
		{
			name:   "bytes for a caller that takes them",
			source: docBinary,
			want:   "\xff\x00",
			got: func(t *testing.T) string {
				return s.send(t, "GET /prod/image", "Accept: image/png").body
			},
		},
		{
			name:   "bytes that become text",
			source: docBinary,
			want:   `{"image": "/wA="}`,
			got: func(t *testing.T) string {
				got := p.called(t, s, "POST /prod/upload", "\xff\x00", "Content-Type: image/png")
				return got[strings.LastIndex(got, "\n")+1:]
			},
		},
		{
			name:   "bytes for a template",
			source: seenBinaryMock,
			want:   "500",
			got: func(t *testing.T) string {
				return fmt.Sprint(s.post(t, "POST /prod/template", "\xff\x00", "Content-Type: image/png").status)
			},
		},
		{
			name:   "a body that a template cannot read",
			source: "https://github.com/serverless/serverless/issues/2270",
			want:   `400 BadRequestException Could not parse request body into json`,
			got: func(t *testing.T) string {
				got := s.post(t, "POST /prod/template", "{", "Content-Type: application/json").String()
				return strings.ReplaceAll(strings.Split(got, ": ")[0], `{"message":"`, "")
			},
		},
	}
}

// closedPort returns an address at which no server listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestNotFound checks the answer for a host name that does not exist. It uses the error alone, because a request would
// query the name server of the network.
func TestNotFound(t *testing.T) {
	f := unreachable(&net.DNSError{Err: "no such host", Name: "nowhere.invalid", IsNotFound: true}, nil, nil)
	if f.Status != 500 || f.Type != "API_CONFIGURATION_ERROR" || !strings.Contains(f.Reason, "Invalid endpoint address") {
		t.Errorf("got %+v", f)
	}
}

// TestAllowNetwork has a route to another machine that is served with the option. Nothing is called.
func TestAllowNetwork(t *testing.T) {
	r := bare()
	addRoute(r, "GET /far", httpTo("HTTP_PROXY", "GET", "https://example.com"))
	s := serve(t, r, func(o *Options) { o.AllowNetwork = true })
	if problems := s.Problems(); len(problems) > 0 {
		t.Errorf("got %q", problems)
	}
	for _, uri := range []string{"https://example.com", "http://10.0.0.1:80/x", "http://localhost.example.com/"} {
		if isLocal(uri) {
			t.Errorf("%s is local", uri)
		}
	}
	for _, uri := range []string{
		"http://127.0.0.1:3000", "http://LOCALHOST/", "http://[::1]/", "http://api.localhost/x",
		"http://${stageVariables.x}/",
	} {
		if !isLocal(uri) {
			t.Errorf("%s is not local", uri)
		}
	}
}

// TestSentHeaders has a client that writes header names in lower case, as Node.js does. net/http must not add its own
// headers besides.
func TestSentHeaders(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	heads := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		in := bufio.NewReader(conn)
		var head strings.Builder
		for line := ""; line != "\r\n" && err == nil; head.WriteString(strings.ToLower(line)) {
			line, err = in.ReadString('\n')
		}
		heads <- head.String()
		io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
	}()
	r := bare()
	addRoute(r, "GET /sent", httpTo("HTTP_PROXY", "GET", "http://"+l.Addr().String()))
	s := serve(t, r)
	sent := s.request(t, "GET /prod/sent", "")
	sent.Header = http.Header{"User-Agent": nil, "user-agent": {"node"}, "accept-encoding": {"br"}}
	answer, err := (&http.Transport{DisableCompression: true, DisableKeepAlives: true}).RoundTrip(sent)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Body.Close(); answer.StatusCode != 204 {
		t.Fatalf("got %d: %s", answer.StatusCode, s.told.last().Reason)
	}
	head := <-heads
	for _, want := range []string{"user-agent: node\r\n", "accept-encoding: br\r\n"} {
		name, _, _ := strings.Cut(want, " ")
		if !strings.Contains(head, want) || strings.Count(head, name) != 1 {
			t.Errorf("want only %q, got %q", want, head)
		}
	}
}

// TestOddStatus has an integration that switches protocols, and one with a status that HTTP does not have. Neither is
// an answer, and the first must not keep the request open.
func TestOddStatus(t *testing.T) {
	for _, status := range []string{"101 Switching Protocols", "999 Odd"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					defer conn.Close()
					if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
						return
					}
					io.WriteString(conn, "HTTP/1.1 "+status+"\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
					io.Copy(io.Discard, conn) // until the gateway hangs up
				}()
			}
		}()
		r := bare()
		uri := "http://" + l.Addr().String()
		addRoute(r, "GET /whole", httpTo("HTTP_PROXY", "GET", uri))
		addRoute(r, "GET /stream", httpTo("HTTP_PROXY", "GET", uri, object{"ResponseTransferMode": "STREAM"}))
		s := serve(t, r)
		for _, path := range []string{"/whole", "/stream"} {
			got := s.send(t, "GET /prod"+path)
			want := "answered with the status " + status[:3] + ", which cannot be passed on"
			if got.status != 504 || !strings.Contains(got.record.Reason, want) {
				t.Errorf("%s, %s: got %d, %s", status, path, got.status, got.record.Reason)
			}
		}
	}
}
