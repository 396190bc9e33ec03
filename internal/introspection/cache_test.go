package introspection

import (
	"fmt"
	"testing"
	"time"
)

// answerOf returns an answer with a text of n bytes, which is valid for a minute.
func answerOf(t *testing.T, n int) *Answer {
	t.Helper()
	a, err := parse(fmt.Sprintf(`{"active":true,"x":"%0*d"}`, n, 0))
	if err != nil {
		t.Fatal(err)
	}
	a.since, a.until = t0, t0.Add(time.Minute)
	return a
}

func TestCacheBounds(t *testing.T) {
	small, large := answerOf(t, 10), answerOf(t, 1000)
	one, other := digest{1}, digest{2}
	c := cache{most: 4, mostBytes: 2*entrySize + small.size() + large.size()}
	c.put(one, small, t0)
	for range 10 { // an answer that takes the place of one with the same digest does not add up
		c.put(other, large, t0)
		c.put(other, small, t0)
	}
	if want := 2 * (entrySize + small.size()); c.bytes != want || c.count != 2 || c.get(one, t0) == nil {
		t.Errorf("%d answers in %d bytes, want 2 in %d", c.count, c.bytes, want)
	}
	c.put(other, large, t0)
	if c.get(one, t0) == nil || c.get(other, t0) != large {
		t.Error("an answer that fits was removed")
	}
	c.put(digest{3}, small, t0) // there is no room in bytes, though there is one in numbers
	if c.get(one, t0) != nil || c.get(digest{3}, t0) == nil || c.bytes > c.mostBytes {
		t.Errorf("%d answers in %d bytes, want the oldest to be removed", c.count, c.bytes)
	}
	c.put(digest{4}, answerOf(t, 5000), t0)
	if c.get(digest{4}, t0) != nil {
		t.Error("an answer that is larger than the cache is kept")
	}
	c = cache{most: 4, mostBytes: 2*entrySize + small.size() + large.size()}
	c.put(one, large, t0)
	c.put(other, small, t0)
	c.put(other, large, t0) // in its own place, it is larger than the room that is left
	if c.get(one, t0) != nil || c.get(other, t0) != large || c.bytes != entrySize+large.size() || c.count != 1 {
		t.Errorf("%d answers in %d bytes, want the newest alone", c.count, c.bytes)
	}
	c = cache{most: 2, mostBytes: 1 << 20}
	for i := range byte(5) {
		c.put(digest{i}, small, t0)
	}
	if c.count != 2 || len(c.entries) != 2 || c.get(digest{3}, t0) == nil || c.get(digest{4}, t0) == nil {
		t.Errorf("%d answers, want the two newest", c.count)
	}
	c.put(digest{5}, small, small.until)
	if c.count != 2 || c.get(digest{3}, t0) == nil {
		t.Error("an answer that has expired is kept")
	}
}
