package devissuer

import (
	"crypto/sha256"
	"sync"
	"time"
)

const (
	// maxGrants bounds how many grants are remembered; the oldest is forgotten first.
	maxGrants = 10_000

	// maxTokensOfGrant bounds how many access tokens of a grant are revoked with it, the newest.
	maxTokensOfGrant = 32

	// rotationGrace is how long a refresh token that was used is good for another use, by a request that was sent at the
	// same time. A user pool's client says it itself.
	rotationGrace = 10 * time.Second
)

// grants remember which codes and refresh tokens were used. They last as long as the process: what is forgotten counts
// as not used yet.
type grants struct {
	mu    sync.Mutex
	all   map[string]*grantState
	order []string
}

// grantState is what became of a code and of the tokens that came of it.
type grantState struct {
	redeemed, ended bool
	next            int       // the generation of the refresh tokens that were not used yet
	rotated         time.Time // when those before were first used
	tokens          [][sha256.Size]byte
}

// of finds a grant, or remembers it. The lock is held.
func (g *grants) of(id string) *grantState {
	if s := g.all[id]; s != nil {
		return s
	}
	if g.all == nil {
		g.all = map[string]*grantState{}
	}
	if len(g.order) == maxGrants {
		delete(g.all, g.order[0])
		g.order = g.order[1:]
	}
	s := &grantState{}
	g.all[id] = s
	g.order = append(g.order, id)
	return s
}

// redeem uses what can be used once, and reports false if it was used before: then all that came of it ends (RFC 6749,
// section 4.1.2).
func (s *KeyStore) redeem(id string) bool {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	g := s.grants.of(id)
	if g.redeemed || g.ended {
		s.end(g)
		return false
	}
	g.redeemed = true
	return true
}

// redeemed reports whether it was used.
func (s *KeyStore) redeemed(id string) bool {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	g := s.grants.all[id]
	return g != nil && g.redeemed
}

// rotate uses a refresh token, and reports false if its grant has ended. A token that was used longer ago than the
// grace ends the grant: one of the two that use it is a thief (RFC 9700, section 4.14.2). Tokens of one generation, as
// several requests within the grace get them, count as one token.
func (s *KeyStore) rotate(id string, generation int, now time.Time, grace time.Duration) bool {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	g := s.grants.of(id)
	switch {
	case g.ended:
		return false
	case generation >= g.next:
		g.next, g.rotated = generation+1, now
		return true
	case generation == g.next-1 && now.Sub(g.rotated) <= grace:
		return true
	}
	s.end(g)
	return false
}

// spent reports whether a refresh token of a generation can no longer be used.
func (s *KeyStore) spent(id string, generation int, now time.Time, grace time.Duration) bool {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	g := s.grants.all[id]
	return g != nil && (g.ended || generation < g.next-1 ||
		generation == g.next-1 && now.Sub(g.rotated) > grace)
}

// ended reports whether a grant was revoked.
func (s *KeyStore) ended(id string) bool {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	g := s.grants.all[id]
	return g != nil && g.ended
}

// gave remembers an access token of a grant, and reports false if the grant has ended meanwhile.
func (s *KeyStore) gave(id, token string) bool {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	g := s.grants.of(id)
	g.tokens = append(g.tokens, sha256.Sum256([]byte(token)))
	if n := len(g.tokens); n > maxTokensOfGrant {
		g.tokens = g.tokens[n-maxTokensOfGrant:]
	}
	if g.ended {
		s.end(g)
	}
	return !g.ended
}

// endGrant ends a grant: its refresh tokens and its access tokens.
func (s *KeyStore) endGrant(id string) {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	s.end(s.grants.of(id))
}

// end revokes the access tokens of a grant. The lock is held.
func (s *KeyStore) end(g *grantState) {
	g.ended = true
	for _, d := range g.tokens {
		s.revokeDigest(d)
	}
	g.tokens = nil
}
