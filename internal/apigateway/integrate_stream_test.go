package apigateway

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/functest"
)

const (
	docStreaming       = guide + "response-transfer-mode.html"
	docStreamingLambda = guide + "response-transfer-mode-lambda.html"
	docResponseStream  = "https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming"
)

// streamer is the folder of the function in testdata/streaming, which only the tests of streams need.
var streamer = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(filepath.Dir(built), "asset."+strings.Repeat("1f", 32))
	return dir, functest.BuildTrimmed(filepath.Join(dir, "bootstrap"), "./testdata/streaming")
})

// streamedBy is a streamed AWS_PROXY integration.
func streamedBy(function string, changes ...object) object {
	i := object{
		"Type":                  "AWS_PROXY",
		"IntegrationHttpMethod": "POST",
		"ResponseTransferMode":  "STREAM",
		"TimeoutInMillis":       60000,
		"Uri": object{"Fn::Join": []any{"", []any{"arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/",
			object{"Fn::GetAtt": []any{function, "Arn"}}, "/response-streaming-invocations"}}},
	}
	for _, change := range changes {
		for name, value := range change {
			i[name] = value
		}
	}
	return i
}

// streams is an API with a function that streams.
func streams(t *testing.T, uri string) object {
	t.Helper()
	dir, err := streamer()
	if err != nil {
		t.Fatal(err)
	}
	r := bare()
	r["Api"].(object)["Properties"].(object)["EndpointConfiguration"] = object{"Types": []any{"REGIONAL"}}
	r["Streams"] = function()
	r["Streams"].(object)["Metadata"] = object{"aws:asset:path": dir}
	r["Streams"].(object)["Properties"].(object)["Environment"] = object{"Variables": object{
		"GATEHOUSE_STREAMED_ROUTES": "ANY /stream/{what};GET /whole/binary;GET /short/{what}"}}
	addRoute(r, "ANY /stream/{what}", streamedBy("Streams"))
	addRoute(r, "GET /short/{what}", streamedBy("Streams", object{"TimeoutInMillis": 400}))
	addRoute(r, "GET /whole/cookies", proxy("Streams"))
	addRoute(r, "GET /whole/binary", proxy("Streams"))
	addRoute(r, "GET /untold/cookies", streamedBy("Streams"))
	addRoute(r, "GET /far", httpTo("HTTP_PROXY", "GET", uri, object{"ResponseTransferMode": "STREAM",
		"RequestParameters": object{"integration.request.querystring.to": "method.request.querystring.to"}}))
	return r
}

var requestID = regexp.MustCompile(`RequestId: [-0-9a-f]+`)

// cut returns the part of an answer that arrived, which may have been cut, and the reason in the record.
func (s *site) cut(t *testing.T, target string, headers ...string) string {
	t.Helper()
	answer, err := client.Do(s.request(t, target, "", headers...))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	out := fmt.Sprintf("%d %s", answer.StatusCode, body)
	if err != nil {
		out += ", cut"
	}
	for range 500 {
		if r := s.told.byID(answer.Header.Get("x-amzn-RequestId")); r != nil {
			if r.Reason != "" {
				out += ": " + withoutLine(requestID.ReplaceAllString(r.Reason, "RequestId: ID"))
			}
			return out
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("no record")
	return ""
}

func streamBehaviour(t *testing.T) []behaviour {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "peer")
		io.WriteString(w, "one")
		w.(http.Flusher).Flush()
		if r.URL.Query().Get("to") == "fail" {
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, "two")
	}))
	t.Cleanup(backend.Close)
	s := serve(t, streams(t, backend.URL))
	got := func(name, source, target, want string, show ...string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			got := s.send(t, target)
			body := got.body
			if len(body) > 100 {
				body = fmt.Sprint(len(body), " bytes")
			}
			return strings.TrimSpace(fmt.Sprintf("%d %s %s", got.status, body, got.headers(show...)))
		}}
	}
	cut := func(name, source, target, want string) behaviour {
		return behaviour{name: name, source: source, want: want,
			got: func(t *testing.T) string { return s.cut(t, target) }}
	}
	const (
		internal = `{"message": "Internal server error"}`
		noBytes  = "the function's answer is not a stream: 8 null bytes after the metadata are missing. lambdahttp.Start " +
			"writes them for the routes in GATEHOUSE_STREAMED_ROUTES, aws-lambda-go for an " +
			"events.LambdaFunctionURLStreamingResponse, and Node.js for awslambda.HttpResponseStream.from in a handler of " +
			"awslambda.streamifyResponse"
	)
	return []behaviour{
		got(
			"a streamed answer",
			docStreamingLambda,
			"PUT /prod/stream/cookies",
			"201 made PUT Set-Cookie: a=1, Set-Cookie: b=2, Content-Type: text/plain; "+
				"charset=utf-8, x-amzn-Remapped-Date: today",
			"Set-Cookie",
			"Content-Type",
			"x-amzn-Remapped-Date",
		),
		got("binary without binary media types", docStreaming, "GET /prod/stream/binary", "200 \xff\x00\xfe"),
		got("more than a buffered answer may have", docStreaming, "GET /prod/stream/large", "200 13107200 bytes"),
		got("the same function, buffered", docStreamingLambda, "GET /prod/whole/cookies", "201 made GET"),
		got("a failure before the answer", docResponseStream, "GET /prod/stream/panic", "502 "+internal),
		cut(
			"a failure after it has begun",
			docResponseStream,
			"GET /prod/stream/late",
			"200 one, cut: the function failed after the stream had begun, which cuts the connection: errorString: panic: "+
				"out of tea at internal/apigateway/testdata/streaming/main.go:LINE (serve)",
		),
		cut(
			"a process that ends",
			docResponseStream,
			"GET /prod/stream/exit",
			"200 one, cut: the function failed after the stream had "+
				"begun, which cuts the connection: Runtime.ExitError: RequestId: ID Error: "+
				"Runtime exited with error: exit status 3",
		),
		cut(
			"a stream of a function that answers whole",
			docStreamingLambda,
			"GET /prod/untold/cookies",
			"502 "+internal+": "+noBytes,
		),
		{name: "a whole answer of a function that streams", source: docStreamingLambda,
			want: "502 the function streams its answer, and the integration's ResponseTransferMode is BUFFERED: make it " +
				"STREAM, as secureapi.Streamed() does, or have the function answer with an object",
			got: func(t *testing.T) string {
				got := s.send(t, "GET /prod/whole/binary")
				why, _, _ := strings.Cut(got.record.Reason, ";")
				return fmt.Sprint(got.status, " ", why)
			}},
		cut("metadata without an end", docStreamingLambda, "GET /prod/stream/headers",
			"502 "+internal+": the metadata of the function's answer has no end within 16384 bytes: 8 null bytes are missing"),
		cut("longer than the time-out", docStreaming, "GET /prod/short/pause",
			"200 one, cut: the stream took longer than the integration's time-out of 400ms"),
		got(
			"no answer within the time-out",
			docStreaming,
			"GET /prod/short/never",
			`504 {"message": "Endpoint request timed out"}`,
		),
		got("HTTP_PROXY", docStreaming, "GET /prod/far", "200 onetwo x-amzn-Remapped-Server: peer", "x-amzn-Remapped-Server"),
		cut("HEAD, whose answer has no body", docStreaming, "HEAD /prod/stream/cookies", "404 "),
		cut("HTTP_PROXY that fails", docStreaming, "GET /prod/far?to=fail",
			"200 one, cut: the integration cut its answer before the end, which cuts the connection"),
	}
}

