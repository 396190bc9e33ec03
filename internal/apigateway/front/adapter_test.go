package front

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

func TestHandler(t *testing.T) {
	var got *exchange.Request
	s := httptest.NewServer(Handler(func(_ context.Context, r *exchange.Request) exchange.Answer {
		got = r
		return exchange.Answer{Status: 201, Body: []byte("done"), Headers: exchange.Headers{
			{Name: "content-type", Value: "text/html"}, {Name: "Set-Cookie", Value: "a=1"}, {Name: "Set-Cookie", Value: "b=2"},
			{Name: "Content-Length", Value: "99"}, {Name: "bad\r\n", Value: "x"}}}
	}))
	defer s.Close()
	r, err := http.NewRequest("POST", s.URL+"/prod//a%2Fb?x=%zz&y", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"X-B": {"2", "1"}, "X-A": {"3"}, "User-Agent": {"test"}, "Accept-Encoding": {"identity"}}
	answer, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil || string(body) != "done" || answer.StatusCode != 201 ||
		answer.Header.Get("Content-Type") != "text/html" {
		t.Errorf("got %s %q %v, %v", answer.Status, body, answer.Header, err)
	}
	if diff := cmp.Diff([]string{"a=1", "b=2"}, answer.Header["Set-Cookie"]); diff != "" {
		t.Errorf("Set-Cookie: -want +got:\n%s", diff)
	}
	address := strings.TrimPrefix(s.URL, "http://")
	want := &exchange.Request{
		Verb:     "POST",
		RawPath:  "/prod//a%2Fb",
		RawQuery: "x=%zz&y",
		Host:     address,
		Protocol: "HTTP/1.1",
		SourceIP: "127.0.0.1",
		Body:     []byte("body"),
		Headers: exchange.Headers{
			{Name: "Host", Value: address},
			{Name: "Accept-Encoding", Value: "identity"},
			{Name: "Content-Length", Value: "4"},
			{
				Name:  "User-Agent",
				Value: "test",
			},
			{Name: "X-A", Value: "3"},
			{Name: "X-B", Value: "2"},
			{Name: "X-B", Value: "1"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// The limits are the server's.
func TestHandlerLimits(t *testing.T) {
	h := Handler(echo)
	for _, c := range []struct {
		name, target string
		header       http.Header
		body         string
		status       int
		reason       string
	}{
		{"as much as may be", "/a", nil, strings.Repeat("b", DefaultMaxBody), 200, "POST /a bbb"},
		{
			"body too large",
			"/a",
			nil,
			strings.Repeat("b", DefaultMaxBody+1),
			413,
			"HTTP content length exceeded 10485760 bytes.",
		},
		{
			"header too large",
			"/a",
			http.Header{"X": {strings.Repeat("a", defaultMaxHead)}},
			"",
			431,
			"HTTP header is larger than 10240 bytes.",
		},
		{"a pipe in the query", "/?a|b", nil, "", 400, "the query string has one of | { }, which must be encoded"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", c.target, strings.NewReader(c.body))
			r.Header = c.header
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != c.status || !strings.HasPrefix(w.Body.String(), c.reason) {
				t.Errorf("want %d %q, got %d %.60q", c.status, c.reason, w.Code, w.Body.String())
			}
		})
	}
}

func TestHandlerWithoutTarget(t *testing.T) {
	r, err := http.NewRequest("GET", "http://a/x?y", nil)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	Handler(echo).ServeHTTP(w, r)
	if w.Body.String() != "GET /x " {
		t.Errorf("want the URL's path, got %q", w.Body.String())
	}
}

func TestFromHandler(t *testing.T) {
	var got *http.Request
	var body []byte
	f := FromHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.Header().Set("Location", "/x")
		w.WriteHeader(http.StatusSeeOther)
		w.Header().Set("Late", "too late")
		w.WriteHeader(http.StatusOK)
		io.WriteString(w, "do")
		io.WriteString(w, "ne")
	}))
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, "of the connection")
	answer := f(ctx, &exchange.Request{
		Verb: "POST", RawPath: "/~/a%2Fb", RawQuery: "x=1", Host: "127.0.0.1:1", SourceIP: "127.0.0.1", Body: []byte("in"),
		Headers: exchange.Headers{{Name: "Host", Value: "127.0.0.1:1"}, {Name: "x-a", Value: "1"}, {Name: "X-A", Value: "2"}},
	})
	want := exchange.Answer{Status: http.StatusSeeOther, Body: []byte("done"), Headers: exchange.Headers{
		{Name: "Location", Value: "/x"}, {Name: "Set-Cookie", Value: "a=1"}, {Name: "Set-Cookie", Value: "b=2"}}}
	if diff := cmp.Diff(want, answer); diff != "" {
		t.Errorf("answer: -want +got:\n%s", diff)
	}
	if got.Method != "POST" || got.URL.Path != "/~/a/b" || got.URL.RawPath != "/~/a%2Fb" || got.URL.RawQuery != "x=1" ||
		got.RequestURI != "/~/a%2Fb?x=1" || got.Host != "127.0.0.1:1" || got.RemoteAddr != "127.0.0.1:0" ||
		string(body) != "in" || got.ContentLength != 2 || got.Context().Value(key{}) == nil {
		t.Errorf("request: got %+v with %q", got, body)
	}
	if diff := cmp.Diff(http.Header{"X-A": {"1", "2"}}, got.Header); diff != "" {
		t.Errorf("header: -want +got:\n%s", diff)
	}
}

func TestFromHandlerOfLittle(t *testing.T) {
	silent := FromHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-A", "1") }))
	answer := silent(t.Context(), &exchange.Request{Verb: "GET", RawPath: "/"})
	if answer.Status != http.StatusOK || answer.Headers.Get("X-A") != "1" || answer.Body != nil {
		t.Errorf("a handler that writes nothing: got %+v", answer)
	}
	for _, path := range []string{"/%zz", "*"} {
		answer := silent(t.Context(), &exchange.Request{Verb: "GET", RawPath: path})
		if want := map[string]int{"/%zz": 400, "*": 200}[path]; answer.Status != want {
			t.Errorf("%s: status %d, want %d", path, answer.Status, want)
		}
	}
}
