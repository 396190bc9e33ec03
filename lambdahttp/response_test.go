package lambdahttp

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
)

func TestResponse(t *testing.T) {
	type answer = events.APIGatewayProxyResponse
	for _, tt := range []struct {
		name, why, method string
		handler           http.HandlerFunc
		want              answer
	}{
		{
			"nothing",
			"net/http answers 200",
			"GET",
			func(http.ResponseWriter, *http.Request) {},
			answer{StatusCode: 200, MultiValueHeaders: http.Header{}},
		},
		{"JSON", "", "GET", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(201)
			_, _ = w.Write([]byte(`{"a":`))
			_, _ = w.Write([]byte(`"ü"}`))
		}, answer{StatusCode: 201, MultiValueHeaders: http.Header{"Content-Type": {"application/json"}}, Body: `{"a":"ü"}`}},
		{"several values", "cookies cannot be joined by commas", "GET", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("Set-Cookie", "a=1")
			w.Header().Add("Set-Cookie", "b=2")
			w.WriteHeader(200)
		}, answer{StatusCode: 200, MultiValueHeaders: http.Header{"Set-Cookie": {"a=1", "b=2"}}}},
		{"no content type", "API Gateway would send application/json", "GET", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("<html>"))
			_, _ = w.Write([]byte("</html>"))
		}, answer{
			StatusCode:        200,
			MultiValueHeaders: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
			Body:              "<html></html>",
		}},
		{"no content type after a status", "", "GET", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(404)
			_, _ = w.Write([]byte("gone"))
		}, answer{
			StatusCode:        404,
			MultiValueHeaders: http.Header{"Content-Type": {"text/plain; charset=utf-8"}},
			Body:              "gone",
		}},
		{"bytes that are not UTF-8", "a JSON string cannot hold them", "GET", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte{0x89, 'P', 'N', 'G'})
		}, answer{
			StatusCode:        200,
			MultiValueHeaders: http.Header{"Content-Type": {"image/png"}},
			Body:              "iVBORw==",
			IsBase64Encoded:   true,
		}},
		{"headers after the status", "the headers are already sent", "GET", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(200)
			w.Header().Set("X-Late", "1")
		}, answer{StatusCode: 200, MultiValueHeaders: http.Header{}}},
		{"two statuses", "the first is sent", "GET", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(404)
			w.WriteHeader(200)
		}, answer{StatusCode: 404, MultiValueHeaders: http.Header{}}},
		{"early hints", "an event has one status", "GET", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(103)
			w.WriteHeader(204)
		}, answer{StatusCode: 204, MultiValueHeaders: http.Header{}}},
		{"a status of three digits that HTTP does not name", "net/http accepts it", "GET",
			func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(199)
				w.WriteHeader(999)
			}, answer{StatusCode: 999, MultiValueHeaders: http.Header{}}},
		{"an empty write first", "its type is not known yet", "GET", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(nil)
			_, _ = w.Write([]byte("<html>"))
		}, answer{
			StatusCode:        200,
			MultiValueHeaders: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
			Body:              "<html>",
		}},
		{"a body with 304", "a 304 has no body", "GET", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(304)
			if _, err := w.Write([]byte("x")); !errors.Is(err, http.ErrBodyNotAllowed) {
				t.Errorf("got %v, want ErrBodyNotAllowed", err)
			}
		}, answer{StatusCode: 304, MultiValueHeaders: http.Header{}}},
		{"a body with 204", "a 204 has no body", "GET", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(204)
			if _, err := w.Write([]byte("x")); !errors.Is(err, http.ErrBodyNotAllowed) {
				t.Errorf("got %v, want ErrBodyNotAllowed", err)
			}
		}, answer{StatusCode: 204, MultiValueHeaders: http.Header{}}},
		{"HEAD", "the headers of GET without its body", "HEAD", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte("{}"))
		}, answer{StatusCode: 200, MultiValueHeaders: http.Header{"Content-Type": {"application/json"}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := event(t, `{}`)
			e.HTTPMethod = tt.method
			mux := NewMux() // Strict answers HEAD with 404 for other handlers
			mux.Handle("ANY /orders/{id}", tt.handler)
			got, err := Handler(mux)(context.Background(), e)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.why, diff)
			}
		})
	}
}

func TestInvalidStatusPanics(t *testing.T) {
	for status, want := range map[int]bool{0: true, 42: true, 99: true, 100: false, 999: false, 1000: true} {
		for name, w := range map[string]http.ResponseWriter{
			"buffered": &response{header: http.Header{}},
			"streamed": &streamWriter{header: http.Header{}, begun: make(chan struct{})},
		} {
			func() {
				defer func() {
					if got := recover(); (got != nil) != want {
						t.Errorf("%s: WriteHeader(%d): got the panic %v, want one: %t", name, status, got, want)
					}
				}()
				w.WriteHeader(status)
			}()
		}
	}
}

// API Gateway answers 502 if the function's answer has another member.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
func TestResponseMembers(t *testing.T) {
	got, err := Handler(http.NotFoundHandler())(context.Background(), event(t, `{}`))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	for m := range members {
		switch m {
		case "statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded":
		default:
			t.Errorf("unknown member %q in %s", m, text)
		}
	}
}
