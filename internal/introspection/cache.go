package introspection

import (
	"crypto/sha256"
	"time"
)

// digest stands for a token, which so is kept nowhere.
type digest = [sha256.Size]byte

// entrySize is about what an entry takes besides the answer's document: its places in the ring and in the map.
const entrySize = 200

// cache remembers answers, the last ones up to a number and to so many bytes of memory. Its client guards it.
type cache struct {
	most, mostBytes int

	entries map[digest]*Answer
	ring    []digest // in the order they came: count of them, from first on
	first   int
	count   int
	bytes   int // of all entries together
}

// get is what is remembered of a token and counts now, or nil.
func (c *cache) get(d digest, now time.Time) *Answer {
	// The clock may have been set back since: an answer from the future does not count.
	if a := c.entries[d]; a != nil && now.Before(a.until) && !now.Before(a.since) {
		return a
	}
	return nil
}

// put remembers an answer, in the place of the oldest ones where there is no room. One that counts no longer is not
// remembered, nor one that is larger than all the room.
func (c *cache) put(d digest, a *Answer, now time.Time) {
	size := entrySize + a.size()
	if size > c.mostBytes || !now.Before(a.until) {
		return
	}
	if c.ring == nil { // no earlier: the start does without
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

// evict forgets the oldest answer.
func (c *cache) evict() {
	d := c.ring[c.first]
	c.bytes -= entrySize + c.entries[d].size()
	delete(c.entries, d)
	c.first = (c.first + 1) % len(c.ring)
	c.count--
}
