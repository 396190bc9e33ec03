package introspection

import (
	"crypto/sha256"
	"time"
)

// digest identifies a token, so that no token is stored.
type digest = [sha256.Size]byte

// entrySize is roughly what an entry takes in addition to the answer's document: its places in the ring and in the map.
const entrySize = 200

// cache caches the latest answers, up to a number and an amount of memory. Its client locks it.
type cache struct {
	most, mostBytes int

	entries map[digest]*Answer
	ring    []digest // in the order of arrival: count of them, starting at first
	first   int
	count   int
	bytes   int // of all entries together
}

// get returns the valid cached answer for a token, or nil.
func (c *cache) get(d digest, now time.Time) *Answer {
	// The clock may have been set back since, so an answer from the future is not valid.
	if a := c.entries[d]; a != nil && now.Before(a.until) && !now.Before(a.since) {
		return a
	}
	return nil
}

// put caches an answer. If there is no room, it replaces the oldest ones. It does not cache an expired answer, or one
// that is larger than the whole room.
func (c *cache) put(d digest, a *Answer, now time.Time) {
	size := entrySize + a.size()
	if size > c.mostBytes || !now.Before(a.until) {
		return
	}
	if c.ring == nil { // allocated only now, because the start does without it
		c.entries, c.ring = make(map[digest]*Answer), make([]digest, c.most)
	}
	before := c.entries[d]
	if before != nil {
		c.bytes -= entrySize + before.size()
		c.entries[d] = a
		c.bytes += size
		for c.bytes > c.mostBytes {
			c.evict()
		}
		return
	}
	for c.count == len(c.ring) || c.bytes+size > c.mostBytes {
		c.evict()
	}
	c.ring[(c.first+c.count)%len(c.ring)] = d
	c.count++
	c.entries[d] = a
	c.bytes += size
}

// evict removes the oldest answer.
func (c *cache) evict() {
	d := c.ring[c.first]
	c.bytes -= entrySize + c.entries[d].size()
	delete(c.entries, d)
	c.first = (c.first + 1) % len(c.ring)
	c.count--
}
