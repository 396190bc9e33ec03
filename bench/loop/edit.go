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

// patience is how long an edit may take, and asksEvery how often its answer is requested.
const (
	patience  = 2 * time.Minute
	asksEvery = 10 * time.Millisecond
)

// edit is a saved file, and the answer that shows it.
type edit struct {
	path, text string
	url        string
	want       string // in the status, the headers or the body
}

// seconds saves the file, and returns how long it takes until the answer is the new one.
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

// ask returns an answer's status, headers and body as a text.
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

// asker sends requests all the time, and counts those that are lost.
type asker struct {
	asked, lost atomic.Int64
	first       atomic.Pointer[string] // the answer to the first lost request
}

// pause is how long it waits after an answer: it should notice a lost request, and not load the machine.
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
