package authz

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// entries parses the lines of a log. It checks that each is a JSON object with metrics that CloudWatch can read.
func entries(t testing.TB, log string) (all []map[string]any) {
	t.Helper()
	for line := range strings.Lines(log) {
		if _, err := strictjson.Parse(strings.TrimSuffix(line, "\n")); err != nil || !strings.HasSuffix(line, "\n") {
			t.Fatalf("log line %q: %v, want JSON and a line break", line, err)
		}
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("log line %q: %v", line, err)
		}
		if _, err := time.Parse(time.RFC3339Nano, fmt.Sprint(entry["timestamp"])); err != nil {
			t.Errorf("log line %q: timestamp: %v", line, err)
		}
		checkMetrics(t, entry)
		all = append(all, entry)
	}
	return all
}

// checkMetrics checks that a line follows the embedded metric format. Source:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
func checkMetrics(t testing.TB, entry map[string]any) {
	t.Helper()
	metadata, there := entry["_aws"].(map[string]any)
	if !there {
		return
	}
	if at, ok := metadata["Timestamp"].(float64); !ok || at != float64(int64(at)) || len(metadata) != 2 {
		t.Errorf("_aws: got %v, want a whole Timestamp and CloudWatchMetrics", metadata)
	}
	for _, d := range metadata["CloudWatchMetrics"].([]any) {
		directive := d.(map[string]any)
		if len(directive) != 3 || directive["Namespace"] != "Gatehouse" {
			t.Errorf("directive: got %v, want three members and the namespace Gatehouse", directive)
		}
		for _, set := range directive["Dimensions"].([]any) {
			if len(set.([]any)) > 30 {
				t.Errorf("dimensions: got %v, want at most 30", set)
			}
			for _, name := range set.([]any) {
				value, ok := entry[name.(string)].(string)
				if !ok || value == "" || len(value) > 1024 ||
					strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
					t.Errorf("dimension %v: got %q, want 1 to 1024 printable ASCII characters", name, value)
				}
			}
		}
		for _, m := range directive["Metrics"].([]any) {
			metric := m.(map[string]any)
			if _, ok := entry[metric["Name"].(string)].(float64); !ok ||
				!slices.Contains([]any{"Count", "Milliseconds"}, metric["Unit"]) {
				t.Errorf("metric: got %v, want a number in Count or Milliseconds", metric)
			}
		}
	}
}

// metricsOf returns the metrics of a line, each as its name and dimensions: "denied [functionName reason".
func metricsOf(entry map[string]any) (out []string) {
	metadata, _ := entry["_aws"].(map[string]any)
	if metadata == nil {
		return nil
	}
	for _, d := range metadata["CloudWatchMetrics"].([]any) {
		directive := d.(map[string]any)
		for _, set := range directive["Dimensions"].([]any) {
			for _, m := range directive["Metrics"].([]any) {
				out = append(out, strings.Trim(fmt.Sprint(m.(map[string]any)["Name"], " ", set), "[]"))
			}
		}
	}
	return out
}

