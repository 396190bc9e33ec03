// Package kept stores the answers of routes for a time, as the cache of a stage does. The user of the package chooses
// the key; requests with the same key share an answer.
//
//	var c kept.Cache
//	c.Put(now, "GET /toys/{id}\x007", 5*time.Minute, answer)
//	answer, age, ok := c.Get(now, "GET /toys/{id}\x007")
//
// It does not invalidate an answer on demand, and it does not read Cache-Control.
package kept

import (
	"slices"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// MaxSize is the largest body that is stored, in bytes.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html ("The maximum size of a
// response that can be cached is 1048576 bytes")
const MaxSize = 1048576

// maxTotal limits the total size of all bodies, in bytes. A laptop has less memory to spare than the smallest cache of
// a stage, which has half a gigabyte.
const maxTotal = 64 << 20

// Cache stores answers. Its zero value is ready to use, and it is safe for concurrent use.
type Cache struct {
	mu      sync.Mutex
	entries map[string]entry
	total   int
}

type entry struct {
	answer      exchange.Answer
	since, till time.Time
}

// size returns what an entry counts towards maxTotal, with an allowance for its headers.
func (e entry) size() int { return len(e.answer.Body) + 1024 }

// Get returns the answer stored under a key, and its age.
func (c *Cache) Get(now time.Time, key string) (answer exchange.Answer, age time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, some := c.entries[key]
	if !some || !now.Before(e.till) || now.Before(e.since) {
		return exchange.Answer{}, 0, false
	}
	return clone(e.answer), now.Sub(e.since), true
}

// Put stores an answer for a time, unless it is too large or a stream. If there is no room, it drops the expired
// answers and, if that is not enough, all of them.
func (c *Cache) Put(now time.Time, key string, ttl time.Duration, answer exchange.Answer) {
	if ttl <= 0 || answer.Stream != nil || len(answer.Body) > MaxSize {
		return
	}
	e := entry{answer: clone(answer), since: now, till: now.Add(ttl)}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(key)
	if c.total+e.size() > maxTotal {
		for other, old := range c.entries {
			if !now.Before(old.till) {
				c.drop(other)
			}
		}
	}
	if c.total+e.size() > maxTotal {
		c.entries, c.total = nil, 0
	}
	if c.entries == nil {
		c.entries = map[string]entry{}
	}
	c.entries[key] = e
	c.total += e.size()
}

func (c *Cache) drop(key string) {
	if e, some := c.entries[key]; some {
		c.total -= e.size()
		delete(c.entries, key)
	}
}

// clone returns an answer that shares neither headers nor body with the original, since callers add headers to it.
func clone(a exchange.Answer) exchange.Answer {
	a.Headers, a.Body = slices.Clone(a.Headers), slices.Clone(a.Body)
	return a
}
