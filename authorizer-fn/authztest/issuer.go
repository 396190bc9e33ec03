package authztest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
)

// Issuer is an identity provider as an authorizer sees one: a discovery document and a key set. It is an http.Handler,
// to serve on loopback, and an http.RoundTripper, for tests without a network.
type Issuer struct {
	URL string // its identifier, without a slash at the end

	requests atomic.Int64
	mu       sync.Mutex
	keySet   string
	instead  http.HandlerFunc
}

// NewIssuer returns an issuer that publishes these keys.
func NewIssuer(url string, keys ...*Key) *Issuer {
	i := &Issuer{URL: url}
	i.Publish(keys...)
	return i
}

// Publish replaces the key set.
func (i *Issuer) Publish(keys ...*Key) {
	members := []Object{}
	for _, k := range keys {
		members = append(members, k.JWK())
	}
	i.PublishText(Object{"keys": members}.String())
}

// PublishText replaces the key set with any text.
func (i *Issuer) PublishText(keySet string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keySet = keySet
}

// AnswerWith makes h answer all requests. A nil h restores the issuer's own answers.
func (i *Issuer) AnswerWith(h http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.instead = h
}

// Requests returns the number of requests received so far.
func (i *Issuer) Requests() int { return int(i.requests.Load()) }

// JWKSURL returns the URL of the key set.
func (i *Issuer) JWKSURL() string { return i.URL + "/keys" }

// ServeHTTP answers as the issuer.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.requests.Add(1)
	i.mu.Lock()
	instead, keySet := i.instead, i.keySet
	i.mu.Unlock()
	if instead != nil {
		instead(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasSuffix(r.URL.Path, "/.well-known/openid-configuration"):
		w.Write([]byte(Object{"issuer": i.URL, "jwks_uri": i.JWKSURL()}.String()))
	case strings.HasSuffix(r.URL.Path, "/keys"):
		w.Write([]byte(keySet))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// RoundTrip answers a request directly, without a network. It respects the request's context.
func (i *Issuer) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		defer close(done)
		i.ServeHTTP(recorder, r)
	}()
	select {
	case <-done:
		answer := recorder.Result()
		answer.Request = r
		return answer, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}
