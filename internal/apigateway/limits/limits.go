// Package limits counts requests towards the usage plans of their API keys and towards a stage's limits for its routes:
// it uses token buckets for rates, and a counter for the quota. It does not throttle accounts.
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

// Request is a request to be counted.
type Request struct {
	Route string // the route's name, unique among all stages, such as "Shop/Api prod /orders/{id}/GET"

	Plan *apimodel.UsagePlan // the plan of the API key; nil without a key
	Key  string              // the id of the API key
	Rate *apimodel.Rate      // the plan's rate for the route, for each of its keys; nil for none

	Stage *apimodel.Rate // the stage's rate for the route, for all callers together; nil for none
}

// Refusal is the limit that a request exceeds.
type Refusal int

// The refusals.
const (
	None           Refusal = iota
	Throttled              // a rate of the key's plan
	Exceeded               // the quota of the key's plan
	RouteThrottled         // the stage's rate for the route
)

// Limiter counts requests. Its zero value is ready to use, and it is safe for concurrent use. If a plan changes, its
// counters stay.
type Limiter struct {
	mu      sync.Mutex
	buckets map[bucketKey]*bucket
	counts  map[bucketKey]*count
}

// bucketKey is the key of a bucket: route is "" for the plan's overall rate, and plan is "" for the stage's rate.
type bucketKey struct{ plan, key, route string }

// bucket holds tokens. Each request takes one.
type bucket struct {
	tokens  float64
	updated time.Time
}

// count is the number of requests in a period.
type count struct {
	requests int
	period   time.Time // when the period began
	first    bool      // the first period of the key
}

// Take counts a request if it is within all of its limits. It returns how much of the quota is left, or -1 if there is
// no quota. A refused request uses nothing up, since no source says otherwise; the result is -1.
//
// The limits of a plan apply to each of its keys, for all of its stages together. A rate for the route applies beside
// the plan's own rate. The limits of a plan are checked before those of the stage.
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

// left returns how many requests the quota still allows.
func (c *count) left(q *apimodel.Quota) int {
	limit := q.Limit
	if c.first {
		limit -= q.Offset
	}
	return limit - c.requests
}

// bucket returns a bucket with the tokens that it has now. A new bucket is full.
func (l *Limiter) bucket(now time.Time, key bucketKey, rate apimodel.Rate) *bucket {
	size := float64(rate.Burst)
	if rate.Burst == apimodel.UnknownBurst { // the default burst is not documented
		size = math.Max(1, rate.PerSecond)
	}
	b := l.buckets[key]
	if b == nil {
		if l.buckets == nil {
			l.buckets = map[bucketKey]*bucket{}
		}
		b = &bucket{tokens: size, updated: now}
		l.buckets[key] = b
	}
	if passed := now.Sub(b.updated); passed > 0 { // not if the clock was set back
		b.tokens += passed.Seconds() * rate.PerSecond
		b.updated = now
	}
	b.tokens = math.Min(b.tokens, size)
	return b
}

// count returns the count of the current period.
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

// periodOf returns when the current day, week or month began. No source says on which day a week begins, or in which
// time zone.
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
