//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// hangs is how long a request may take. API Gateway's limit for a function is 29 s, and the authorizer runs before it.
const hangs = 35 * time.Second

// traffic sends requests and counts the answers.
type traffic struct {
	url    string
	client *http.Client
	kills  *kills

	mu       sync.Mutex
	sent     int
	skipped  int // not sent because of the maximum of concurrent requests
	statuses map[int]int
	kinds    map[string]int
	took     []float64 // the seconds that some of the requests took
	worst    time.Duration
	failures map[string][]string // some failures of each kind
	counts   map[string]int      // failures by kind
	stopping bool                // the gateway is being ended, so that requests may fail
	broken   int                 // the number of requests that failed for this reason
}

func newTraffic(url string, workers int, k *kills) *traffic {
	return &traffic{
		url:      url,
		kills:    k,
		statuses: map[int]int{},
		kinds:    map[string]int{},
		failures: map[string][]string{},
		counts:   map[string]int{},
		client:   &http.Client{Timeout: hangs, Transport: &http.Transport{MaxIdleConnsPerHost: workers}},
	}
}

// run sends requests at a rate until the context ends, and then waits for the answers.
func (t *traffic) run(ctx context.Context, rate, workers int, callers []caller) {
	due := make(chan struct{})
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			m := &maker{random: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), callers: callers}
			for range due {
				t.send(m.next())
			}
		})
	}
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	for ctx.Err() == nil {
		<-tick.C
		select {
		case due <- struct{}{}:
		default:
			t.mu.Lock()
			t.skipped++
			t.mu.Unlock()
		}
	}
	close(due)
	wg.Wait()
	t.client.CloseIdleConnections()
}

func (t *traffic) send(r request) {
	out, err := http.NewRequest(r.verb, t.url+r.path, strings.NewReader(r.body))
	if err != nil {
		panic(err) // unreachable: the request was made here
	}
	if r.token != "" {
		out.Header.Set("Authorization", "Bearer "+r.token)
	}
	if r.body != "" {
		out.Header.Set("Content-Type", "application/json")
	}
	start := time.Now()
	answer, err := t.client.Do(out)
	var body []byte
	if err == nil {
		body, err = io.ReadAll(answer.Body)
		answer.Body.Close()
	}
	end := time.Now()

	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent++
	t.kinds[r.kind]++
	t.worst = max(t.worst, end.Sub(start))
	if len(t.took) < 100_000 {
		t.took = append(t.took, end.Sub(start).Seconds())
	} else {
		t.took[rand.IntN(len(t.took))] = end.Sub(start).Seconds()
	}
	if err != nil {
		if t.stopping {
			t.broken++
			return
		}
		t.fail("no answer", "%s: %s %s: %v", r.kind, r.verb, r.path, err)
		return
	}
	t.statuses[answer.StatusCode]++
	t.judge(r, answer, body, start, end)
}

// judge checks an answer. The caller holds the lock.
func (t *traffic) judge(r request, answer *http.Response, body []byte, start, end time.Time) {
	status := answer.StatusCode
	got := fmt.Sprintf("%s: %s %s: got %d %.300q", r.kind, r.verb, r.path, status, body)
	if slices.Contains(r.want, status) {
		if r.check != nil {
			if err := r.check(body, answer.Header); err != nil {
				t.fail("wrong body", "%s: %v", got, err)
			}
		}
		return
	}
	switch {
	case status/100 == 2:
		t.fail("WRONG 2XX", "%s: want %v", got, r.want)
	case status/100 != 5:
		t.fail("wrong status", "%s: want %v", got, r.want)
	case status == http.StatusServiceUnavailable:
		t.fail("wrong status", "%s: no function of this run answers so", got)
	case !t.kills.during(start, end):
		t.fail("5xx without a kill", "%s after %s", got, end.Sub(start))
	}
}

func (t *traffic) fail(kind, format string, a ...any) {
	t.counts[kind]++
	if len(t.failures[kind]) < 5 {
		text := time.Now().Format(time.TimeOnly) + " " + fmt.Sprintf(format, a...)
		t.failures[kind] = append(t.failures[kind], text)
		fmt.Println("FAILED:", kind+":", text)
	}
}

// quantile returns a quantile of the sampled times, in milliseconds. The caller holds the lock.
func (t *traffic) quantile(share float64) float64 {
	if len(t.took) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(t.took))[int(share*float64(len(t.took)-1))] * 1000
}
