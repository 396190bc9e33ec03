package jwt

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/elapsed"
)

// digest identifies a token in the cache, so that the cache holds no token.
type digest = [sha256.Size]byte

// tokenCache caches verified tokens. It keeps the latest ones, up to a number and an amount of memory. It only knows
// what was verified and when. [Verifier.recall] checks whether the token is still valid and its key still the issuer's.
type tokenCache struct {
	maxAge   time.Duration
	size     int
	maxBytes int

	mu      sync.Mutex
	entries map[digest]entry
	ring    []digest // in the order of arrival: count of them, starting at first
	first   int
	count   int
	bytes   int // of all entries together
}

type entry struct {
	token *Token
	since time.Time
	bytes int
}

func newTokenCache(size, maxBytes int, maxAge time.Duration) *tokenCache {
	return &tokenCache{maxAge: maxAge, size: size, maxBytes: maxBytes}
}

// get returns the token, or nil if it is not cached or too old.
func (c *tokenCache) get(d digest, now time.Time) *Token {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[d]; ok && elapsed.Within(now, e.since, c.maxAge) {
		return e.token
	}
	return nil
}

// put caches a token. If there is no room, it replaces the oldest ones. It does not cache a token that is larger than
// the whole room.
func (c *tokenCache) put(d digest, t *Token, now time.Time) {
	e := entry{t, now, t.size()}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.bytes > c.maxBytes {
		return
	}
	if c.ring == nil { // allocated only now, because the start does without it
		c.entries, c.ring = make(map[digest]entry), make([]digest, c.size)
	}
	before, known := c.entries[d]
	for (!known && c.count == len(c.ring)) || c.bytes-before.bytes+e.bytes > c.maxBytes {
		if c.ring[c.first] == d {
			before, known = entry{}, false
		}
		c.evict()
	}
	if !known {
		c.ring[(c.first+c.count)%len(c.ring)] = d
		c.count++
	}
	c.entries[d] = e
	c.bytes += e.bytes - before.bytes
}

// evict removes the oldest token.
func (c *tokenCache) evict() {
	d := c.ring[c.first]
	c.bytes -= c.entries[d].bytes
	delete(c.entries, d)
	c.first = (c.first + 1) % len(c.ring)
	c.count--
}

// entrySize is roughly what an entry takes in addition to the token's document: the rest of the Token, its place in the
// ring, and its place in the map, whose tables have spare room.
const entrySize = 400

// size returns roughly how many bytes of memory the token takes in the cache.
func (t *Token) size() int { return entrySize + t.headerSize + t.document.Size() }
