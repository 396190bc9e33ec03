package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// If this variable is set, the test's binary runs the function. The test then builds no other binary.
const asFunction = "BACKEND_FN_TEST_AS_FUNCTION"

func TestMain(m *testing.M) {
	if os.Getenv(asFunction) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// runtimeAPI is the Lambda Runtime API for one function. It sends events and receives the answers.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
type runtimeAPI struct {
	events  chan string
	answers chan string
}

func (a *runtimeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasSuffix(r.URL.Path, "/invocation/next"):
		select {
		case e := <-a.events:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", "lambda-request-1")
			w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(time.Minute).UnixMilli()))
			w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:123456789012:function:orders")
			_, _ = io.WriteString(w, e)
		case <-r.Context().Done():
		}
	default:
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		a.answers <- r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:] + " " + string(body)
	}
}

// start runs the function. It returns invoke, which sends an event, and stop, which ends the function and returns its
// log.
func start(t *testing.T, env ...string) (invoke func(event string) string, stop func() string) {
	t.Helper()
	api := &runtimeAPI{events: make(chan string), answers: make(chan string, 1)}
	server := httptest.NewServer(api)
	var out bytes.Buffer // complete only after Wait
	cmd := exec.Command(os.Args[0])
	cmd.Env = append([]string{
		asFunction + "=1",
		"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(server.URL, "http://"),
		"AWS_LAMBDA_FUNCTION_NAME=orders",
		"GOCOVERDIR=" + t.TempDir(),
	}, env...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceValue(func() string {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		server.Close()
		return out.String()
	})
	t.Cleanup(func() { stop() })
	return func(event string) string {
		t.Helper()
		timeout := time.After(time.Minute)
		select {
		case api.events <- event:
		case <-timeout:
			t.Fatalf("the function did not ask for an event within a minute; log:\n%s", stop())
		}
		select {
		case a := <-api.answers:
			return a
		case <-timeout:
			t.Fatalf("the function did not answer within a minute; log:\n%s", stop())
		}
		return ""
	}, stop
}

func event(method, path, body string) string {
	resource, parameters := strings.TrimRight(path, "/"), "null"
	if id, ok := strings.CutPrefix(resource, "/orders/"); ok {
		resource, parameters = "/orders/{id}", fmt.Sprintf(`{"id":%q}`, id)
	}
	return fmt.Sprintf(`{"resource":%q,"path":%q,"httpMethod":%q,"pathParameters":%s,"headers":{},
		"multiValueHeaders":{"Origin":["https://shop.example.com"],"Content-Type":["application/json"],
			"Authorization":["Bearer SECRET.TOKEN"]},
		"body":%q,"isBase64Encoded":false,
		"requestContext":{"requestId":"api-request-1","identity":{"sourceIp":"192.0.2.1"},
			"authorizer":{"principalId":"user-1","integrationLatency":3,"scopes":"orders:read orders:write"}}}`,
		resource, path, method, parameters, body)
}

func TestFunction(t *testing.T) {
	invoke, stop := start(t, `GATEHOUSE_CORS={"allowOrigins":["https://shop.example.com"],"exposeHeaders":["Location"]}`)

	const id = "01957f3e-7d00-7000-8000-000000000001"
	tea := `{"id":"` + id + `","customer":"c-1","currency":"EUR","lines":[{"sku":"tea-1","quantity":2,"unitPrice":450}]}`
	for _, step := range []struct {
		method, path, body string
		want               int
		text               string
	}{
		{"GET", "/health", "", 200, `"ok"`},
		{"POST", "/orders", tea, 201, `"createdBy":"user-1"`},
		{"GET", "/orders", "", 200, id},
		{"GET", "/orders/" + id + "/", "", 200, id},
		{"GET", "/orders/" + id + "%2Frefund", "", 404, "no order"},
		{"DELETE", "/orders/" + id, "", 204, ""},
	} {
		kind, body, _ := strings.Cut(invoke(event(step.method, step.path, step.body)), " ")
		var got struct {
			StatusCode        int
			MultiValueHeaders http.Header
			Body              string
		}
		if err := json.Unmarshal([]byte(body), &got); err != nil || kind != "response" {
			t.Fatalf("%s %s: got %s %s, %v, want a response", step.method, step.path, kind, body, err)
		}
		if got.StatusCode != step.want || !strings.Contains(got.Body, step.text) {
			t.Errorf("%s %s: got %d %s, want %d with %q",
				step.method, step.path, got.StatusCode, got.Body, step.want, step.text)
		}
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin":   "https://shop.example.com",
			"Access-Control-Expose-Headers": "Location",
			"Vary":                          "Origin",
		} {
			if got := got.MultiValueHeaders.Get(name); got != want {
				t.Errorf("%s %s: header %s: got %q, want %q", step.method, step.path, name, got, want)
			}
		}
	}

	kind, body, _ := strings.Cut(invoke(`{"key1":"value1"}`), " ")
	if kind != "error" || !strings.Contains(body, "not an event of an API Gateway REST API") {
		t.Errorf("another kind of event: got %s %s, want an error", kind, body)
	}

	log := stop()
	// The first request's line has both request IDs, and the level and timestamp that Lambda filters by.
	first, _, _ := strings.Cut(log, "\n")
	var line map[string]any
	if err := json.Unmarshal([]byte(first), &line); err != nil {
		t.Fatalf("log line %s is not JSON: %v", first, err)
	}
	for member, want := range map[string]any{
		"level":        "INFO",
		"message":      "request",
		"route":        "GET /health",
		"status":       200.0,
		"requestId":    "lambda-request-1",
		"apiRequestId": "api-request-1",
		"principal":    "user-1",
	} {
		if line[member] != want {
			t.Errorf("log line: %s: got %v, want %v in %s", member, line[member], want, first)
		}
	}
	if _, err := time.Parse(time.RFC3339Nano, fmt.Sprint(line["timestamp"])); err != nil {
		t.Errorf("log line: timestamp: %v in %s", err, first)
	}
	if strings.Contains(log, "SECRET") {
		t.Errorf("the log contains the token:\n%s", log)
	}
}

