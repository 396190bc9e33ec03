package jwt

import (
	"crypto/sha256"
	"sync"
	"time"
)

// digest stands for a token in the cache, which so holds none.
type digest = [sha256.Size]byte

// tokenCache remembers verified tokens, the last ones up to a number and to so many bytes of memory. It only knows what
// was verified and when: whether the token is still valid and its key still the issuer's is for [Verifier.recall] to
// see.
type tokenCache struct {
	maxAge   time.Duration
	size     int
	maxBytes int

	mu      sync.Mutex
	entries map[digest]entry
	ring    []digest // in the order they came: count of them, from first on
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

// get is the token, or nil if it is not remembered or was for too long.
func (c *tokenCache) get(d digest, now time.Time) *Token {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[d]; ok && within(now, e.since, c.maxAge) {
		return e.token
	}
	return nil
}

// put remembers a token, in the place of the oldest ones where there is no room. One that is larger than all the room
// is not remembered.
func (c *tokenCache) put(d digest, t *Token, now time.Time) {
	e := entry{t, now, t.size()}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.bytes > c.maxBytes {
		return
	}
	if c.ring == nil { // no earlier: the start does without
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

// evict forgets the oldest token.
func (c *tokenCache) evict() {
	d := c.ring[c.first]
	c.bytes -= c.entries[d].bytes
	delete(c.entries, d)
	c.first = (c.first + 1) % len(c.ring)
	c.count--
}

// entrySize is about what an entry takes besides the token's document: the rest of the Token, its place in the ring and
// in the map, whose tables have room to spare.
const entrySize = 400

// size is about how many bytes of memory the token takes in the cache.
func (t *Token) size() int { return entrySize + t.headerSize + t.document.Size() }
