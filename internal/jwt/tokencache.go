package jwt

import (
	"crypto/sha256"
	"sync"
	"time"
)

// digest stands for a token in the cache, which so holds none.
type digest = [sha256.Size]byte

// tokenCache remembers verified tokens, the last ones up to a limit. It only knows what was verified and when: whether
// the token is still valid and its key still the issuer's is for [Verifier.recall] to see.
type tokenCache struct {
	maxAge time.Duration

	mu      sync.Mutex
	entries map[digest]entry
	ring    []digest // in the order they came, from next on
	next    int
}

type entry struct {
	token *Token
	since time.Time
}

func newTokenCache(size int, maxAge time.Duration) *tokenCache {
	return &tokenCache{maxAge: maxAge, entries: make(map[digest]entry), ring: make([]digest, 0, size)}
}

// get is the token, or nil if it is not remembered or was for too long.
func (c *tokenCache) get(d digest, now time.Time) *Token {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[d]; ok && within(now, e.since, c.maxAge) {
		return e.token
	}
	return nil
}

// put remembers a token, in the place of the oldest one if there is no room.
func (c *tokenCache) put(d digest, t *Token, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.entries[d]; !known {
		if len(c.ring) < cap(c.ring) {
			c.ring = append(c.ring, d)
		} else {
			delete(c.entries, c.ring[c.next])
			c.ring[c.next] = d
			c.next = (c.next + 1) % len(c.ring)
		}
	}
	c.entries[d] = entry{t, now}
}

func (c *tokenCache) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries)
}
