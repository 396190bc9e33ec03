package introspection

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/testclock"
)

// t0 is the start of the tests' clocks.
var t0 = time.Unix(1_700_000_000, 0)

// server is an endpoint with configurable answers.
type server struct {
	*httptest.Server

	mu     sync.Mutex
	answer http.HandlerFunc
	calls  []call
}

// call records a request.
type call struct {
	form          url.Values
	header        http.Header
	user, secret  string
	authenticated bool
}

func newServer(t testing.TB, answer http.HandlerFunc) *server {
	s := &server{answer: answer}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	c := call{form: form, header: r.Header}
	c.user, c.secret, c.authenticated = r.BasicAuth()
	s.mu.Lock()
	s.calls = append(s.calls, c)
	answer := s.answer
	s.mu.Unlock()
	answer(w, r)
}

func (s *server) serve(answer http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// count returns the number of calls since it was last called.
func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.calls)
	s.calls = nil
	return n
}

// last returns the last call.
func (s *server) last() call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[len(s.calls)-1]
}

// says returns a handler that answers with a status, a content type and a body.
func says(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func sayJSON(body string) http.HandlerFunc { return says(http.StatusOK, "application/json", body) }

const active = `{"active":true,"sub":"user-1","exp":1700000300}`

// fixture is a client, its clock and its endpoint.
type fixture struct {
	*Client
	clock  *testclock.Clock
	server *server
}

func newFixture(t testing.TB, answer http.HandlerFunc, changes ...func(*Options)) *fixture {
	t.Helper()
	f := &fixture{clock: testclock.New(t0), server: newServer(t, answer)}
	o := Options{
		Endpoint:          f.server.URL + "/introspect",
		ClientID:          "orders api",
		Credential:        func(context.Context) ([]byte, error) { return []byte("s3cret & more"), nil },
		Now:               f.clock.Now,
		AllowLoopbackHTTP: true,
		Timeout:           30 * time.Second, // long, because the machine may be busy; slow answers wait for signals
	}
	for _, change := range changes {
		change(&o)
	}
	var err error
	if f.Client, err = New(o); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fixture) ask(token string) (*Answer, error) { return f.Ask(context.Background(), token) }
