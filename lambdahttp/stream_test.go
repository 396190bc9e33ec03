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

// ask returns a handler's answer. Routes GET and HEAD /events and ANY /files/{proxy+} are streamed.
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

// split separates the prelude from the body.
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
		{"empty handler", `{"statusCode":200}`, "", func(http.ResponseWriter, *http.Request) {}},
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
		{"more than the buffer holds", `{"statusCode":200,"multiValueHeaders":{"Content-Type":["image/gif"]}}`,
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
				t.Errorf("got %s %q, %v, want %s %q", prelude, body, err, c.prelude, c.body)
			}
		})
	}
	x := func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(199) // left out
		if n, err := io.WriteString(w, "x"); n != 1 || err != nil {
			t.Errorf("HEAD: wrote %d bytes, %v, want 1", n, err)
		}
	}
	if _, body, _ := split(t, ask(t, x, "HEAD", "/events")); body != "" {
		t.Errorf("HEAD: got the body %q, want an empty one", body)
	}
}

// The client reads flushed bytes while the handler is running.
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
		t.Fatalf("flushed: got %q, %v, want the prelude and one", first, err)
	}
	close(proceed)
	if rest, err := io.ReadAll(answer); err != nil || string(rest) != "two" {
		t.Errorf("after the flush: got %q, %v, want two", rest, err)
	}
}

// Routes that the variable does not name are answered without streaming.
func TestUnstreamedRoutesAreBuffered(t *testing.T) {
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
		buffered := json.Unmarshal(all, &whole) == nil
		if buffered == c.streams || buffered && whole.Body != "hi" {
			t.Errorf("%s %s: got %q, want streamed: %v, with the body hi", c.verb, c.resource, all, c.streams)
		}
	}
}

func TestStreamRefusesForeignEvents(t *testing.T) {
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler was called") })
	for name, payload := range map[string]string{"not JSON": "{", "another service's event": `{"Records":[]}`} {
		if answer, err := (&streamer{handler: h}).answer(t.Context(), []byte(payload)); err == nil {
			t.Errorf("%s: got %v, want an error", name, answer)
		}
	}
}

// A panic before the first flush fails the invocation. A later panic ends the stream with an error.
func TestStreamPanics(t *testing.T) {
	func() {
		defer func() {
			if got := recover(); got != "out of tea" {
				t.Errorf("got %v, want the handler's panic", got)
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
			t.Errorf("panic(%v) after a flush: got %q, %v, want x and the panic as the error", value, body, err)
		}
	}
}

// When the client closes the stream, the handler's writes fail. Close waits until the handler returns.
func TestStreamClose(t *testing.T) {
	failed := false
	answer := ask(t, func(w http.ResponseWriter, _ *http.Request) {
		for http.NewResponseController(w).Flush() == nil {
			io.WriteString(w, "x")
		}
		failed = true
	}, "GET", "/events")
	if err := answer.(io.Closer).Close(); err != nil || !failed {
		t.Errorf("Close: got %v, flush failed: %t, want nil, true", err, failed)
	}
	got := answer.(interface{ ContentType() string }).ContentType()
	if want := "application/vnd.awslambda.http-integration-response"; got != want {
		t.Errorf("content type: got %s, want %s", got, want)
	}
}

func TestReadStreamed(t *testing.T) {
	if _, err := readStreamed("GET /a;/b"); err == nil || !strings.Contains(err.Error(), StreamedRoutes) {
		t.Errorf("got %v, want an error that names %s", err, StreamedRoutes)
	}
	if got, err := readStreamed(""); err != nil || len(got) > 0 {
		t.Errorf("empty variable: got %v, %v, want no routes", got, err)
	}
}
