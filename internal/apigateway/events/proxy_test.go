package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	awsevents "github.com/aws/aws-lambda-go/events"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// TestProxyGolden compares whole events byte for byte. The members are from the snapshots of
// tests/aws/services/apigateway/test_apigateway_lambda.snapshot.json of localstack, recorded on AWS.
func TestProxyGolden(t *testing.T) {
	bare := &exchange.Request{
		Verb:       "GET",
		Stage:      "prod",
		Path:       "/orders",
		Headers:    exchange.Headers{{Name: "Host", Value: "localhost:3000"}},
		Host:       "localhost:3000",
		Protocol:   "HTTP/1.1",
		SourceIP:   "127.0.0.1",
		Time:       moment,
		RequestID:  "id-1",
		ExtendedID: "x-1",
	}
	slashes := *bare
	slashes.Path, slashes.RawPath = "//orders/", "/prod//orders/"
	binary := request()
	binary.Headers[5].Value = "Image/PNG; charset=utf-8"
	binary.Body = []byte{0x89, 'P', 'N', 'G', 0xFF}
	broken := request()
	broken.Body = []byte("a\xFFb\xE2\x82c\xF0\x9F\x98\xED\xA0\x80")
	signed := request()
	signed.Headers = append(
		signed.Headers,
		exchange.Header{Name: "authorization", Value: "AWS4-HMAC-SHA256 Credential=AKID/..."},
	)
	iam := func(_ *apimodel.API, _ *apimodel.Stage, m *apimodel.Method) {
		m.Authorization = apimodel.AuthorizationIAM
	}

	for _, c := range []struct {
		name, reason string
		route        *Route
		request      *exchange.Request
		params       map[string]string
		caller       Caller
	}{
		{"proxy-bare", "null where there is nothing, and no authorizer on an open method", plainRoute(), bare, nil, Caller{}},
		{
			"proxy-slashes",
			"a trailing slash is kept; slashes at the front are one in path and stay in the context's",
			plainRoute(),
			&slashes,
			nil,
			Caller{},
		},
		{
			"proxy-full",
			"case kept, lines dropped, path undecoded, query decoded, last value wins",
			route(),
			request(),
			params,
			Caller{},
		},
		{
			"proxy-binary",
			"isBase64Encoded is true for a binary media type, whatever its case and parameters",
			route(),
			binary,
			params,
			Caller{},
		},
		{"proxy-not-utf8", "each maximal malformed part of a text is one U+FFFD", route(), broken, params, Caller{}},
		{
			"proxy-lambda",
			"after a Lambda authorizer: the principal, its latency as a number, the context as strings",
			route(),
			request(),
			params,
			Caller{Lambda: &LambdaCaller{
				PrincipalID: "user|1",
				LatencyMS:   42,
				Context:     map[string]string{"n": "1", "b": "true", "a\"": "x", "principalId": "forged"},
			}},
		},
		{"proxy-cognito", "after Cognito: the claims", route(), request(), params,
			Caller{Claims: map[string]string{"sub": "s-1", "exp": "Fri Jul 29 18:52:53 UTC 2016", "email_verified": "true"}}},
		{
			"proxy-iam",
			"Authorization is not passed on after SigV4, and the identity is filled",
			route(iam),
			signed,
			params,
			Caller{IAM: &IAMCaller{AccessKey: "AKIAIOSFODNN7EXAMPLE", AccountID: "123456789012", Caller: "AIDACKCEVSQ6C2EXAMPLE",
				User: "AIDACKCEVSQ6C2EXAMPLE", UserARN: "arn:aws:iam::123456789012:user/alice"}},
		},
		{
			"proxy-key",
			"a method that wants an API key: identity has it",
			route(),
			request(),
			params,
			Caller{APIKey: "secret", APIKeyID: "k1"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.route.Proxy(c.request, c.params, c.caller)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, c.name, got)
		})
	}
}

