package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// patience is how long an edit may take. asksEvery is the time between requests for its answer.
const (
	patience  = 2 * time.Minute
	asksEvery = 10 * time.Millisecond
)

// edit is a file to save, and the answer that shows that it is served.
type edit struct {
	path, text string
	url        string
	want       string // a text in the status, the headers or the body of the new answer
}

// seconds saves the file and returns the time until the answer is new.
func (e edit) seconds(ctx context.Context) (float64, error) {
	if answer, err := ask(ctx, e.url); err == nil && strings.Contains(answer, e.want) {
		return 0, fmt.Errorf("%s answers %q before the edit", e.url, e.want)
	}
	if err := save(e.path, []byte(e.text)); err != nil {
		return 0, err
	}
	began := time.Now()
	answer, err := "", error(nil)
	for time.Since(began) < patience {
		if answer, err = ask(ctx, e.url); err == nil && strings.Contains(answer, e.want) {
			return time.Since(began).Seconds(), nil
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(asksEvery):
		}
	}
	return 0, fmt.Errorf("%s does not answer %q after %s was saved: %q, %w", e.url, e.want, e.path, answer, err)
}

// ask makes a request and returns the status, headers and body of the answer as a text.
func ask(ctx context.Context, url string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return fmt.Sprintf("%s\n%v\n%s", answer.Status, answer.Header, text), err
}

// asker sends requests all the time and counts lost ones.
type asker struct {
	asked, lost atomic.Int64
	first       atomic.Pointer[string] // the answer to the first lost request
}

// pause is the asker's time between an answer and the next request. It is short enough to notice a lost request, and
// long enough not to load the machine.
const pause = 20 * time.Millisecond

func (a *asker) ask(ctx context.Context, url string) {
	for ctx.Err() == nil {
		answer, err := ask(ctx, url)
		if ctx.Err() != nil {
			return
		}
		a.asked.Add(1)
		if err != nil || !strings.HasPrefix(answer, "200 ") {
			a.lost.Add(1)
			got := fmt.Sprintf("%s %v", answer, err)
			a.first.CompareAndSwap(nil, &got)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}
