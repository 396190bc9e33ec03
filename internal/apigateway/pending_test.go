package apigateway

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// TestSlow has a function wait for the test, which lets the time pass: the gateway says then which request waits for
// which function, and nothing once the request has its answer.
func TestSlow(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	peer := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-release
	}))
	defer peer.Close()
	r := bare()
	addAuthorizer(r, "Auth", nil)
	addRoute(r, "POST /{proxy+}", proxy("Fn"), guardedBy("Auth"))
	var passes func()
	stopped := make(chan bool, 1)
	told := make(chan Pending, 10)
	s := serve(t, r, func(o *Options) {
		o.Slow = func(p Pending) { told <- p }
		o.AfterFunc = func(d time.Duration, f func()) func() bool {
			if d != defaultSlowAfter {
				t.Errorf("the time is %s, want %s", d, defaultSlowAfter)
			}
			passes = f
			return func() bool { stopped <- true; return true }
		}
	})
	answered := make(chan reply, 1)
	request := s.request(t, "POST /prod/meet", peer.URL, bearer("allow"))
	go func() {
		answer, err := client.Do(request)
		if err != nil {
			t.Error(err)
			answered <- reply{}
			return
		}
		defer answer.Body.Close()
		io.Copy(io.Discard, answer.Body)
		answered <- reply{status: answer.StatusCode}
	}()
	<-arrived
	passes()
	p := <-told
	if p.Function != "Fn" || p.Request.RawPath != "/prod/meet" || p.Request.RequestID == "" {
		t.Errorf("got %+v of %+v, want the function Fn", p, p.Request)
	}
	if open := s.Pending(); len(open) != 1 || open[0].Function != "Fn" {
		t.Errorf("%+v are open, want the one request", open)
	}
	close(release)
	if got := <-answered; got.status != 200 {
		t.Errorf("got %d", got.status)
	}
	<-stopped
	passes()
	if len(told) > 0 || len(s.Pending()) > 0 {
		t.Errorf("after the answer %d are told, and %d open; want none", len(told), len(s.Pending()))
	}
}

// TestClosed has a client go away while a function runs: the reason says so, and not that the function failed.
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
