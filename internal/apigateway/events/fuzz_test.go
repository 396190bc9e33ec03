package events

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	awsevents "github.com/aws/aws-lambda-go/events"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// FuzzEvents checks for all requests that the events are valid JSON for a strict parser (no duplicate names, valid
// UTF-8), and have the request's values.
func FuzzEvents(f *testing.F) {
	f.Add("GET", "/a//b", "a=1&a=2&b=%zz", "X-A", "1", "x-a", "2", []byte("body"), "text/plain", "k", "v")
	f.Add("POST", "//", ";;a", "a\"b", "\xFF\x00", "a\"b", "\u2028", []byte{0xE2, 0x82}, "image/png", "principalId", "x")
	f.Add("", "", "%", "", "", "", "", []byte{}, "", "", "")
	f.Add("GET", "/", "%FF=1&%FE=2&\x80=3&%C3%28=4", "a", "b", "c", "d", []byte{0x80}, "", "", "")
	f.Fuzz(
		func(t *testing.T, verb, path, rawQuery, name1, value1, name2, value2 string, body []byte, contentType, key,
			value string) {
			// Names of headers are tokens, and what authorizers answer is UTF-8.
			name1, name2, key = exchange.Text(name1), exchange.Text(name2), exchange.Text(key)
			r := &exchange.Request{
				Verb:     verb,
				Stage:    "prod",
				Path:     path,
				RawQuery: rawQuery,
				Body:     body,
				Host:     value1,
				Protocol: "HTTP/1.1",
				SourceIP: value2,
				Time:     moment,
				Headers: exchange.Headers{
					{Name: name1, Value: value1},
					{Name: "Content-Type", Value: contentType},
					{Name: name2, Value: value2},
				},
			}
			rt := route()
			values := map[string]string{"id": path, "proxy": value1}
			said := map[string]string{key: value}
			for _, c := range []Caller{
				{},
				{Lambda: &LambdaCaller{PrincipalID: value, Context: said}},
				{Claims: said},
				{IAM: &IAMCaller{UserARN: value}, APIKey: key},
			} {
				b, err := rt.Proxy(r, values, c)
				if err != nil {
					t.Fatal(err)
				}
				strict(t, b)
				var e awsevents.APIGatewayProxyRequest
				if err := json.Unmarshal(b, &e); err != nil {
					t.Fatal(err)
				}
				got := []byte(e.Body)
				if e.IsBase64Encoded {
					if got, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
						t.Fatal(err)
					}
				} else if !utf8.Valid(body) {
					continue
				}
				if !bytes.Equal(got, body) {
					t.Fatalf("body: want %q, got %q", body, got)
				}
				if c.Lambda != nil && utf8.ValidString(value) && e.RequestContext.Authorizer["principalId"] != value {
					t.Fatalf("principal: want %q, got %q", value, e.RequestContext.Authorizer["principalId"])
				}
			}
			strict(t, rt.Request(r, values, value1, key, value2))
			strict(t, Token(value1, path))
		},
	)
}

func strict(t *testing.T, b []byte) {
	t.Helper()
	if !json.Valid(b) {
		t.Fatalf("not JSON: %s", b)
	}
	if _, err := strictjson.Parse(string(b)); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
}

// FuzzAnswer checks that an accepted answer can be sent: it has a status, and no header contains a line end.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		`{"statusCode":200,"headers":{"a":"b","Date":"x"},"multiValueHeaders":{"a":["b","c"]},"body":"aGk=",` +
			`"isBase64Encoded":true}`,
		`{"statusCode":"201","body":"\ud83d"}`,
		`{"headers":null}`,
		`{}`,
		`"x"`,
		`{"statusCode":1e2}`,
		`{"body":{}}`,
		`{"a":1,"a":2}`,
	} {
		f.Add([]byte(s), "image/png")
	}
	rt := route()
	f.Fuzz(func(t *testing.T, payload []byte, accept string) {
		r := &exchange.Request{Headers: exchange.Headers{{Name: "Accept", Value: accept}}}
		a, err := rt.Answer(r, payload)
		if err != nil {
			if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrBase64) {
				t.Fatalf("want an error of the package, got %v", err)
			}
			return
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(payload, &members); err != nil || members == nil {
			t.Fatalf("accepted, but not a JSON object: %s", payload)
		}
		for name := range members {
			if !strings.Contains(" statusCode headers multiValueHeaders body isBase64Encoded ", " "+name+" ") {
				t.Fatalf("accepted with the member %q", name)
			}
		}
		if a.Status < 200 || a.Status > 599 {
			t.Fatalf("status %d", a.Status)
		}
		types := 0
		for _, h := range a.Headers {
			if !httpname.IsToken(h.Name) || strings.ContainsAny(h.Value, "\r\n\x00") {
				t.Fatalf("the header %q: %q cannot be sent", h.Name, h.Value)
			}
			if droppedAnswerHeaders.contains(h.Name) || remappedAnswerHeaders.contains(h.Name) {
				t.Fatalf("the header %q is API Gateway's own", h.Name)
			}
			if isContentType(h.Name) {
				types++
			}
		}
		if types != 1 {
			t.Fatalf("want one Content-Type, got %d", types)
		}
	})
}

// FuzzReadAuthorizer checks that encoding/json reads an accepted answer of an authorizer in the same way.
func FuzzReadAuthorizer(f *testing.F) {
	for _, s := range []string{
		`{"principalId":"u","policyDocument":{"Version":"2012-10-17","Statement":[]},"context":{"a":1,"b":true,"c":"d"},` +
			`"usageIdentifierKey":"k"}`,
		`{"principalId":"u","policyDocument":{},"context":{"a":null}}`,
		`null`,
		`{"principalId":"u","principalId":"v","policyDocument":{}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		a, err := ReadAuthorizer(payload)
		if err != nil {
			if !errors.Is(err, ErrAuthorizer) {
				t.Fatalf("want ErrAuthorizer, got %v", err)
			}
			return
		}
		var want struct {
			PrincipalID        *string         `json:"principalId"`
			PolicyDocument     json.RawMessage `json:"policyDocument"`
			Context            map[string]any  `json:"context"`
			UsageIdentifierKey string          `json:"usageIdentifierKey"`
		}
		if err := json.Unmarshal(payload, &want); err != nil {
			t.Fatalf("accepted, but not by encoding/json: %v", err)
		}
		if want.PrincipalID == nil || *want.PrincipalID != a.PrincipalID || want.UsageIdentifierKey != a.UsageIdentifierKey {
			t.Fatalf("want %+v, got %+v", want, a)
		}
		if !bytes.Equal(want.PolicyDocument, a.Policy) || len(want.Context) != len(a.Context) {
			t.Fatalf("want %s and %v, got %s and %v", want.PolicyDocument, want.Context, a.Policy, a.Context)
		}
		for name, value := range want.Context {
			if s, ok := value.(string); ok && a.Context[name] != s {
				t.Fatalf("context %q: want %q, got %q", name, s, a.Context[name])
			}
		}
	})
}
