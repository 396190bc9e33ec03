package lambdahttp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/google/go-cmp/cmp"
)

const anEvent = `{
	"resource": "/orders/{id}", "path": "/orders/1", "httpMethod": "GET",
	"headers": {"Host": "abc123.execute-api.eu-central-1.amazonaws.com", "accept": "b"},
	"multiValueHeaders": {"Host": ["abc123.execute-api.eu-central-1.amazonaws.com"], "accept": ["a", "b"]},
	"queryStringParameters": null, "multiValueQueryStringParameters": null,
	"pathParameters": {"id": "1"}, "stageVariables": null, "body": null, "isBase64Encoded": false,
	"requestContext": {
		"accountId": "123456789012", "apiId": "abc123", "stage": "prod", "requestId": "api-request-1",
		"path": "/prod/orders/1", "domainName": "abc123.execute-api.eu-central-1.amazonaws.com",
		"httpMethod": "GET", "protocol": "HTTP/1.1", "resourcePath": "/orders/{id}", "requestTimeEpoch": 1583349317135,
		"identity": {"sourceIp": "192.0.2.1", "userAgent": "curl/8", "userArn": null, "caller": null, "accountId": null,
			"user": null}
	}
}`

// event returns anEvent with the members of changes. The members of requestContext are replaced one by one.
func event(t *testing.T, changes string) (e events.APIGatewayProxyRequest) {
	t.Helper()
	whole := object(t, []byte(anEvent))
	rc := object(t, whole["requestContext"])
	for name, v := range object(t, []byte(changes)) {
		if name == "requestContext" {
			maps.Copy(rc, object(t, v))
		} else {
			whole[name] = v
		}
	}
	var err error
	if whole["requestContext"], err = json.Marshal(rc); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func object(t *testing.T, text []byte) (o map[string]json.RawMessage) {
	t.Helper()
	if err := json.Unmarshal(text, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestRequest(t *testing.T) {
	e := event(t, `{
		"httpMethod": "POST",
		"multiValueHeaders": {"host": ["api.example.com"], "x-tag": ["b"], "X-Tag": ["a"],
			"content-type": ["application/json"]},
		"multiValueQueryStringParameters": {"a b": ["1&2", "+"], "limit": ["5"]},
		"queryStringParameters": {"a b": "+", "limit": "5"},
		"body": "{\"a\":\"ü\"}"
	}`)
	r, err := newRequest(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(r.Body)
	got := map[string]any{
		"method": r.Method,
		"uri":    r.RequestURI,
		"path":   r.URL.Path,
		"host":   r.Host,
		"remote": r.RemoteAddr,
		"proto":  r.Proto,
		"length": r.ContentLength,
		"body":   string(body),
		"query":  r.URL.Query(),
		"header": r.Header,
	}
	want := map[string]any{
		"method": "POST",
		"uri":    "/orders/1?a+b=1%262&a+b=%2B&limit=5",
		"path":   "/orders/1",
		"host":   "api.example.com",
		"remote": "192.0.2.1:0",
		"proto":  "HTTP/1.1",
		"length": int64(10),
		"body":   `{"a":"ü"}`,
		"query":  url.Values{"a b": {"1&2", "+"}, "limit": {"5"}},
		// The event has X-Tag in two spellings.
		"header": http.Header{"X-Tag": {"a", "b"}, "Content-Type": {"application/json"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRequestDetails(t *testing.T) {
	for _, tt := range []struct {
		name, why, changes string
		of                 func(*http.Request) any
		want               any
	}{
		{
			name:    "headers without multiValueHeaders",
			why:     "an event written by hand may have no multiValueHeaders",
			changes: `{"multiValueHeaders": null, "headers": {"accept": "a"}}`,
			of:      func(r *http.Request) any { return r.Header },
			want:    http.Header{"Accept": {"a"}},
		},
		{
			name:    "queryStringParameters alone",
			why:     "an event written by hand may have no multiValueQueryStringParameters",
			changes: `{"queryStringParameters": {"a": "1"}}`,
			of:      func(r *http.Request) any { return r.URL.RawQuery },
			want:    "a=1",
		},
		{
			name:    "no Host header",
			why:     "the context has the domain name",
			changes: `{"multiValueHeaders": {"accept": ["a"]}}`,
			of:      func(r *http.Request) any { return r.Host },
			want:    "abc123.execute-api.eu-central-1.amazonaws.com",
		},
		{
			name:    "no body",
			why:     "a nil Body would panic when read",
			changes: `{}`,
			of:      func(r *http.Request) any { return r.Body == http.NoBody && r.ContentLength == 0 },
			want:    true,
		},
		{
			name:    "binary body",
			why:     "API Gateway encodes bodies of binaryMediaTypes",
			changes: `{"body": "AP8=", "isBase64Encoded": true}`,
			of:      func(r *http.Request) any { b, _ := io.ReadAll(r.Body); return []any{b, r.ContentLength} },
			want:    []any{[]byte{0, 0xff}, int64(2)},
		},
		{
			name:    "IPv6",
			why:     "net.SplitHostPort must split the address",
			changes: `{"requestContext": {"identity": {"sourceIp": "2001:db8::1"}}}`,
			of:      func(r *http.Request) any { return r.RemoteAddr },
			want:    "[2001:db8::1]:0",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := newRequest(context.Background(), event(t, tt.changes))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, tt.of(r)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.why, diff)
			}
		})
	}
}

func TestPath(t *testing.T) {
	for _, tt := range []struct {
		name           string
		resource, path string
		proxy          string // the value of {proxy+}
		want           string // the request's EscapedPath
		decoded        string // the request's Path
	}{
		{name: "plain", resource: "/orders/{id}", path: "/orders/1", want: "/orders/1", decoded: "/orders/1"},
		{name: "root", resource: "/", path: "/", want: "/", decoded: "/"},
		{name: "trailing slash is kept", resource: "/orders", path: "/orders/", want: "/orders/", decoded: "/orders/"},
		{name: "two slashes are kept", resource: "/{proxy+}", path: "/a//b", proxy: "a//b", want: "/a//b", decoded: "/a//b"},
		{
			name:     "escaped slash stays in its segment",
			resource: "/orders/{id}",
			path:     "/orders/1%2Frefund",
			want:     "/orders/1%2Frefund",
			decoded:  "/orders/1/refund",
		},
		{
			name:     "escaped in small letters",
			resource: "/orders/{id}",
			path:     "/orders/1%2frefund",
			want:     "/orders/1%2frefund",
			decoded:  "/orders/1/refund",
		},
		{
			name:     "escaped letter",
			resource: "/orders/{id}",
			path:     "/orders/%61",
			want:     "/orders/%61",
			decoded:  "/orders/a",
		},
		{name: "dots", resource: "/orders/{id}", path: "/orders/..", want: "/orders/..", decoded: "/orders/.."},
		{
			name:     "escaped dots",
			resource: "/orders/{id}",
			path:     "/orders/%2e%2e%2fadmin",
			want:     "/orders/%2e%2e%2fadmin",
			decoded:  "/orders/../admin",
		},
		{
			name:     "escaped question mark",
			resource: "/orders/{id}",
			path:     "/orders/a%3Fb",
			want:     "/orders/a%3Fb",
			decoded:  "/orders/a?b",
		},
		{
			name:     "an invalid escape",
			resource: "/orders/{id}",
			path:     "/orders/50%",
			want:     "/orders/50%25",
			decoded:  "/orders/50%",
		},
		{
			name:     "escaped slash beside a character that must be escaped",
			resource: "/orders/{id}",
			path:     "/orders/1|%2F2",
			want:     "/orders/1%7C%2F2",
			decoded:  "/orders/1|/2",
		},
		{
			name:     "not ASCII",
			resource: "/orders/{id}",
			path:     "/orders/ü%2F",
			want:     "/orders/%C3%BC%2F",
			decoded:  "/orders/ü/",
		},
		{name: "plus", resource: "/orders/{id}", path: "/orders/a+b", want: "/orders/a+b", decoded: "/orders/a+b"},

		{name: "base path", resource: "/orders/{id}", path: "/shop/orders/1", want: "/orders/1", decoded: "/orders/1"},
		{
			name:     "base path of two segments, and the stage",
			resource: "/orders/{id}",
			path:     "/shop/v1/prod/orders/1",
			want:     "/orders/1",
			decoded:  "/orders/1",
		},
		{
			name:     "base path and a trailing slash",
			resource: "/orders",
			path:     "/shop/orders/",
			want:     "/orders/",
			decoded:  "/orders/",
		},
		{
			name:     "base path equal to the resource",
			resource: "/orders",
			path:     "/orders/orders",
			want:     "/orders",
			decoded:  "/orders",
		},
		{
			name:     "base path and an escaped slash",
			resource: "/orders/{id}",
			path:     "/shop/orders/1%2F2",
			want:     "/orders/1%2F2",
			decoded:  "/orders/1/2",
		},
		{name: "base path alone", resource: "/", path: "/shop", want: "/", decoded: "/"},
		{name: "base path alone, with a slash", resource: "/", path: "/shop/", want: "/", decoded: "/"},
		{
			name:     "base path before a greedy parameter",
			resource: "/{proxy+}",
			path:     "/shop/orders/1",
			proxy:    "orders/1",
			want:     "/orders/1",
			decoded:  "/orders/1",
		},
		{
			name:     "base path before a literal and a greedy parameter",
			resource: "/files/{proxy+}",
			path:     "/shop/files/a/b",
			proxy:    "a/b",
			want:     "/files/a/b",
			decoded:  "/files/a/b",
		},
		{
			name:     "a greedy parameter that ends in slashes",
			resource: "/files/{proxy+}",
			path:     "/files/a//",
			proxy:    "a//",
			want:     "/files/a//",
			decoded:  "/files/a//",
		},
		{
			name:     "base path before a greedy parameter that ends in a slash",
			resource: "/files/{proxy+}",
			path:     "/shop/files/a/",
			proxy:    "a/",
			want:     "/files/a/",
			decoded:  "/files/a/",
		},
		{
			name:     "a greedy parameter without the path's last slash",
			resource: "/files/{proxy+}",
			path:     "/files/a/",
			proxy:    "a",
			want:     "/files/a/",
			decoded:  "/files/a/",
		},
		{
			name:     "a greedy parameter that is decoded",
			resource: "/{proxy+}",
			path:     "/shop/a%20b",
			proxy:    "a b",
			want:     "/a%20b",
			decoded:  "/a b",
		},
		{
			name:     "a greedy parameter that differs from the path",
			resource: "/{proxy+}",
			path:     "/shop/a",
			proxy:    "b",
			want:     "/shop/a",
			decoded:  "/shop/a",
		},
		{
			name:     "a greedy parameter that is longer than the path",
			resource: "/{proxy+}",
			path:     "/a",
			proxy:    "b/a",
			want:     "/a",
			decoded:  "/a",
		},
		{name: "fewer segments than the resource", resource: "/a/{b}/{c}", path: "/a//c", want: "/a//c", decoded: "/a//c"},
		{name: "far fewer segments", resource: "/a/{b}/{c}", path: "/a", want: "/a", decoded: "/a"},
		{name: "no resource", path: "/shop/orders", want: "/shop/orders", decoded: "/shop/orders"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := event(t, `{}`)
			e.Resource, e.Path, e.PathParameters = tt.resource, tt.path, map[string]string{"proxy": tt.proxy}
			r, err := newRequest(context.Background(), e)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.URL.EscapedPath(); got != tt.want || r.URL.Path != tt.decoded || r.RequestURI != tt.want {
				t.Errorf("got %q (decoded %q, URI %q), want %q (decoded %q)",
					got, r.URL.Path, r.RequestURI, tt.want, tt.decoded)
			}
		})
	}
}

// A path's characters are those of RFC 3986, section 3.3. Any other is escaped.
func TestEscapeInvalid(t *testing.T) {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/"
	for c := range 256 {
		path := string([]byte{byte(c)})
		want := fmt.Sprintf("%%%02X", c)
		if strings.Contains(allowed, path) {
			want = path
		}
		if got := escapeInvalid(path); got != want {
			t.Errorf("%q: got %s, want %s", path, got, want)
		}
	}
}

// The log lines of a request have the ID that the client sees, and the one of Lambda's own lines.
func TestRequestIDs(t *testing.T) {
	inLambda := lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{AwsRequestID: "lambda-1"})
	for name, c := range map[string]struct {
		ctx  context.Context
		want string
	}{
		"in Lambda": {inLambda, "[apiRequestId=api-request-1 requestId=lambda-1]"},
		"elsewhere": {context.Background(), "[apiRequestId=api-request-1]"},
	} {
		r, err := newRequest(c.ctx, event(t, `{}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(LogAttrs(r.Context())); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestForeignEvents(t *testing.T) {
	for _, tt := range []struct{ name, event, want string }{
		{
			"an HTTP API's format 2.0",
			`{"version": "2.0", "rawPath": "/orders", "requestContext": {"http": {"method": "GET"}}}`,
			"choose payload format 1.0",
		},
		{"a test event of the Lambda console", `{"key1": "value1"}`, "want both"},
		{"an event of a queue", `{"Records": [{"body": "x"}]}`, "want both"},
		{"no slash", `{"httpMethod": "GET", "path": "orders"}`, "the path with its slash"},
		{"no method", `{"path": "/orders"}`, "want both"},
		{
			"a body that is not base64",
			`{"httpMethod": "GET", "path": "/", "isBase64Encoded": true, "body": "?"}`,
			"not base64",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var e events.APIGatewayProxyRequest
			if err := json.Unmarshal([]byte(tt.event), &e); err != nil {
				t.Fatal(err)
			}
			h := Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler was called") }))
			_, err := h(context.Background(), e)
			if !errors.Is(err, ErrEvent) || !strings.Contains(err.Error(), tt.want) ||
				!strings.HasPrefix(err.Error(), "lambdahttp: ") {
				t.Errorf("got %v, want ErrEvent with %q", err, tt.want)
			}
		})
	}
}

// FuzzPath checks that the handler receives the path that the gateway received.
func FuzzPath(f *testing.F) {
	f.Add("/orders/{id}", "/shop/orders/1%2Frefund", "")
	f.Add("/files/{proxy+}", "/files/a//", "a//")
	f.Add("/", "/", "")
	f.Add("", "/ %2F", "") // net/url alone would make it "/%20/"
	f.Add("/{proxy+}", "/%zz/..//%2e%2e", "%zz/..//%2e%2e")
	f.Fuzz(func(t *testing.T, resource, path, proxy string) {
		r, err := newRequest(context.Background(), events.APIGatewayProxyRequest{
			HTTPMethod: "GET", Resource: resource, Path: path, PathParameters: map[string]string{"proxy": proxy},
		})
		if err != nil {
			return
		}
		got := r.URL.EscapedPath()
		if !strings.HasPrefix(got, "/") {
			t.Fatalf("resource %q, path %q: got %q, want a path that starts with a slash", resource, path, got)
		}
		// A path of characters that RFC 3986 allows stays the same, except for a base path.
		clean := !strings.ContainsFunc(path, func(c rune) bool {
			return c <= ' ' || c > '~' || strings.ContainsRune("\"#<>?[\\]^`{|}%", c)
		})
		if clean && path != got && !strings.HasSuffix(path, got) && got != "/" {
			t.Fatalf("resource %q, path %q: got %q, want the path or its end", resource, path, got)
		}
		// An escaped slash stays escaped.
		if n := strings.Count(got, "/"); n > max(1, strings.Count(path, "/")) {
			t.Fatalf("resource %q, path %q: got %q with %d slashes, want no slash more", resource, path, got, n)
		}
	})
}
