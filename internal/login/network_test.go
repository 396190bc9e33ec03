package login

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// network answers requests by their host, without a connection.
type network map[string]http.Handler

func (n network) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	h := n[r.URL.Host]
	if h == nil {
		return nil, &hostError{r.URL.Host}
	}
	w := httptest.NewRecorder()
	r = r.Clone(r.Context())
	r.Host = r.URL.Host
	if r.Body == nil {
		r.Body = http.NoBody
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.ServeHTTP(w, r)
	}()
	select {
	case <-done:
		return w.Result(), nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// switched is a transport that a test can replace.
type switched struct {
	current atomic.Pointer[http.RoundTripper]
}

func (s *switched) use(to http.RoundTripper) { s.current.Store(&to) }

func (s *switched) RoundTrip(r *http.Request) (*http.Response, error) {
	return (*s.current.Load()).RoundTrip(r)
}

type hostError struct{ host string }

func (e *hostError) Error() string { return "no such host: " + e.host }

// fakeAWS stands in for AWS Secrets Manager and Amazon Cognito.
type fakeAWS struct {
	mu      sync.Mutex
	secrets map[string]string // by ARN, and by ARN and stage
	pool    string            // the answer of DescribeUserPoolClient
	calls   []string          // the actions
	down    bool
}

func (a *fakeAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, r.Header.Get("X-Amz-Target"))
	var body struct{ SecretId, VersionStage, UserPoolId, ClientId string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if a.down || !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
		w.WriteHeader(500)
		_, _ = io.WriteString(w, `{"__type":"InternalServiceError","message":"words of AWS"}`)
		return
	}
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".DescribeUserPoolClient") && body.ClientId == clientID &&
		strings.HasPrefix(body.UserPoolId, "eu-central-1_") {
		_, _ = io.WriteString(w, a.pool)
		return
	}
	secret, ok := a.secrets[body.SecretId+body.VersionStage]
	if !ok {
		w.WriteHeader(400)
		_, _ = io.WriteString(w, `{"__type":"ResourceNotFoundException"}`)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"SecretString": secret})
}

func (a *fakeAWS) set(change func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change()
}

func (a *fakeAWS) called(action string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.ContainsFunc(a.calls, func(s string) bool { return strings.HasSuffix(s, action) })
}
