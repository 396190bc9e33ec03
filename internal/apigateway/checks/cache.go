package checks

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// cache holds the answers of Lambda authorizers, by authorizer and identity. It holds the policy of an answer, which is
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

// grant is an authorizer's answer after it was read.
type grant struct {
	principal string
	policy    iampolicy.Document
	context   map[string]string
	apiKey    string // usageIdentifierKey

	conditional bool // the policy has conditions, so its outcome depends on more than the method ARN

	lastJudgement atomic.Pointer[judgement] // the last judgement, since the next request is often for the same method ARN
}

// judgement is the outcome of the policy for a method ARN, with the reason.
type judgement struct {
	arn      string
	decision iampolicy.Decision
	why      string
}

// judge evaluates the policy for a request.
func (g *grant) judge(r iampolicy.Request) *judgement {
	if last := g.lastJudgement.Load(); last != nil && !g.conditional && last.arn == r.Resource {
		return last
	}
	j := &judgement{arn: r.Resource, decision: g.policy.Evaluate(r)}
	name := fmt.Sprintf("the authorizer's policy for %q", g.principal)
	if j.decision.Outcome == iampolicy.ImplicitDeny {
		j.why = explainNoMatch(name, g.policy, r)
	} else {
		j.why = explainDecision(name, g.policy, j.decision, r)
	}
	g.lastJudgement.Store(j)
	return j
}

// maxEntries bounds the cache. A full cache drops an arbitrary entry, as API Gateway may do at any time.
const maxEntries = 10_000

func newCache(now func() time.Time) *cache { return &cache{now: now, entries: map[string]entry{}} }

// get returns the answer for a key, and its age. The answer is nil if none exists or it has expired; the age is 0 if
// there was none at all.
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
