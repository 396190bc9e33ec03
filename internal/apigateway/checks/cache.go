package checks

import (
	"fmt"
	"sync"
	"sync/atomic"
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
	granted      *grant
	since, until time.Time
}

// grant is an authorizer's answer, read.
type grant struct {
	principal string
	policy    iampolicy.Document
	context   map[string]string
	apiKey    string // usageIdentifierKey

	conditional bool // the policy has conditions, so the method ARN alone does not decide

	last atomic.Pointer[judgement] // the next request often is for the same method ARN
}

// judgement is what the policy says of a method ARN, and why.
type judgement struct {
	arn      string
	decision iampolicy.Decision
	why      string
}

// judge evaluates the policy for a request.
func (g *grant) judge(r iampolicy.Request) *judgement {
	if last := g.last.Load(); last != nil && !g.conditional && last.arn == r.Resource {
		return last
	}
	j := &judgement{arn: r.Resource, decision: g.policy.Evaluate(r)}
	name := fmt.Sprintf("the authorizer's policy for %q", g.principal)
	if j.decision.Outcome == iampolicy.ImplicitDeny {
		j.why = undecided(name, g.policy, r)
	} else {
		j.why = decided(name, g.policy, j.decision, r)
	}
	g.last.Store(j)
	return j
}

// maxEntries bounds the cache; beyond it some entry goes, as one may in API Gateway at any time.
const maxEntries = 10_000

func newCache(now func() time.Time) *cache { return &cache{now: now, entries: map[string]entry{}} }

// get finds an answer and reports how old it is. The answer is nil without one that still holds; the age is 0 then,
// unless there was one that does so no longer.
func (c *cache) get(key string) (g *grant, age time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok {
		return nil, 0
	}
	now := c.now()
	if age = now.Sub(e.since); !now.Before(e.until) {
		delete(c.entries, key)
		return nil, age
	}
	return e.granted, age
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
	now := c.now()
	c.entries[key] = entry{g, now, now.Add(ttl)}
}
