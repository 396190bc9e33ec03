package apigateway

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// observed collects the events of a [Watcher].
type observed struct {
	mu     sync.Mutex
	events []string
}

func (o *observed) add(event string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events = append(o.events, event)
}

func (o *observed) Began(a Arrival)           { o.add("began " + a.Request.RawPath) }
func (o *observed) WaitsFor(_, name string)   { o.add("waits for " + name) }
func (o *observed) Answered(requestID string) { o.add("answered") }

// TestWatch sends a request with an authorizer. The watcher receives the functions for which the request waits, in
// their order.
func TestWatch(t *testing.T) {
	r := bare()
	addAuthorizer(r, "Auth", nil)
	addRoute(r, "POST /{proxy+}", proxy("Fn"), guardedBy("Auth"))
	var o observed
	s := serve(t, r, func(options *Options) {
		options.Watch = &o
		options.Record = func(r *Record) { o.add("recorded " + r.Request.RawPath) }
	})
	s.post(t, "POST /prod/say", "tea", bearer("allow"))
	want := []string{
		"began /prod/say", "waits for AuthFn", "waits for ", "waits for Fn", "recorded /prod/say", "answered",
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if !slices.Equal(o.events, want) {
		t.Errorf("got %q\nwant %q", o.events, want)
	}
}

// TestClosed disconnects a client while a function runs. The reason must name this, and not a failure of the function.
func TestClosed(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	peer := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-release
	}))
	defer peer.Close()
	defer close(release)
	r := bare()
	addRoute(r, "POST /{proxy+}", proxy("Fn"))
	records := make(chan *Record, 1)
	s := serve(t, r, func(o *Options) { o.Record = func(r *Record) { records <- r } })
	ctx, leave := context.WithCancel(t.Context())
	request := s.request(t, "POST /prod/meet", peer.URL)
	go func() {
		if answer, err := client.Do(request.WithContext(ctx)); err == nil {
			answer.Body.Close()
			t.Errorf("it answers %s", answer.Status)
		}
	}()
	<-arrived
	leave()
	if got, want := (<-records).Reason, "the connection was closed before the function answered"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