// TestStreamParts reads the first part of an answer while the function writes the second.
func TestStreamParts(t *testing.T) {
	proceed := make(chan struct{})
	waiting := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-proceed }))
	defer waiting.Close()
	s := serve(t, streams(t, waiting.URL))
	answer, err := client.Do(s.request(t, "GET /prod/stream/parts", "", "X-Wait: "+waiting.URL))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	const one, two = "data: one\n\n", "data: two\n\n"
	first := make([]byte, len(one))
	if _, err := io.ReadFull(answer.Body, first); err != nil || string(first) != one {
		t.Fatalf("got %q, %v", first, err)
	}
	if answer.TransferEncoding == nil || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("got %v %v", answer.TransferEncoding, answer.Header)
	}
	if r := s.told.byID(answer.Header.Get("x-amzn-RequestId")); r != nil {
		t.Error("the request is recorded before its end")
	}
	close(proceed)
	if rest, err := io.ReadAll(answer.Body); err != nil || string(rest) != two {
		t.Errorf("got %q, %v", rest, err)
	}
	if r := s.told.byID(answer.Header.Get("x-amzn-RequestId")); r == nil || r.Reason != "" ||
		r.Route != "ANY /stream/{what}" {
		t.Errorf("got the record %+v", r)
	}
}

// TestStreamIdle has streams that pause for longer than API Gateway waits, with a shorter time than its own.
func TestStreamIdle(t *testing.T) {
	t.Parallel() // it waits for streams that pause
	for _, edge := range []bool{false, true} {
		r := streams(t, "http://127.0.0.1")
		if edge {
			delete(r["Api"].(object)["Properties"].(object), "EndpointConfiguration")
		}
		s := serve(t, r)
		if s.idle != [2]time.Duration{5 * time.Minute, 30 * time.Second} {
			t.Errorf("a stream may pause for %v", s.idle)
		}
		s.idle = [2]time.Duration{300 * time.Millisecond, 200 * time.Millisecond}
		want := "200 one, cut: the stream paused for more than 300ms, which is longer than API Gateway waits"
		if edge {
			want = strings.Replace(want, "300", "200", 1)
		}
		if got := s.cut(t, "GET /prod/stream/pause"); got != want {
			t.Errorf("edge %t: got %s, want %s", edge, got, want)
		}
	}
}

// TestStreamLeft checks that a request whose client disconnects is recorded with the reason.
func TestStreamLeft(t *testing.T) {
	s := serve(t, streams(t, "http://127.0.0.1"))
	answer, err := client.Do(s.request(t, "GET /prod/stream/pause", ""))
	if err != nil {
		t.Fatal(err)
	}
	io.ReadFull(answer.Body, make([]byte, 3))
	answer.Body.Close()
	for range 1000 {
		if r := s.told.byID(answer.Header.Get("x-amzn-RequestId")); r != nil {
			if r.Reason != "the client left before the end of the stream" {
				t.Errorf("got %q", r.Reason)
			}
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the request is not recorded")
}
