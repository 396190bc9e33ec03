package kept

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

var start = time.Unix(1_800_000_000, 0)

func text(body string) exchange.Answer { return exchange.Answer{Status: 200, Body: []byte(body)} }

func TestCache(t *testing.T) {
	var c Cache
	get := func(after time.Duration, key string) string {
		a, age, ok := c.Get(start.Add(after), key)
		if !ok {
			return "none"
		}
		return fmt.Sprint(string(a.Body), " ", age)
	}
	c.Put(start, "a", time.Minute, text("one"))
	c.Put(start, "none", 0, text("x"))
	c.Put(start, "stream", time.Minute, exchange.Answer{Stream: io.NopCloser(strings.NewReader(""))})
	c.Put(start, "large", time.Minute, text(strings.Repeat("x", MaxSize+1)))
	c.Put(start, "largest", time.Minute, text(strings.Repeat("x", MaxSize)))
	for _, one := range []struct {
		name  string
		after time.Duration
		key   string
		want  string
	}{
		{"at once", 0, "a", "one 0s"},
		{"until it is over", time.Minute - 1, "a", "one 59.999999999s"},
		{"when it is over", time.Minute, "a", "none"},
		{"a clock that is set back", -1, "a", "none"},
		{"another key", 0, "b", "none"},
		{"no time", 0, "none", "none"},
		{"a stream", 0, "stream", "none"},
		{"a body that is too large", 0, "large", "none"},
	} {
		if got := get(one.after, one.key); got != one.want {
			t.Errorf("%s: got %s, want %s", one.name, got, one.want)
		}
	}
	if a, _, ok := c.Get(start, "largest"); !ok || len(a.Body) != MaxSize {
		t.Error("a body of the maximum size is not cached")
	}
	c.Put(start.Add(time.Second), "a", time.Minute, text("two"))
	if got := get(2*time.Second, "a"); got != "two 1s" {
		t.Errorf("a newer answer: got %s", got)
	}
}

// TestCopies checks that changing a returned answer does not change the cached one.
func TestCopies(t *testing.T) {
	var c Cache
	a := text("one")
	a.Headers = exchange.Headers{{Name: "A", Value: "b"}}
	c.Put(start, "a", time.Minute, a)
	a.Body[0], a.Headers[0].Value = 'x', "x"
	got, _, _ := c.Get(start, "a")
	got.Body[0], got.Headers[0].Value = 'y', "y"
	if again, _, _ := c.Get(start, "a"); string(again.Body) != "one" || again.Headers.Get("A") != "b" {
		t.Errorf("got %s with %v", again.Body, again.Headers)
	}
}

// TestRoom checks that the cached bodies stay below the limit, also with several goroutines.
func TestRoom(t *testing.T) {
	var c Cache
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range 20 {
				now := start.Add(time.Duration(i) * time.Second)
				c.Put(now, fmt.Sprint(worker, i), time.Minute, text(strings.Repeat("x", MaxSize)))
				c.Get(now, fmt.Sprint(worker, i-1))
			}
		})
	}
	all.Wait()
	sum := 0
	for _, e := range c.entries {
		sum += e.size()
	}
	if sum != c.total || sum > maxTotal || sum == 0 {
		t.Errorf("%d bytes are cached and counted as %d, want at most %d", sum, c.total, maxTotal)
	}
}