func TestDecisionLogLine(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*setup)
		event  []byte
		want   object // the members, apart from those of all lines
		metric string
	}{
		{name: "allowed", event: get(token(nil)),
			want: object{
				"outcome":   "allowed",
				"route":     "GET /orders",
				"principal": "user-1",
				"issuer":    testIssuer,
				"kid":       "rsa-1",
				"verifyMs":  0.0,
				"allowed":   1.0,
			},
			metric: "allowed [functionName; verifyMs [functionName"},
		{name: "denied", event: on("POST", "/orders", token(nil)),
			want: object{
				"outcome":   "denied",
				"reason":    "rights",
				"missing":   "scope orders:write",
				"got":       "orders:read",
				"route":     "POST /orders",
				"principal": "user-1",
				"issuer":    testIssuer,
				"kid":       "rsa-1",
				"verifyMs":  0.0,
				"denied":    1.0,
			},
			metric: "denied [functionName; verifyMs [functionName; denied [functionName reason"},
		{name: "unauthorized", event: get(token(object{"exp": 1})),
			want: object{
				"outcome":      "unauthorized",
				"reason":       "expired",
				"got":          "1970-01-01T00:00:01Z",
				"want":         "after 2023-11-14T22:13:20Z",
				"route":        "GET /orders",
				"verifyMs":     0.0,
				"unauthorized": 1.0,
			},
			metric: "unauthorized [functionName; verifyMs [functionName; unauthorized [functionName reason"},
		{name: "another audience", event: get(token(object{"aud": []string{"api://x", "\n{\"level\":\"INFO\"}"}})),
			want: object{
				"outcome":      "unauthorized",
				"reason":       "audience",
				"got":          "api://x, \n{\"level\":\"INFO\"}",
				"want":         testAudience,
				"route":        "GET /orders",
				"verifyMs":     0.0,
				"unauthorized": 1.0,
			},
			metric: "unauthorized [functionName; verifyMs [functionName; unauthorized [functionName reason"},
		{name: "denied without a group", event: on("DELETE", "/orders/7", token(object{"scope": "orders:write"})),
			want: object{
				"outcome":   "denied",
				"reason":    "rights",
				"missing":   "group admins or support",
				"got":       "none",
				"route":     "DELETE /orders/{id}",
				"principal": "user-1",
				"issuer":    testIssuer,
				"kid":       "rsa-1",
				"verifyMs":  0.0,
				"denied":    1.0,
			},
			metric: "denied [functionName; verifyMs [functionName; denied [functionName reason"},
		{name: "no token", event: header(""),
			want:   object{"outcome": "unauthorized", "reason": "no_token", "route": "GET /orders", "unauthorized": 1.0},
			metric: "unauthorized [functionName; unauthorized [functionName reason"},
		{name: "failed", event: []byte("x"),
			want: object{
				"level":   "ERROR",
				"outcome": "failed",
				"reason":  "event",
				"error":   "authz: not an authorizer event: strictjson: not JSON, at byte 0",
				"failed":  1.0,
			},
			metric: "failed [functionName; failed [functionName reason"},
		{
			name:  "a REQUEST event has API Gateway's request ID",
			event: authztest.RequestEvent("GET", "/me", http.Header{"Authorization": {"Bearer " + token(nil)}}, nil),
			want: object{
				"outcome":      "allowed",
				"route":        "GET /me",
				"principal":    "user-1",
				"issuer":       testIssuer,
				"kid":          "rsa-1",
				"verifyMs":     0.0,
				"allowed":      1.0,
				"apiRequestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
			},
			metric: "allowed [functionName; verifyMs [functionName",
		},
		{name: "without metrics", event: get(token(nil)), change: func(s *setup) { s.config.NoMetrics = true },
			want: object{
				"outcome":   "allowed",
				"route":     "GET /orders",
				"principal": "user-1",
				"issuer":    testIssuer,
				"kid":       "rsa-1",
				"verifyMs":  0.0,
			}},
		{
			name:   "outside Lambda",
			event:  get(token(nil)),
			change: func(s *setup) { delete(s.env, "AWS_LAMBDA_FUNCTION_NAME") },
			want: object{
				"outcome":   "allowed",
				"route":     "GET /orders",
				"principal": "user-1",
				"issuer":    testIssuer,
				"kid":       "rsa-1",
				"verifyMs":  0.0,
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, func(s *setup) {
				if c.change != nil {
					c.change(s)
				}
			})
			f.outcome(t, c.event)
			f.outcome(t, get(token(nil))) // fetches the keys, if the first event did not
			var got map[string]any
			for _, e := range entries(t, f.log.String()) {
				if e["message"] == "decision" && got == nil {
					got = e
				}
			}
			if m := strings.Join(metricsOf(got), "; "); m != c.metric {
				t.Errorf("metrics: got %q, want %q", m, c.metric)
			}
			delete(got, "_aws")
			want := object{
				"timestamp": "2023-11-14T22:13:20.000Z",
				"level":     "INFO",
				"message":   "decision",
				"requestId": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
				"traceId":   "1-5759e988-bd862e3fe1be46a994272793",
				"totalMs":   0.0,
			}.With(c.want)
			if c.metric != "" {
				want["functionName"] = "authorizer"
			}
			if g, w := object(got).String(), want.String(); g != w {
				t.Errorf("got  %s\nwant %s", g, w)
			}
		})
	}
}

