package cli

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// TestDevStops stops the command during a request. The last two lines must say that it waits, and how the wait ended.
func TestDevStops(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}), make(chan struct{})
	backend := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-release
	}))
	defer backend.Close()
	api := mockAPI("Api", "slow")
	api["ApislowGet"].(map[string]any)["Properties"].(map[string]any)["Integration"] = map[string]any{
		"Type": "HTTP_PROXY", "IntegrationHttpMethod": "GET", "Uri": backend.URL,
	}
	r, _ := start(t, fakeApp(t, api))
	answered := make(chan error, 1)
	go func() {
		answer, err := http.Get(r.url + "/v1/slow")
		if err == nil {
			answer.Body.Close()
		}
		answered <- err
	}()
	<-arrived
	r.cancel()
	r.wait(t, func() bool { return strings.Contains(r.stdout.String(), "stopping: ") })
	close(release)
	if err := <-answered; err != nil {
		t.Error(err)
	}
	if status := r.stop(t); status != succeeded {
		t.Errorf("status %d", status)
	}
	const want = `^\S+  stopped: after \d+\.\d s, with an answer to GET /v1/slow \(\d+\.\d s old\)$`
	if got := lastLine(r.stdout.String()); !regexp.MustCompile(want).MatchString(got) {
		t.Errorf("the last line is %q, want %s", got, want)
	}

	r, _ = start(t, fakeApp(t, mockAPI("Api", "hello")))
	r.stop(t)
	if got := lastLine(r.stdout.String()); !strings.HasSuffix(got, "  stopped: no request was open") {
		t.Errorf("the last line is %q", got)
	}
}