// TestProxyDecodesAsAWSLambdaGo decodes events into the types that functions in Go use.
func TestProxyDecodesAsAWSLambdaGo(t *testing.T) {
	b, err := route().Proxy(request(), params, Caller{Lambda: &LambdaCaller{
		PrincipalID: "p",
		LatencyMS:   7,
		Context:     map[string]string{"k": "v"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var e awsevents.APIGatewayProxyRequest
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&e); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, got, want string }{
		{"resource", e.Resource, "/orders/{id}/{proxy+}"},
		{"path", e.Path, "/orders/test%2Balias/a%2Fb/c+d"},
		{"header in its case", e.Headers["tEsT-HEADeR"], "aValUE"},
		{"last of two lines", e.Headers["Accept"], "application/json"},
		{"all lines", strings.Join(e.MultiValueHeaders["Accept"], "|"), "text/html|application/json"},
		{"dropped line", e.Headers["Connection"] + e.Headers["content-length"], ""},
		{"forwarded for", e.Headers["X-Forwarded-For"], "203.0.113.9, 127.0.0.1"},
		{"forwarded port", e.Headers["X-Forwarded-Port"], "443"},
		{"query: %2B is a plus", e.QueryStringParameters["email"], "test+alias@gmail.com"},
		{"query: + is a space", e.QueryStringParameters["plus"], "a b"},
		{"query: last wins", e.QueryStringParameters["page"], "2"},
		{"query: all", strings.Join(e.MultiValueQueryStringParameters["page"], "|"), "1|2"},
		{"path value undecoded", e.PathParameters["proxy"], "a%2Fb/c+d"},
		{"stage variable", e.StageVariables["table"], "orders"},
		{"body", e.Body, "h\"i\n<"},
		{"context path has the stage", e.RequestContext.Path, "/prod/orders/test%2Balias/a%2Fb/c+d"},
		{"time", e.RequestContext.RequestTime, "10/Jul/2024:10:28:36 +0000"},
		{"context value", e.RequestContext.Authorizer["k"].(string), "v"},
		{"user agent", e.RequestContext.Identity.UserAgent, "curl/8"},
	} {
		if c.got != c.want {
			t.Errorf("%s: want %q, got %q", c.name, c.want, c.got)
		}
	}
	if e.RequestContext.RequestTimeEpoch != moment.UnixMilli() {
		t.Errorf("requestTimeEpoch: want milliseconds, %d, got %d", moment.UnixMilli(), e.RequestContext.RequestTimeEpoch)
	}
	if latency, ok := e.RequestContext.Authorizer["integrationLatency"].(float64); !ok || latency != 7 {
		t.Errorf("integrationLatency: want the number 7, got %v", e.RequestContext.Authorizer["integrationLatency"])
	}
}

// Line 19.
func TestProxyDropsHeaders(t *testing.T) {
	r := request()
	r.Headers = nil
	dropped := []string{
		"Connection",
		"Content-Length",
		"Content-MD5",
		"Expect",
		"Max-Forwards",
		"Proxy-Authenticate",
		"Server",
		"TE",
		"Transfer-Encoding",
		"Trailer",
		"Upgrade",
		"WWW-Authenticate",
	}
	for _, name := range dropped {
		r.Headers = append(
			r.Headers,
			exchange.Header{Name: name, Value: "x"},
			exchange.Header{Name: strings.ToLower(name), Value: "x"},
		)
	}
	for _, name := range []string{"Authorization", "Via", "Date", "Cookie", "Proxy-Authorization"} {
		r.Headers = append(r.Headers, exchange.Header{Name: name, Value: "kept"})
	}
	b, err := route().Proxy(r, params, Caller{})
	if err != nil {
		t.Fatal(err)
	}
	var e awsevents.APIGatewayProxyRequest
	if err := json.Unmarshal(b, &e); err != nil {
		t.Fatal(err)
	}
	for _, name := range dropped {
		if e.Headers[name]+e.Headers[strings.ToLower(name)] != "" || e.MultiValueHeaders[name] != nil {
			t.Errorf("%s: want it dropped, got %q", name, e.Headers[name])
		}
	}
	for _, name := range []string{"Authorization", "Via", "Date", "Cookie", "Proxy-Authorization"} {
		if e.Headers[name] != "kept" {
			t.Errorf("%s: want it unchanged, got %q", name, e.Headers[name])
		}
	}
}

// The limit of 6,291,456 bytes (contract line 24) includes the overhead of base64.
func TestProxyTooLarge(t *testing.T) {
	r := request()
	r.Headers[5].Value = "image/png"
	r.Body = make([]byte, 4_800_000)
	if _, err := route().Proxy(r, params, Caller{}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("4.8 MB as base64: want ErrTooLarge, got %v", err)
	}
	r.Body = make([]byte, 4_600_000)
	b, err := route().Proxy(r, params, Caller{})
	if err != nil || len(b) > maxPayload {
		t.Errorf("4.6 MB as base64: want an event, got %d bytes, %v", len(b), err)
	}
}

func TestBinaryMediaTypes(t *testing.T) {
	for _, c := range []struct {
		name, header string
		types        []string
		want         bool
	}{
		{"none configured", "image/png", nil, false},
		{"exact", "image/png", []string{"image/png"}, true},
		{"escaped in the template", "image/png", []string{"image~1png"}, true},
		{"family", "image/webp", []string{"image/*"}, true},
		{"another family", "imagex/webp", []string{"image/*"}, false},
		{"anything", "text/plain", []string{"*/*"}, true},
		{"anything, without a header", "", []string{"*/*"}, true},
		{"no header counts as JSON", "", []string{"application/json"}, true},
		{"no header is not an image", "", []string{"image/*"}, false},
		{"the first of several", "image/webp,image/*;q=0.8", []string{"image/webp"}, true},
		{"not the second of several", "text/html, image/png", []string{"image/png"}, false},
		{"a wildcard in the header is a name like others", "*/*", []string{"image/png"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := newBinaryTypes(c.types).isBinary(c.header); got != c.want {
				t.Errorf("want %t, got %t", c.want, got)
			}
		})
	}
}

func BenchmarkProxy(b *testing.B) {
	rt, r := route(), request()
	c := Caller{Lambda: &LambdaCaller{PrincipalID: "user|1", Context: map[string]string{"scope": "orders:read"}}}
	b.ReportAllocs()
	for b.Loop() {
		event, err := rt.Proxy(r, params, c)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(event)))
	}
}
