package checks

import (
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// cache keeps what Lambda authorizers answered, by authorizer and identity. What is kept is the policy, and it is
// evaluated again for every request.
type cache struct {
	now func() time.Time

	mu      sync.Mutex
	entries map[string]entry
}

type entry struct {
	granted *grant
	until   time.Time
}

// grant is an authorizer's answer, read.
type grant struct {
	principal string
	policy    iampolicy.Document
	context   map[string]string
	apiKey    string // usageIdentifierKey
}

// maxEntries bounds the cache; beyond it some entry goes, as one may in API Gateway at any time.
const maxEntries = 10_000

func newCache(now func() time.Time) *cache { return &cache{now: now, entries: map[string]entry{}} }

func (c *cache) get(key string) *grant {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok {
		return nil
	}
	if !c.now().Before(e.until) {
		delete(c.entries, key)
		return nil
	}
	return e.granted
}

func (c *cache) put(key string, g *grant, ttl time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= maxEntries {
		for old := range c.entries {
			delete(c.entries, old)
			break
		}
	}
	c.entries[key] = entry{g, c.now().Add(ttl)}
}
