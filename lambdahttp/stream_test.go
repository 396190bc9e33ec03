package lambdahttp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

// ask returns a handler's answer to a request for the resource /events, which is streamed, or for another one.
func ask(t *testing.T, h http.HandlerFunc, verb, resource string) io.Reader {
	t.Helper()
	routes, err := readStreamed("GET /events; ANY /files/{proxy+};HEAD /events;")
	if err != nil {
		t.Fatal(err)
	}
	event, err := json.Marshal(events.APIGatewayProxyRequest{
		HTTPMethod: verb, Resource: resource, Path: "/events",
		MultiValueHeaders: map[string][]string{"Host": {"api.example.com"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&streamer{h, routes}).answer(context.Background(), event)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// split divides an answer into the part before the delimiter and the body.
func split(t *testing.T, from io.Reader) (prelude, body string, err error) {
	t.Helper()
	all, err := io.ReadAll(from)
	prelude, body, ok := strings.Cut(string(all), strings.Repeat("\x00", 8))
	if !ok {
		t.Fatalf("no delimiter in %q", all)
	}
	return prelude, body, err
}

func TestStream(t *testing.T) {
	for _, c := range []struct {
		name, prelude, body string
		handler             http.HandlerFunc
	}{
		{"nothing", `{"statusCode":200}`, "", func(http.ResponseWriter, *http.Request) {}},
		{"text", `{"statusCode":200,"multiValueHeaders":{"Content-Type":["text/plain; charset=utf-8"]}}`, "hi",
			func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hi") }},
		{"status and headers",
			`{"statusCode":201,"multiValueHeaders":{"Content-Type":["text/event-stream"],"Set-Cookie":["a=1","b=2"]}}`, "x",
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				w.Header()["Set-Cookie"] = []string{"a=1", "b=2"}
				w.WriteHeader(http.StatusEarlyHints) // left out
				w.WriteHeader(http.StatusCreated)
				w.WriteHeader(http.StatusAccepted)
				w.Header().Set("Late", "1")
				io.WriteString(w, "x")
			}},
		{"more than is kept", `{"statusCode":200,"multiValueHeaders":{"Content-Type":["image/gif"]}}`,
			"GIF89a" + strings.Repeat("x", 9000),
			func(w http.ResponseWriter, _ *http.Request) {
				io.WriteString(w, "GIF89a")
				io.WriteString(w, strings.Repeat("x", 9000))
			}},
		{"encoded", `{"statusCode":200,"multiValueHeaders":{"Content-Encoding":["gzip"]}}`, "\x1f\x8b\x08",
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", "gzip")
				io.WriteString(w, "\x1f\x8b\x08")
			}},
		{"no content", `{"statusCode":204}`, "", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNoContent)
			if _, err := io.WriteString(w, "x"); !errors.Is(err, http.ErrBodyNotAllowed) {
				panic(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			prelude, body, err := split(t, ask(t, c.handler, "GET", "/events"))
			if err != nil || prelude != c.prelude || body != c.body {
				t.Errorf("got %s %q, %v", prelude, body, err)
			}
		})
	}
	if _, body, _ := split(t, ask(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "x") }, "HEAD", "/events")); body != "" {
		t.Errorf("HEAD has the body %q", body)
	}
}

// The client can read what was flushed while the handler is still running.
func TestStreamFlush(t *testing.T) {
	proceed := make(chan struct{})
	answer := ask(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "one")
		if err := http.NewResponseController(w).Flush(); err != nil {
			panic(err)
		}
		<-proceed
		io.WriteString(w, "two")
	}, "GET", "/events")
	first := make([]byte, len(`{"statusCode":200,"multiValueHeaders":{"Content-Type":["text/plain; charset=utf-8"]}}`)+8+3)
	if _, err := io.ReadFull(answer, first); err != nil || !bytes.HasSuffix(first, []byte("\x00one")) {
		t.Fatalf("got %q, %v", first, err)
	}
	close(proceed)
	if rest, err := io.ReadAll(answer); err != nil || string(rest) != "two" {
		t.Errorf("got %q, %v", rest, err)
	}
}

// Routes that the variable does not name are answered without streaming.
func TestBuffered(t *testing.T) {
	hi := func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hi") }
	for _, c := range []struct {
		verb, resource string
		streams        bool
	}{
		{"GET", "/events", true},
		{"POST", "/events", false},
		{"GET", "/other", false},
		{"PUT", "/files/{proxy+}", true},
	} {
		all, err := io.ReadAll(ask(t, hi, c.verb, c.resource))
		if err != nil {
			t.Fatal(err)
		}
		var whole events.APIGatewayProxyResponse
		if whole.Body = ""; json.Unmarshal(all, &whole) == nil == c.streams || !c.streams && whole.Body != "hi" {
			t.Errorf("%s %s: got %q", c.verb, c.resource, all)
		}
	}
}

// A panic before the answer has begun fails the invocation. A panic after that ends the stream with an error.
func TestStreamPanics(t *testing.T) {
	func() {
		defer func() {
			if got := recover(); got != "out of tea" {
				t.Errorf("want the panic, got %v", got)
			}
		}()
		ask(t, func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "x")
			panic("out of tea")
		}, "GET", "/events")
	}()
	for _, value := range []any{"out of tea", http.ErrAbortHandler} {
		_, body, err := split(t, ask(t, func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			panic(value)
		}, "GET", "/events"))
		if body != "x" || err == nil || err.Error() != fmt.Sprintf("panic: %v", value) {
			t.Errorf("got %q, %v", body, err)
		}
	}
}

// After the client has left, the handler's writes fail, and the process waits for the handler.
func TestStreamClose(t *testing.T) {
	failed := false
	answer := ask(t, func(w http.ResponseWriter, _ *http.Request) {
		for http.NewResponseController(w).Flush() == nil {
			io.WriteString(w, "x")
		}
		failed = true
	}, "GET", "/events")
	if err := answer.(io.Closer).Close(); err != nil || !failed {
		t.Errorf("got %v, %t", err, failed)
	}
	if got := answer.(interface{ ContentType() string }).ContentType(); got != "application/vnd.awslambda.http-integration-response" {
		t.Errorf("got %s", got)
	}
}

func TestReadStreamed(t *testing.T) {
	if _, err := readStreamed("GET /a;/b"); err == nil || !strings.Contains(err.Error(), StreamedRoutes) {
		t.Errorf("want an error that names the variable, got %v", err)
	}
	if got, err := readStreamed(""); err != nil || len(got) > 0 {
		t.Errorf("got %v, %v", got, err)
	}
}
