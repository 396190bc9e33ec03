// Package kept keeps the answers of routes for a time, as the cache of a stage does. What requests have in common that
// share an answer, its user says by a key.
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

// MaxSize is how large a body is at most that is kept, in bytes.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html ("The maximum size of a
// response that can be cached is 1048576 bytes")
const MaxSize = 1048576

// maxTotal is how large all bodies are together at most, in bytes: a laptop has less room than the smallest cache of a
// stage, of half a gigabyte.
const maxTotal = 64 << 20

// Cache keeps answers. Its zero value is usable, by several goroutines.
type Cache struct {
	mu      sync.Mutex
	entries map[string]entry
	total   int
}

type entry struct {
	answer      exchange.Answer
	since, till time.Time
}

// size is what an entry counts for, with something for its headers.
func (e entry) size() int { return len(e.answer.Body) + 1024 }

// Get returns the answer of a key, and for how long it has been kept.
func (c *Cache) Get(now time.Time, key string) (answer exchange.Answer, age time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, some := c.entries[key]
	if !some || !now.Before(e.till) || now.Before(e.since) {
		return exchange.Answer{}, 0, false
	}
	return copied(e.answer), now.Sub(e.since), true
}

// Put keeps an answer for a time, if it is not too large and is not a stream. Where there is no room for it, answers
// that are too old are forgotten, or else all of them.
func (c *Cache) Put(now time.Time, key string, ttl time.Duration, answer exchange.Answer) {
	if ttl <= 0 || answer.Stream != nil || len(answer.Body) > MaxSize {
		return
	}
	e := entry{answer: copied(answer), since: now, till: now.Add(ttl)}
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

// copied is an answer whose headers and body are not those of another one, to which headers are added later.
func copied(a exchange.Answer) exchange.Answer {
	a.Headers, a.Body = slices.Clone(a.Headers), slices.Clone(a.Body)
	return a
}