func TestKeyFetchLogLine(t *testing.T) {
	f := newFixture(t, func(s *setup) { s.issuer.PublishText(authztest.CorpusKeys()) })
	f.outcome(t, get(token(nil)))
	f.clock.Advance(time.Hour)
	f.issuer.AnswerWith(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	now := f.clock.Now().Unix()
	f.outcome(t, get(token(object{"iat": now, "nbf": now, "exp": now + 60})))
	var lines []string
	for _, e := range entries(t, f.log.String()) {
		if e["message"] == "keys" {
			metrics := strings.Join(metricsOf(e), "; ")
			delete(e, "_aws")
			delete(e, "timestamp")
			lines = append(lines, object(e).String(), metrics)
		}
	}
	const metrics = "keyFetches [functionName; keyFetchFailures [functionName; keyFetchMs [functionName; " +
		"keyFetches [functionName issuer; keyFetchFailures [functionName issuer; keyFetchMs [functionName issuer"
	want := []string{
		object{
			"changed":          true,
			"functionName":     "authorizer",
			"ignoredKeys":      19,
			"issuer":           testIssuer,
			"keyFetchFailures": 0,
			"keyFetchMs":       0,
			"keyFetches":       1,
			"keys":             7,
			"level":            "INFO",
			"message":          "keys",
		}.String(),
		metrics,
		object{
			"error":            "key set: status 500 instead of 200 (redirects are not followed)",
			"functionName":     "authorizer",
			"issuer":           testIssuer,
			"keyFetchFailures": 1,
			"keyFetchMs":       0,
			"keyFetches":       1,
			"level":            "WARN",
			"message":          "keys",
		}.String(),
		metrics,
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// Anyone who may invoke the function can write an event. So a request ID is logged only if it looks like a UUID.
func TestRequestID(t *testing.T) {
	const id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
	for given, want := range map[string]string{
		id:                    id,
		"":                    "",
		"canary":              "",
		"Bearer eyJ":          "",
		strings.ToUpper(id):   "",
		id + "0":              "",
		"c6af9ac6\n":          "",
		"8476a536-e9f4-11e8-": "8476a536-e9f4-11e8-",
	} {
		var doc strictjson.Document
		text, err := json.Marshal(object{
			"type": "REQUEST", "methodArn": "arn", "requestContext": object{"requestId": given},
		})
		if err != nil {
			t.Fatal(err)
		}
		e, err := readEvent(&doc, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.requestID(); got != want {
			t.Errorf("requestID of %q: got %q, want %q", given, got, want)
		}
	}
}

func TestTraceID(t *testing.T) {
	const id = "1-5759e988-bd862e3fe1be46a994272793"
	for _, c := range []struct{ name, header, want string }{
		{"alone", "Root=" + id, id},
		{"first", "Root=" + id + ";Parent=53995c3f42cd8ad8;Sampled=1", id},
		{"last, with spaces", "Self=1-x; Sampled=0; Root=" + id, id},
		{"none", "Parent=53995c3f42cd8ad8", ""},
		{"empty", "", ""},
		{"too short", "Root=1-5759e988", ""},
		{"another value of the same length", "Root=eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In", ""},
		{"a letter beyond f", "Root=1-5759e988-bd862e3fe1be46a99427279g", ""},
		{"upper case", "Root=1-5759E988-bd862e3fe1be46a994272793", ""},
		{"another version", "Root=2-5759e988-bd862e3fe1be46a994272793", ""},
	} {
		if got := traceID(c.header); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestLongValuesAreShortenedInLog(t *testing.T) {
	long := authztest.RSA("rsa-1", 2048).JWK().With(object{"kid": strings.Repeat("é", 1000)})
	f := newFixture(t, func(s *setup) { s.issuer.PublishText(object{"keys": []object{long}}.String()) })
	head := object{"alg": "RS256", "kid": strings.Repeat("é", 1000)}
	if got := f.outcome(t, get(goodKey().Sign("RS256", head.String(), goodClaims().String()))); got != allow {
		t.Fatal(got)
	}
	for _, e := range entries(t, f.log.String()) {
		if kid, _ := e["kid"].(string); len(kid) > maxText+3 {
			t.Errorf("kid: got %d bytes, want at most %d", len(kid), maxText+3)
		}
	}
}

type brokenWriter struct{ with any }

func (w brokenWriter) Write([]byte) (int, error) {
	if w.with != nil {
		panic(w.with)
	}
	return 0, errors.New("no room")
}

func TestLogWriteFailure(t *testing.T) {
	f := newFixture(t, func(s *setup) { s.options.Log = brokenWriter{} })
	if got := f.outcome(t, get(token(nil))); got != allow {
		t.Errorf("Write returns an error: got %s, want %s", got, allow)
	}
	f = newFixture(t, func(s *setup) { s.options.Log = brokenWriter{with: "a panic"} })
	if got := f.outcome(t, get(token(nil))); got != fault {
		t.Errorf("Write panics: got %s, want %s", got, fault)
	}
}

func TestLogLineIsOneWrite(t *testing.T) {
	writes := make(chan string, 100)
	f := newFixture(t, func(s *setup) { s.options.Log = writerFunc(func(p []byte) { writes <- string(p) }) })
	for range 10 {
		f.outcome(t, get(token(nil)))
	}
	for range 11 { // ten decisions and a fetch of keys
		if line := <-writes; strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "}\n") {
			t.Errorf("got the write %q, want one line of JSON", line)
		}
	}
}

type writerFunc func([]byte)

func (f writerFunc) Write(p []byte) (int, error) {
	f(p)
	return len(p), nil
}
