// Package limits counts requests against the usage plans of their API keys, and against what a stage allows a route: by
// token buckets for the rates, and by a counter for the quota. It does not throttle accounts.
//
//	var l limits.Limiter
//	left, refusal := l.Take(now, limits.Request{Plan: plan, Key: key.KeyID, Route: "Shop/Api prod /orders/GET"})
package limits

import (
	"math"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// Request is a request that counts.
type Request struct {
	Route string // a name for it among all stages, such as "Shop/Api prod /orders/{id}/GET"

	Plan *apimodel.UsagePlan // nil without a key
	Key  string              // the id of the API key
	Rate *apimodel.Rate      // of the route for each key of the plan, beside the plan's; nil for none

	Stage *apimodel.Rate // of the route for all requests of the stage; nil for none
}

// Refusal is why a request is over a limit.
type Refusal int

// The refusals.
const (
	None           Refusal = iota
	Throttled              // over a rate of the key
	Exceeded               // over the quota
	RouteThrottled         // over the rate that the stage allows the route
)

// Limiter counts requests. Its zero value is usable, by several goroutines. A plan that changes keeps what was counted.
type Limiter struct {
	mu      sync.Mutex
	buckets map[bucketKey]*bucket
	counts  map[bucketKey]*count
}

type bucketKey struct{ plan, key, route string } // route is "" for the plan as a whole, and plan for the stage's own

// bucket has tokens, of which a request takes one.
type bucket struct {
	tokens float64
	at     time.Time
}

// count is how many requests there were in a period.
type count struct {
	requests int
	period   time.Time // when it began
	first    bool      // it is the first one of the key
}

// Take counts a request if all its limits have room for it, and returns how much of the quota is left, or -1 without a
// quota. A refused request takes nothing, of which no source says otherwise, and returns -1.
//
// The limits of a plan are those of each of its keys, for all of its stages together, also beside the rate of a route.
// They come before those of the stage.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html and
// https://repost.aws/questions/QUFD1EPj5dRYaYaqpNepE34A
func (l *Limiter) Take(now time.Time, r Request) (left int, refusal Refusal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var taken []*bucket
	room := func(key bucketKey, rate *apimodel.Rate) bool {
		if rate == nil {
			return true
		}
		b := l.bucket(now, key, *rate)
		taken = append(taken, b)
		return b.tokens >= 1
	}
	var quota *count
	left = -1
	if p := r.Plan; p != nil {
		if !room(bucketKey{p.PlanID, r.Key, ""}, p.Rate) || !room(bucketKey{p.PlanID, r.Key, r.Route}, r.Rate) {
			return -1, Throttled
		}
		if p.Quota != nil {
			quota = l.count(now, bucketKey{plan: p.PlanID, key: r.Key}, p.Quota)
			if left = quota.left(p.Quota); left <= 0 {
				return -1, Exceeded
			}
		}
	}
	if !room(bucketKey{route: r.Route}, r.Stage) {
		return -1, RouteThrottled
	}
	if quota != nil {
		quota.requests++
		left--
	}
	for _, b := range taken {
		b.tokens--
	}
	return left, None
}

// left is how many requests a quota has room for.
func (c *count) left(q *apimodel.Quota) int {
	limit := q.Limit
	if c.first {
		limit -= q.Offset
	}
	return limit - c.requests
}

// bucket is a bucket with the tokens that it has now. It begins full.
func (l *Limiter) bucket(now time.Time, key bucketKey, rate apimodel.Rate) *bucket {
	size := float64(rate.Burst)
	if rate.Burst == apimodel.UnknownBurst { // and what it is then is not documented
		size = math.Max(1, rate.PerSecond)
	}
	b := l.buckets[key]
	if b == nil {
		if l.buckets == nil {
			l.buckets = map[bucketKey]*bucket{}
		}
		b = &bucket{tokens: size, at: now}
		l.buckets[key] = b
	}
	if passed := now.Sub(b.at); passed > 0 { // a clock may be set back
		b.tokens += passed.Seconds() * rate.PerSecond
		b.at = now
	}
	b.tokens = math.Min(b.tokens, size)
	return b
}

// count is the count of the present period.
func (l *Limiter) count(now time.Time, key bucketKey, q *apimodel.Quota) *count {
	began := periodOf(now, q.Period)
	c := l.counts[key]
	switch {
	case c == nil:
		if l.counts == nil {
			l.counts = map[bucketKey]*count{}
		}
		c = &count{period: began, first: true}
		l.counts[key] = c
	case began.After(c.period):
		*c = count{period: began}
	}
	return c
}

// periodOf is when a day, a week or a month began. No source says on which day weeks begin, nor in which zone.
// Source of the periods: https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html
func periodOf(now time.Time, period string) time.Time {
	year, month, day := now.UTC().Date()
	switch period {
	case "WEEK":
		day -= int(now.UTC().Weekday())
	case "MONTH":
		day = 1
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
