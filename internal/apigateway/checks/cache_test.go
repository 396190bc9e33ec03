package checks

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

const second = time.Second

func TestCache(t *testing.T) {
	source := docLambda
	g := newGate("")
	a := g.token(300*second, "")
	g.Guard = New(g.options)
	m := guarded(a)
	g.answer = func(event string) (string, error) {
		if strings.Contains(event, `"bob"`) {
			return answering(policyOf(statement("Deny", "", "*"))), nil
		}
		return allowing(arnBase + "GET/orders/*"), nil
	}
	for _, step := range []struct {
		name   string
		after  time.Duration
		target string
		token  string
		cache  string
		want   string
		asked  int
	}{
		{"the first request", 0, "GET /orders/7", "alice", "MISS", "ok", 1},
		{"the same again", 0, "GET /orders/7", "alice", "HIT", "ok", 1},
		{"another path that the policy allows", second, "GET /orders/8", "alice", "HIT", "ok", 1},
		{"a route that it does not: the policy is evaluated again", 0, "DELETE /orders/7", "alice", "HIT", implicit403, 1},
		{"and the first route still", 0, "GET /orders/7", "alice", "HIT", "ok", 1},
		{"another token", 0, "GET /orders/7", "bob", "MISS", explicit403, 2},
		{"a Deny is kept, too", 0, "GET /orders/7", "bob", "HIT", explicit403, 2},
		{"just before the end", 299*second - 1, "GET /orders/7", "alice", "HIT", "ok", 2},
		{"at the end", 1, "GET /orders/7", "alice", "MISS", "ok", 3},
		{"from the second answer on", 300*second - 1, "GET /orders/7", "alice", "HIT", "ok", 3},
	} {
		g.now = g.now.Add(step.after)
		v := g.check(m, step.target, "Authorization: "+step.token)
		if v.Cache != step.cache {
			t.Errorf("%s: got %s, want %s", step.name, v.Cache, step.cache)
		}
		if got := answered(v); got != step.want {
			t.Errorf("%s: got %s, want %s", step.name, got, step.want)
		}
		g.asked(t, source, step.asked)
		if step.cache == "HIT" && (v.AuthorizerTime != 0 || v.Caller.Lambda != nil && v.Caller.Lambda.LatencyMS != 0) {
			t.Errorf("%s: the function was not invoked, and took %s", step.name, v.AuthorizerTime)
		}
	}
}

// TestRevocation removes rights of a caller. The cache keeps the old answer until it expires.
func TestRevocation(t *testing.T) {
	source := docLambda
	g := newGate("")
	m := guarded(g.token(60*second, ""))
	g.Guard = New(g.options)
	want(t, source, g.check(m, "GET /", "Authorization: x"), "ok")
	g.answer = func(string) (string, error) { return "", &FunctionError{Type: "Error", Message: "Unauthorized"} }
	g.now = g.now.Add(60*second - 1)
	want(t, source, g.check(m, "GET /", "Authorization: x"), "ok")
	g.now = g.now.Add(1)
	want(t, source, g.check(m, "GET /", "Authorization: x"), unauthorized401)
	// The error is not cached.
	g.answer = func(string) (string, error) { return allowing("*"), nil }
	want(t, source, g.check(m, "GET /", "Authorization: x"), "ok")
	g.asked(t, source, 3)
}

func TestNoCache(t *testing.T) {
	source := docLambda
	g := newGate("")
	m := guarded(g.token(0, ""))
	g.Guard = New(g.options)
	for range 2 {
		v := g.check(m, "GET /", "Authorization: x")
		want(t, source, v, "ok")
		if v.Cache != "" {
			t.Errorf("got the cache %s of an authorizer without one", v.Cache)
		}
	}
	g.asked(t, source, 2)
}

// TestCacheKeys makes pairs of requests. Those that differ in an identity source must not share an answer.
func TestCacheKeys(t *testing.T) {
	source := docLambda
	for _, c := range []struct {
		name          string
		sources       string
		first, second []string // headers
		shared        bool
	}{
		{"the same values", "header.A header.B", []string{"A: 1", "B: 2"}, []string{"B: 2", "A: 1", "C: 3"}, true},
		{"one differs", "header.A header.B", []string{"A: 1", "B: 2"}, []string{"A: 1", "B: 3"}, false},
		{"they are exchanged", "header.A header.B", []string{"A: 1", "B: 2"}, []string{"A: 2", "B: 1"}, false},
		{"they are cut elsewhere", "header.A header.B", []string{"A: ab", "B: c"}, []string{"A: a", "B: bc"}, false},
		{
			"one looks like the key's own separator",
			"header.A header.B",
			[]string{"A: x 1 y", "B: z"},
			[]string{"A: x", "B: y 1 z"},
			false,
		},
		{"letters of another case", "header.A", []string{"A: x"}, []string{"A: X"}, false},
		{"a header that is not an identity source", "header.A", []string{"A: x", "B: 1"}, []string{"A: x", "B: 2"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate("")
			m := guarded(g.request(60*second, strings.Fields(c.sources)...))
			g.Guard = New(g.options)
			want(t, source, g.check(m, "GET /", c.first...), "ok")
			want(t, source, g.check(m, "GET /", c.second...), "ok")
			times := 2
			if c.shared {
				times = 1
			}
			g.asked(t, source, times)
		})
	}
	t.Run("of two authorizers", func(t *testing.T) {
		g := newGate("")
		one, two := guarded(g.token(60*second, "")), guarded(g.token(60*second, ""))
		g.Guard = New(g.options)
		g.check(one, "GET /", "Authorization: x")
		g.check(two, "GET /", "Authorization: x")
		g.asked(t, source, 2)
	})
}

func FuzzCacheKey(f *testing.F) {
	f.Add("a", "b", "ab", "")
	f.Add("1 x", "y", "1", "x y")
	f.Add("", "", "0 ", "")
	a := &apimodel.Authorizer{AuthorizerID: "a"}
	f.Fuzz(func(t *testing.T, w, x, y, z string) {
		if (cacheKey(a, []string{w, x}) == cacheKey(a, []string{y, z})) != (w == y && x == z) {
			t.Errorf("%q, %q and %q, %q", w, x, y, z)
		}
		if cacheKey(a, []string{w}) == cacheKey(a, []string{y, z}) {
			t.Errorf("%q and %q, %q", w, y, z)
		}
	})
}

func TestCacheIsBounded(t *testing.T) {
	c := newCache(func() time.Time { return t0 })
	for i := range maxEntries + 10 {
		c.put(fmt.Sprint(i), &grant{}, second)
	}
	if len(c.entries) != maxEntries {
		t.Errorf("got %d entries, want %d", len(c.entries), maxEntries)
	}
	if g, _ := c.get(fmt.Sprint(maxEntries + 9)); g == nil {
		t.Error("the last entry is gone")
	}
}

// TestConcurrentChecks is for the race detector.
func TestConcurrentChecks(t *testing.T) {
	g := newGate("")
	m := guarded(g.token(60*second, ""))
	g.Guard = New(g.options)
	g.check(m, "GET /", "Authorization: x") // so that all others are answered from the cache
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				if v := g.check(m, "GET /", "Authorization: x"); v.Denial != nil || v.Cache != "HIT" {
					t.Errorf("got %s, %s", answered(v), v.Cache)
				}
			}
		})
	}
	all.Wait()
}
