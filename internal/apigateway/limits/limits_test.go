package limits

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

var start = time.Date(2026, 3, 4, 23, 59, 50, 0, time.UTC) // a Wednesday

// TestTake sends requests at times, given as "+" and seconds after the start, and checks each result: "ok" with the
// rest of the quota, "throttled" or "exceeded".
func TestTake(t *testing.T) {
	rate := func(perSecond float64, burst int) *apimodel.Rate {
		return &apimodel.Rate{PerSecond: perSecond, Burst: burst}
	}
	for _, c := range []struct {
		name, why string
		rate      *apimodel.Rate
		route     *apimodel.Rate
		stage     *apimodel.Rate // of the route
		quota     *apimodel.Quota
		requests  string // times, each with "b" behind it for another key, "n" for none and "r" for another route
		want      string
	}{
		{name: "no limit", requests: "0 0 0", want: "ok ok ok"},
		{
			name: "a burst, and then the rate", why: "a token a second comes back",
			rate: rate(1, 2), requests: "0 0 0 0.5 1 1.5 2.5 60 60 60",
			want: "ok ok throttled throttled ok throttled ok ok ok throttled",
		},
		{
			name: "less than a request a second", rate: rate(0.5, 1), requests: "0 1 2 3 4",
			want: "ok throttled ok throttled ok",
		},
		{name: "a rate of zero", rate: rate(0, 1), requests: "0 60 3600", want: "ok throttled throttled"},
		{
			name: "a rate without a burst", rate: rate(3, apimodel.UnknownBurst), requests: "0 0 0 0",
			want: "ok ok ok throttled",
		},
		{name: "a burst of zero", rate: rate(3, 0), requests: "0 1 60", want: "throttled throttled throttled"},
		{name: "each key has its own", rate: rate(1, 1), requests: "0 0b 0 0b", want: "ok ok throttled throttled"},
		{
			name: "a route's rate beside the plan's", why: "both count", rate: rate(1, 3), route: rate(1, 1),
			requests: "0 0 0r 0r 0r", want: "ok throttled ok ok throttled",
		},
		{
			name: "a stage's rate of a route", why: "all callers share it, also those without a key", stage: rate(1, 2),
			requests: "0 0b 0n 0r 1n 1", want: "ok ok crowded ok ok crowded",
		},
		{
			name: "beside a plan's", why: "the plan comes first, and what the stage refuses takes nothing of it",
			rate: rate(1, 2), stage: rate(0.5, 1), quota: &apimodel.Quota{Limit: 2, Period: "DAY"},
			requests: "0 0 0b 2 2", want: "ok:1 crowded crowded ok:0 exceeded",
		},
		{
			name: "a clock that is set back", why: "no token comes from it", rate: rate(1, 1), requests: "10 0 10 11",
			want: "ok throttled throttled ok",
		},
		{
			name: "a quota of a day", why: "it ends at midnight, ten seconds after the start",
			quota: &apimodel.Quota{Limit: 2, Period: "DAY"}, requests: "0 1 2 9.9 10 11 12 86411",
			want: "ok:1 ok:0 exceeded exceeded ok:1 ok:0 exceeded ok:1",
		},
		{
			name: "a quota of a week", why: "it is a Wednesday, and weeks begin on Sunday",
			quota: &apimodel.Quota{Limit: 1, Period: "WEEK"}, requests: "0 10 259209 259210",
			want: "ok:0 exceeded exceeded ok:0",
		},
		{
			name: "a quota of a month", quota: &apimodel.Quota{Limit: 1, Period: "MONTH"},
			requests: "0 10 2332809 2332810", want: "ok:0 exceeded exceeded ok:0",
		},
		{
			name: "the first period has less", quota: &apimodel.Quota{Limit: 2, Offset: 1, Period: "DAY"},
			requests: "0 0 10 10 10", want: "ok:0 exceeded ok:1 ok:0 exceeded",
		},
		{
			name: "an offset above the limit", quota: &apimodel.Quota{Limit: 1, Offset: 5, Period: "DAY"},
			requests: "0 10", want: "exceeded ok:0",
		},
		{
			name: "a refused request takes nothing of the quota", rate: rate(1, 1),
			quota: &apimodel.Quota{Limit: 2, Period: "DAY"}, requests: "0 0 0 1 2",
			want: "ok:1 throttled throttled ok:0 exceeded",
		},
		{
			name: "a request over the quota takes no token", why: "after midnight the bucket is full", rate: rate(0, 2),
			quota: &apimodel.Quota{Limit: 1, Period: "DAY"}, requests: "0 1 10 11", want: "ok:0 exceeded ok:0 throttled",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l Limiter
			plan := &apimodel.UsagePlan{PlanID: "p", Rate: c.rate, Quota: c.quota}
			var got []string
			for one := range strings.FieldsSeq(c.requests) {
				r := Request{Plan: plan, Key: "a", Route: "/orders/GET", Rate: c.route, Stage: c.stage}
				if strings.HasSuffix(one, "b") {
					r.Key = "b"
				}
				if strings.HasSuffix(one, "r") {
					r.Route, r.Rate, r.Stage = "/other/GET", nil, nil
				}
				if strings.HasSuffix(one, "n") {
					r.Plan, r.Key = nil, ""
				}
				after, err := time.ParseDuration(strings.TrimRight(one, "brn") + "s")
				if err != nil {
					t.Fatal(err)
				}
				left, refusal := l.Take(start.Add(after), r)
				got = append(got, [...]string{"ok", "throttled", "exceeded", "crowded"}[refusal])
				if c.quota != nil && refusal == None {
					got[len(got)-1] += fmt.Sprint(":", left)
				}
			}
			if got := strings.Join(got, " "); got != c.want {
				t.Errorf("%s: got %s, want %s", c.why, got, c.want)
			}
		})
	}
}

