package lambdahttp

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// seen is a request as a handler sees it.
type seen struct {
	Method, URI, Path, Host, Remote, Body string
	Header                                http.Header
	Caller                                Caller
	Known                                 bool
	Log                                   string
	Verb, Resource                        string // of the authorized route
	Params                                map[string]string
}

func see(t *testing.T, e events.APIGatewayProxyRequest) (seen, error) {
	r, err := newRequest(context.Background(), e)
	if err != nil {
		return seen{}, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	caller, known := CallerFrom(r.Context())
	route, _ := authorizedRoute(r.Context())
	log := ""
	for _, a := range LogAttrs(r.Context()) {
		log += a.String() + " "
	}
	return seen{
		r.Method,
		r.RequestURI,
		r.URL.EscapedPath(),
		r.Host,
		r.RemoteAddr,
		string(body),
		r.Header,
		caller,
		known,
		log,
		route.verb,
		route.resource,
		route.params,
	}, nil
}

// sameRequest checks that Start reads an event as aws-lambda-go does.
func sameRequest(t *testing.T, payload []byte) {
	t.Helper()
	var full events.APIGatewayProxyRequest
	if json.Unmarshal(payload, &full) != nil {
		return // a REST API sends no event that aws-lambda-go refuses
	}
	part, err := read(payload)
	if err != nil {
		t.Fatalf("got error %v, but aws-lambda-go reads the event", err)
	}
	want, wantErr := see(t, full)
	got, gotErr := see(t, part)
	if (wantErr == nil) != (gotErr == nil) {
		t.Fatalf("error %v, want %v", gotErr, wantErr)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
}

func TestStartReadsEventsAsRuntime(t *testing.T) {
	files, err := filepath.Glob("../internal/apigateway/events/testdata/proxy-*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d events, %v, want at least one", len(files), err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if v, err := strictjson.Parse(string(text)); err == nil {
				if _, ok := readPart(v); !ok {
					t.Error("readPart refuses the event, so Start reads it the slow way")
				}
			} else {
				t.Error(err)
			}
			sameRequest(t, text)
		})
	}
	for name, text := range map[string]string{
		"single values alone": `{"httpMethod":"GET","path":"/","headers":{"Host":"a","X":"1"},
			"queryStringParameters":{"a":"b c"}}`,
		"null headers and parameters": `{"httpMethod":"GET","path":"/","headers":null,"multiValueHeaders":{},
			"queryStringParameters":null}`,
		"names in other cases": `{"httpMethod":"GET","path":"/","Headers":{"x":"y"},"MULTIVALUEHEADERS":{"x":["z"]},
			"requestContext":{"authorizer":{"claims":{"sub":"u","cognito:groups":"a,b"}}}}`,
		"null among values": `{"httpMethod":"GET","path":"/","multiValueHeaders":{"x":["z",null],"y":null}}`,
		"null among a header's values": `{"httpMethod":"GET","path":"/","multiValueHeaders":{"x":["z",null]},
			"headers":{"x":"z"}}`,
		"null for a header's values": `{"httpMethod":"GET","path":"/","multiValueHeaders":{"x":["z"],"y":null}}`,
		"a domain name without the header Host": `{"httpMethod":"GET","path":"/","multiValueHeaders":{"a":["b"]},
			"requestContext":{"domainName":"api.example.com"}}`,
		"body in base64": `{"httpMethod":"PUT","path":"/x","multiValueHeaders":{"a":["b"]},"body":"aGk=",
			"isBase64Encoded":true,"pathParameters":{"proxy":"x"},"resource":"/{proxy+}"}`,
		"lone surrogate": `{"httpMethod":"PUT","path":"/x","multiValueHeaders":{"a":["b"]},"body":"\ud800"}`,
		"duplicate name": `{"httpMethod":"PUT","httpMethod":"GET","path":"/x","multiValueHeaders":{"a":["b"]}}`,
		"array":          `[]`,
		"empty":          ``,
		"null":           `null`,
	} {
		t.Run(name, func(t *testing.T) { sameRequest(t, []byte(text)) })
	}
}

