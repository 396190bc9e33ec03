package devissuer

import (
	"crypto/sha256"
	"sync"
	"time"
)

const (
	// maxGrants limits how many grants are remembered. The oldest is forgotten first.
	maxGrants = 10_000

	// maxTokensOfGrant limits how many access tokens of a grant, the newest ones, are revoked with it.
	maxTokensOfGrant = 32

	// rotationGrace is how long a refresh token remains valid after its first use, for requests that were sent at the same
	// time. A user pool's client has its own setting.
	rotationGrace = 10 * time.Second
)

// grants remembers which codes and refresh tokens were used, as long as the process runs. Forgotten ones count as
// unused.
type grants struct {
	mu    sync.Mutex
	all   map[string]*grantState
	order []string
}

// grantState is the state of a code and of the tokens that were issued for it.
type grantState struct {
	redeemed, ended bool
	next            int       // the generation of the unused refresh tokens
	rotated         time.Time // when the previous generation was first used
	tokens          [][sha256.Size]byte
}

// state returns the state of a grant, and adds it if necessary. The caller holds the lock.
func (g *grants) state(id string) *grantState {
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

// redeem uses something that can be used once. It reports false if it was used before: then everything that was issued
// for it ends (RFC 6749, section 4.1.2).
func (s *KeyStore) redeem(id string) bool {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	g := s.grants.state(id)
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

// rotate uses a refresh token, and reports false if its grant has ended. Using a token after the grace period ends the
// grant: one of its two users is a thief (RFC 9700, section 4.14.2). Tokens of the same generation, which several
// requests within the grace period get, count as one token.
func (s *KeyStore) rotate(id string, generation int, now time.Time, grace time.Duration) bool {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	g := s.grants.state(id)
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

// isSpent reports whether a refresh token of a generation can no longer be used.
func (s *KeyStore) isSpent(id string, generation int, now time.Time, grace time.Duration) bool {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	g := s.grants.all[id]
	return g != nil && (g.ended || generation < g.next-1 ||
		generation == g.next-1 && now.Sub(g.rotated) > grace)
}

// hasEnded reports whether a grant was revoked.
func (s *KeyStore) hasEnded(id string) bool {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	g := s.grants.all[id]
	return g != nil && g.ended
}

// rememberToken remembers an access token of a grant, and reports false if the grant has ended meanwhile.
func (s *KeyStore) rememberToken(id, token string) bool {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	g := s.grants.state(id)
	g.tokens = append(g.tokens, sha256.Sum256([]byte(token)))
	if n := len(g.tokens); n > maxTokensOfGrant {
		g.tokens = g.tokens[n-maxTokensOfGrant:]
	}
	if g.ended {
		s.end(g)
	}
	return !g.ended
}

// endGrant ends a grant with its refresh tokens and access tokens.
func (s *KeyStore) endGrant(id string) {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	s.end(s.grants.state(id))
}

// end revokes the access tokens of a grant. The caller holds the lock.
func (s *KeyStore) end(g *grantState) {
	g.ended = true
	for _, d := range g.tokens {
		s.revokeDigest(d)
	}
	g.tokens = nil
}