func TestFunctionRefusesConfiguration(t *testing.T) {
	for _, tt := range []struct{ name, env, want string }{
		{
			"CORS that browsers refuse",
			`GATEHOUSE_CORS={"allowOrigins":["*"],"allowCredentials":true}`,
			"cors: GATEHOUSE_CORS: credentials with a wildcard",
		},
		{"a table without a region", "ORDERS_TABLE=orders", "dynamo: the environment variable AWS_REGION is not set"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0])
			cmd.Env = []string{asFunction + "=1", "AWS_LAMBDA_RUNTIME_API=127.0.0.1:1", tt.env, "GOCOVERDIR=" + t.TempDir()}
			out, err := cmd.CombinedOutput()
			var line struct{ Level, Error string }
			if jsonErr := json.Unmarshal(out, &line); err == nil || jsonErr != nil || line.Level != "ERROR" ||
				!strings.Contains(line.Error, tt.want) {
				t.Errorf("got %v and output %s, want a log line of level ERROR with %q", err, out, tt.want)
			}
		})
	}
}

// DynamoDB refuses the call. The function answers 500 and logs the reason.
func TestFunctionWithTable(t *testing.T) {
	table := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		action := r.Header.Get("X-Amz-Target")
		_, _ = io.WriteString(w, `{"__type":"AccessDeniedException","message":"no grant for `+action+`"}`)
	}))
	defer table.Close()
	invoke, stop := start(t, "ORDERS_TABLE=orders", "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=AKID",
		"AWS_SECRET_ACCESS_KEY=KEYSECRET", "AWS_SESSION_TOKEN=SESSIONSECRET", "AWS_ENDPOINT_URL_DYNAMODB="+table.URL)
	if got := invoke(event("GET", "/orders", "")); !strings.Contains(got, `"statusCode":500`) ||
		!strings.Contains(got, "application/problem+json") {
		t.Errorf("got %s, want 500 with application/problem+json", got)
	}
	if log := stop(); !strings.Contains(log, `"level":"ERROR"`) ||
		!strings.Contains(log, "no grant for DynamoDB_20120810.Query") ||
		strings.Contains(log, "SECRET") {
		t.Errorf("got the log\n%s\nwant the refused action and no secret", log)
	}
}
