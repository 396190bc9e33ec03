package jwt

import (
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// sizedToken returns a verified token whose claims have this number of elements.
func sizedToken(t testing.TB, elements int) *Token {
	t.Helper()
	token := &Token{headerSize: 50}
	text := strings.Repeat("h", 50) + `{"x":[` + strings.TrimSuffix(strings.Repeat("1,", elements), ",") + `]}`
	var err error
	if token.claims, err = token.document.Parse(text[50:]); err != nil {
		t.Fatal(err)
	}
	return token
}

func digestOf(n int) (d digest) {
	binary.LittleEndian.PutUint64(d[:], uint64(n))
	return d
}

// check compares the cache's counts with its contents.
func (c *tokenCache) check(t *testing.T) {
	t.Helper()
	bytes := 0
	for i := range c.count {
		e, ok := c.entries[c.ring[(c.first+i)%len(c.ring)]]
		if !ok {
			t.Fatalf("place %d of the ring has no entry", i)
		}
		bytes += e.bytes
	}
	if bytes != c.bytes || c.count != len(c.entries) || bytes > c.maxBytes || c.count > c.size {
		t.Fatalf("%d bytes, counted %d of %d; %d entries, counted %d of %d", bytes, c.bytes, c.maxBytes, len(c.entries),
			c.count, c.size)
	}
}

func TestLine55TheTokenCacheIsBoundedInBytes(t *testing.T) {
	small, large := sizedToken(t, 1), sizedToken(t, 2500)
	c := newTokenCache(100, 3*large.size(), time.Hour)
	for i := range 200 {
		c.put(digestOf(i), small, t0)
		c.check(t)
	}
	if c.len() != 100 || c.get(digestOf(99), t0) != nil || c.get(digestOf(100), t0) != small {
		t.Errorf("%d small ones", c.len())
	}
	for i := range 4 {
		c.put(digestOf(1000+i), large, t0)
		c.check(t)
	}
	if c.len() != 3 || c.get(digestOf(1000), t0) != nil || c.get(digestOf(1003), t0) != large {
		t.Errorf("%d large ones, want the last three", c.len())
	}
	c.put(digestOf(1), small, t0)
	if c.len() != 3 || c.get(digestOf(1), t0) != small {
		t.Errorf("%d with a small one", c.len())
	}
	c.put(digestOf(2), sizedToken(t, 10_000), t0)
	if c.len() != 3 || c.get(digestOf(2), t0) != nil {
		t.Error("one that has no room in all of the cache is remembered")
	}
}

// Tokens are added, removed and added again in other sizes, as happens with a token that is verified again.
func TestLine55TheCountOfBytesStaysTrue(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	tokens := []*Token{sizedToken(t, 1), sizedToken(t, 300), sizedToken(t, 900), sizedToken(t, 2500)}
	c := newTokenCache(7, tokens[3].size()+tokens[1].size(), time.Hour)
	for range 10_000 {
		c.put(digestOf(random.IntN(12)), tokens[random.IntN(len(tokens))], t0)
		c.check(t)
	}
}

// The counted size of a token is its real size, within a quarter.
func TestTokenSize(t *testing.T) {
	for _, elements := range []int{1, 100, 1000, 2500} {
		tokens := 1 + 200_000/(elements+50)
		kept := make([]*Token, tokens)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.GC() // pools are emptied in two steps
		runtime.ReadMemStats(&before)
		counted := 0
		for i := range kept {
			kept[i] = sizedToken(t, elements)
			counted += kept[i].size()
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if taken := int(after.HeapAlloc - before.HeapAlloc); counted < taken*3/4 || counted > taken*3/2 {
			t.Errorf("%d elements: %d bytes, counted as %d", elements, taken/tokens, counted/tokens)
		}
		runtime.KeepAlive(kept)
	}
	if size := unsafe.Sizeof(Token{}) - unsafe.Sizeof(strictjson.Document{}); size > entrySize {
		t.Errorf("a Token has %d bytes besides its document, and entrySize is %d", size, entrySize)
	}
}

// These tokens have the most values that 7.7 KB can hold: 512 of them took 47 MB.
func TestLine55ManyLargeTokens(t *testing.T) {
	f := newFixture(t, func(o *Options) { o.TokenCache = 512 })
	const tokens = 60
	list := make([]string, tokens)
	for i := range list {
		claims := goodClaims().with(object{"n": i, "x": strings.Split(strings.Repeat("1,", 1340), ",")[:1340]})
		list[i] = sign("EdDSA", keys()["ed"], goodHeader("EdDSA").String(), claims.String())
		if len(list[i]) > MaxTokenSize {
			t.Fatalf("a token of %d bytes", len(list[i]))
		}
		f.want(t, list[i], nil)
		f.tokens.check(t)
	}
	if n := f.tokens.len(); n == 0 || n == tokens {
		t.Errorf("%d of %d tokens are remembered", n, tokens)
	}
	if f.tokens.bytes > defaultTokenCacheBytes {
		t.Errorf("they take %d bytes", f.tokens.bytes)
	}
	f.want(t, list[0], nil) // forgotten, and good
}

// len returns the number of tokens in the cache.
func (c *tokenCache) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries)
}