// TestAtOnce checks that exactly as many concurrent requests pass as the burst allows.
func TestAtOnce(t *testing.T) {
	var l Limiter
	plan := &apimodel.UsagePlan{PlanID: "p", Rate: &apimodel.Rate{PerSecond: 1, Burst: 7},
		Quota: &apimodel.Quota{Limit: 100, Period: "DAY"}}
	var passed atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, refusal := l.Take(start, Request{Plan: plan, Key: "a"}); refusal == None {
				passed.Add(1)
			}
		})
	}
	all.Wait()
	if passed.Load() != 7 {
		t.Errorf("%d passed, want 7", passed.Load())
	}
}

// FuzzTake checks for all times that no span has more requests than the burst and the rate allow, and no day more than
// the quota.
func FuzzTake(f *testing.F) {
	f.Add([]byte{0, 0, 1, 200, 3}, byte(2), byte(3), byte(4))
	f.Add([]byte{255, 255, 0, 0, 0, 0, 9}, byte(0), byte(1), byte(2))
	f.Fuzz(func(t *testing.T, waits []byte, perSecond, burst, limit byte) {
		var l Limiter
		rate := apimodel.Rate{PerSecond: float64(perSecond) / 16, Burst: int(burst) + 1}
		plan := &apimodel.UsagePlan{PlanID: "p", Rate: &rate, Quota: &apimodel.Quota{Limit: int(limit), Period: "DAY"}}
		now := start
		var passed []time.Time
		days := map[string]int{}
		for _, wait := range waits {
			now = now.Add(time.Duration(wait) * 100 * time.Millisecond)
			if _, refusal := l.Take(now, Request{Plan: plan, Key: "a"}); refusal != None {
				continue
			}
			passed = append(passed, now)
			if days[now.Format(time.DateOnly)]++; days[now.Format(time.DateOnly)] > int(limit) {
				t.Fatalf("%d requests passed on %s, want at most %d", days[now.Format(time.DateOnly)], now, limit)
			}
		}
		for i := range passed {
			for j := i; j < len(passed); j++ {
				room := float64(rate.Burst) + passed[j].Sub(passed[i]).Seconds()*rate.PerSecond
				if float64(j-i+1) > room+1e-6 {
					t.Fatalf("%d requests passed in %s, want at most %g", j-i+1, passed[j].Sub(passed[i]), room)
				}
			}
		}
	})
}
