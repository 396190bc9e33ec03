package events

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

var jsonType = exchange.Header{Name: "Content-Type", Value: "application/json"}

// Recorded: test_aws_proxy_response_payload_format_validation of localstack (see [Route.Answer]). Documented: the
// output format. The other cases follow from these, with the given reasons.
func TestAnswer(t *testing.T) {
	for _, c := range []struct {
		name, payload string
		want          exchange.Answer
	}{
		{"recorded: only a status", `{"statusCode":200}`, exchange.Answer{Status: 200, Headers: exchange.Headers{jsonType}}},
		{
			"recorded: headers, one of them a boolean",
			`{"statusCode":200,"headers":{"test-header":"value","header-bool":true}}`,
			exchange.Answer{
				Status:  200,
				Headers: exchange.Headers{jsonType, {Name: "test-header", Value: "value"}, {Name: "header-bool", Value: "true"}},
			},
		},
		{
			"recorded: headers is null",
			`{"statusCode":200,"headers":null}`,
			exchange.Answer{Status: 200, Headers: exchange.Headers{jsonType}},
		},
		{"recorded: base64, without binary media types", `{"statusCode":200,"body":"dGVzdC1kYXRh","isBase64Encoded":true}`,
			exchange.Answer{Status: 200, Headers: exchange.Headers{jsonType}, Body: []byte("dGVzdC1kYXRh"), Base64: true}},
		{"recorded: two values", `{"statusCode":200,"multiValueHeaders":{"test-multi":["value1","value2"]}}`,
			exchange.Answer{
				Status:  200,
				Headers: exchange.Headers{jsonType, {Name: "test-multi", Value: "value1"}, {Name: "test-multi", Value: "value2"}},
			}},
		{
			"recorded: multiValue comes first",
			`{"headers":{"test-multi":"value-solo"},"statusCode":200,"multiValueHeaders":{"test-multi":["value-multi"]}}`,
			exchange.Answer{
				Status: 200,
				Headers: exchange.Headers{
					jsonType,
					{Name: "test-multi", Value: "value-multi"},
					{Name: "test-multi", Value: "value-solo"},
				},
			},
		},
		{
			"recorded: the status as a string",
			`{"statusCode":"201"}`,
			exchange.Answer{Status: 201, Headers: exchange.Headers{jsonType}},
		},
		{"recorded: an empty object", `{}`, exchange.Answer{Status: 200, Headers: exchange.Headers{jsonType}}},
		{"recorded: only headers", `{"headers":{"test-header":"value"}}`,
			exchange.Answer{Status: 200, Headers: exchange.Headers{jsonType, {Name: "test-header", Value: "value"}}}},
		{"documented: the same pair in both is there once", `{"headers":{"A":"1"},"multiValueHeaders":{"a":["1","2"]}}`,
			exchange.Answer{Status: 200, Headers: exchange.Headers{jsonType, {Name: "a", Value: "1"}, {Name: "a", Value: "2"}}}},
		{"the function's Content-Type, in any case", `{"headers":{"content-TYPE":"text/html"},"body":"<p>"}`,
			exchange.Answer{
				Status:  200,
				Headers: exchange.Headers{{Name: "content-TYPE", Value: "text/html"}},
				Body:    []byte("<p>"),
			}},
		{"one Content-Type", `{"headers":{"Content-Type":"text/html"},"multiValueHeaders":{"content-type":["a/b","c/d"]}}`,
			exchange.Answer{Status: 200, Headers: exchange.Headers{{Name: "content-type", Value: "a/b"}}}},
		{
			"a header that is null is left out",
			`{"headers":{"a":null},"statusCode":204}`,
			exchange.Answer{Status: 204, Headers: exchange.Headers{jsonType}},
		},
		{"numbers are text, as booleans are", `{"headers":{"Age":60},"body":1.50}`,
			exchange.Answer{Status: 200, Headers: exchange.Headers{jsonType, {Name: "Age", Value: "60"}}, Body: []byte("1.50")}},
		{
			"null body",
			`{"statusCode":200,"body":null,"isBase64Encoded":null}`,
			exchange.Answer{Status: 200, Headers: exchange.Headers{jsonType}},
		},
		{"white space", " {\n\t\"statusCode\" : 200 } ", exchange.Answer{Status: 200, Headers: exchange.Headers{jsonType}}},
		{"half a surrogate pair, as JavaScript makes it of a cut string", `{"statusCode":200,"body":"a\ud83d"}`,
			exchange.Answer{Status: 200, Headers: exchange.Headers{jsonType}, Body: []byte("a\uFFFD")}},
		{
			"the last of two members",
			`{"statusCode":200,"statusCode":201}`,
			exchange.Answer{Status: 201, Headers: exchange.Headers{jsonType}},
		},
		{"Set-Cookie twice", `{"multiValueHeaders":{"Set-Cookie":["a=1","b=2"]}}`,
			exchange.Answer{
				Status:  200,
				Headers: exchange.Headers{jsonType, {Name: "Set-Cookie", Value: "a=1"}, {Name: "Set-Cookie", Value: "b=2"}},
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := route().Answer(&exchange.Request{}, []byte(c.payload))
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Body) == 0 {
				got.Body = nil
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Line 20: 502.
func TestAnswerMalformed(t *testing.T) {
	for _, c := range []struct{ name, payload, reason string }{
		{"unknown member", `{"statusCode":200,"wrongValue":"value"}`, `"wrongValue": not known`},
		{"member in another case", `{"StatusCode":200}`, `"StatusCode": not known`},
		{"string", `"justAString"`, "got a string"},
		{"null, the answer of a function without a result", `null`, "got null"},
		{"list", `[]`, "got an array"},
		{"an empty answer", ``, "not JSON"},
		{"not JSON", `{"statusCode":200`, "not JSON"},
		{"NaN, as Python writes it", `{"statusCode":NaN}`, "not JSON"},
		{"trailing text", `{"statusCode":200} x`, "malformed Lambda proxy response: something follows the value"},
		{"an error's description", `{"errorMessage":"boom","errorType":"Error"}`, "the function failed"},
		{
			"multiValueHeaders not lists",
			`{"statusCode":200,"multiValueHeaders":{"test-multi-invalid":"value1"}}`,
			"want a list of strings",
		},
		{"multiValueHeaders a list", `{"multiValueHeaders":[]}`, "want an object"},
		{"headers a string", `{"headers":"a: b"}`, "want an object"},
		{"header an object", `{"headers":{"a":{}}}`, "want a string"},
		{"header a list", `{"headers":{"a":["b"]}}`, "put a header with several values in multiValueHeaders"},
		{"cookies of an HTTP API", `{"statusCode":200,"cookies":["a=1"]}`, "put each cookie in multiValueHeaders"},
		{"header name not a token", `{"headers":{"a b":"c"}}`, "not the name of a header"},
		{"header name empty", `{"headers":{"":"c"}}`, "not the name of a header"},
		{"a second answer in a header", `{"headers":{"a":"b\r\nSet-Cookie: c=d"}}`, "control character"},
		{"status not a number", `{"statusCode":"test"}`, "want an integer"},
		{"status a text that is shown in part", `{"statusCode":"` + strings.Repeat("é", 30) + `"}`,
			`got "` + strings.Repeat("é", 19) + `...`},
		{"status a fraction", `{"statusCode":200.5}`, "want an integer"},
		{"status with an exponent", `{"statusCode":2e2}`, "want an integer"},
		{"status with a space", `{"statusCode":"200 "}`, "want an integer"},
		{"status too small", `{"statusCode":99}`, "want an integer"},
		{"status of no answer", `{"statusCode":101}`, "want an integer"},
		{"status too large", `{"statusCode":600}`, "want an integer"},
		{"status negative", `{"statusCode":-20}`, "want an integer"},
		{"status true", `{"statusCode":true}`, "want an integer"},
		{"body an object", `{"statusCode":200,"body":{"a":1}}`, "write it as JSON text"},
		{"flag a number", `{"isBase64Encoded":1}`, "want true or false"},
		{"too large", `{"body":"` + strings.Repeat("a", maxPayload) + `"}`, "and the limit is"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := route().Answer(&exchange.Request{}, []byte(c.payload))
			if !errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("want ErrMalformed with %q, got %v", c.reason, err)
			}
		})
	}
}

// Line 22. Recorded: https://github.com/localstack/localstack/pull/12199 and
// https://github.com/ministackorg/ministack/pull/767, where only Accept counts, and not the Content-Type.
func TestAnswerBase64(t *testing.T) {
	const payload = `{"statusCode":200,"headers":{"Content-Type":"image/png"},"isBase64Encoded":true,"body":"iVBOR/8="}`
	for _, c := range []struct {
		name, accept string
		decoded      bool
	}{
		{"a binary type", "image/png", true},
		{"first of several", "image/png,text/html;q=0.9", true},
		{"second of several", "text/html,image/png", false},
		{"another type", "text/plain", false},
		{"any type", "*/*", false},
		{"a family", "audio/mpeg;q=1", true},
		{"no Accept", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &exchange.Request{}
			if c.accept != "" {
				r.Headers = exchange.Headers{{Name: "accept", Value: c.accept}, {Name: "Accept", Value: "image/png"}}
			}
			a, err := route().Answer(r, []byte(payload))
			if err != nil {
				t.Fatal(err)
			}
			want := "iVBOR/8="
			if c.decoded {
				want = "\x89PNG\xff"
			}
			if string(a.Body) != want {
				t.Errorf("want %q, got %q", want, a.Body)
			}
		})
	}
	r := &exchange.Request{Headers: exchange.Headers{{Name: "Accept", Value: "image/png"}}}
	_, err := route().Answer(r, []byte(`{"isBase64Encoded":true,"body":"!"}`))
	if !errors.Is(err, ErrBase64) || errors.Is(err, ErrMalformed) {
		t.Errorf("want ErrBase64, got %v", err)
	}
}

// The column "Response" of the table in the important notes.
func TestAnswerHeaders(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"Authorization", "x-amzn-Remapped-Authorization"},
		{"Connection", "x-amzn-Remapped-Connection"},
		{"content-length", "x-amzn-Remapped-content-length"},
		{"Content-MD5", "x-amzn-Remapped-Content-MD5"},
		{"Date", "x-amzn-Remapped-Date"},
		{"Max-Forwards", "x-amzn-Remapped-Max-Forwards"},
		{"Server", "x-amzn-Remapped-Server"},
		{"User-Agent", "x-amzn-Remapped-User-Agent"},
		{"WWW-Authenticate", "x-amzn-Remapped-WWW-Authenticate"},
		{"Expect", ""},
		{"Host", ""},
		{"Proxy-Authenticate", ""},
		{"TE", ""},
		{"Transfer-Encoding", ""},
		{"Trailer", ""},
		{"UPGRADE", ""},
		{"Via", ""},
		{"Accept", "Accept"},
		{"Age", "Age"},
		{"Content-Encoding", "Content-Encoding"},
		{"Pragma", "Pragma"},
		{"Range", "Range"},
		{"Referer", "Referer"},
		{"Warn", "Warn"},
		{"ETag", "ETag"},
		{"Access-Control-Allow-Origin", "Access-Control-Allow-Origin"},
	} {
		for _, payload := range []string{`{"headers":{%q:"v"}}`, `{"multiValueHeaders":{%q:["v"]}}`} {
			a, err := route().Answer(&exchange.Request{}, fmt.Appendf(nil, payload, c.name))
			if err != nil {
				t.Fatal(err)
			}
			want := exchange.Headers{jsonType}
			if c.want != "" {
				want = append(want, exchange.Header{Name: c.want, Value: "v"})
			}
			if diff := cmp.Diff(want, a.Headers); diff != "" {
				t.Errorf("%s: -want +got:\n%s", c.name, diff)
			}
		}
	}
}

func BenchmarkAnswer(b *testing.B) {
	rt, r := route(), request()
	payload := []byte(
		`{"statusCode":200,"headers":{"Content-Type":"application/json","Cache-Control":"no-store"},` +
			`"multiValueHeaders":null,"body":"{\"orders\":[{\"id\":1}]}"}`,
	)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rt.Answer(r, payload); err != nil {
			b.Fatal(err)
		}
	}
}