// FuzzStart checks that Start passes the handler the same request as lambda.Start.
func FuzzStart(f *testing.F) {
	f.Add("GET", "/orders/{id}", "/orders/7", "id", "7", "X-Custom", "a", "b", "q", "", "", false,
		`{"principalId":"u","scopes":"a b"}`)
	f.Add("PUT", "", "/\u2028", "", "", "x", "\xff", "\xed\xa0\x80", "", "\x00", "aGk=", true,
		`{"claims":{"sub":"u","cognito:groups":"a,b"}}`)
	f.Add("", "/", "", "proxy", "", "", "", "", "", "", "{}", false, `null`)
	f.Fuzz(
		func(t *testing.T, verb, resource, path, parameter, argument, name, first, second, query, value, body string,
			binary bool, authorizer string) {
			e := events.APIGatewayProxyRequest{
				HTTPMethod:                      verb,
				Resource:                        resource,
				Path:                            path,
				PathParameters:                  map[string]string{parameter: argument},
				Body:                            body,
				IsBase64Encoded:                 binary,
				Headers:                         map[string]string{name: second},
				MultiValueHeaders:               map[string][]string{name: {first, second}, "Host": {value}},
				QueryStringParameters:           map[string]string{query: value},
				MultiValueQueryStringParameters: map[string][]string{query: {first, value}},
			}
			_ = json.Unmarshal([]byte(authorizer), &e.RequestContext.Authorizer)
			e.RequestContext.Identity.UserArn, e.RequestContext.DomainName, e.RequestContext.RequestID = argument, value, first
			payload, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			sameRequest(t, payload)
		},
	)
}

func TestInvoker(t *testing.T) {
	h := invoker(Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "hello "+r.URL.Path)
	})))
	answer, err := h.Invoke(t.Context(), []byte(`{"httpMethod":"GET","resource":"/{who}","path":"/you"}`))
	if err != nil || !bytes.Contains(answer, []byte(`"body":"hello /you"`)) ||
		!bytes.Contains(answer, []byte(`"statusCode":200`)) {
		t.Errorf("got %s, %v, want status 200 with the body hello /you", answer, err)
	}
	const good = `{"httpMethod":"GET","path":"/you","multiValueHeaders":{"a":["b"]}`
	for name, payload := range map[string]string{
		"no JSON":                            "{",
		"another service's event":            `{"Records":[]}`,
		"a number for the resource":          good + `,"resource":7}`,
		"a list for the path's parameters":   good + `,"pathParameters":[]}`,
		"a list for the query":               good + `,"multiValueQueryStringParameters":[]}`,
		"a text for a parameter's values":    good + `,"multiValueQueryStringParameters":{"a":"b"}}`,
		"a text for the authorizer's answer": good + `,"requestContext":{"authorizer":"x"}}`,
	} {
		if answer, err := h.Invoke(t.Context(), []byte(payload)); err == nil {
			t.Errorf("%s: got %s, want an error", name, answer)
		}
	}
}

// BenchmarkEvent compares how [Start] and lambda.Start handle an event, without a network.
func BenchmarkEvent(b *testing.B) {
	payload, err := os.ReadFile("../internal/apigateway/events/testdata/proxy-lambda.json")
	if err != nil {
		b.Fatal(err)
	}
	h := Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "{}") }))
	b.Run("Start", func(b *testing.B) {
		for b.Loop() {
			if _, err := invoker(h).Invoke(b.Context(), payload); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("lambda.Start", func(b *testing.B) {
		for b.Loop() {
			var e events.APIGatewayProxyRequest
			if err := json.NewDecoder(bytes.NewReader(payload)).Decode(&e); err != nil {
				b.Fatal(err)
			}
			answer, err := h(b.Context(), e)
			if err != nil {
				b.Fatal(err)
			}
			if err := json.NewEncoder(io.Discard).Encode(answer); err != nil {
				b.Fatal(err)
			}
		}
	})
}
