package devissuer

import (
	"crypto/sha256"
	"sync"
)

// maxRevoked limits how many revoked tokens are remembered. The one that was revoked first is forgotten first.
const maxRevoked = 10_000

// revocations holds the digests of revoked tokens, as long as the process runs.
type revocations struct {
	mu      sync.Mutex
	digests map[[sha256.Size]byte]bool
	order   [][sha256.Size]byte
}

// revoke revokes a token for every provider with these keys.
func (s *KeyStore) revoke(token string) { s.revokeDigest(sha256.Sum256([]byte(token))) }

func (s *KeyStore) revokeDigest(d [sha256.Size]byte) {
	r := &s.revocations
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.digests[d] {
		return
	}
	if r.digests == nil {
		r.digests = map[[sha256.Size]byte]bool{}
	}
	if len(r.order) == maxRevoked {
		delete(r.digests, r.order[0])
		r.order = r.order[1:]
	}
	r.digests[d] = true
	r.order = append(r.order, d)
}

func (s *KeyStore) revoked(token string) bool {
	s.revocations.mu.Lock()
	defer s.revocations.mu.Unlock()
	return s.revocations.digests[sha256.Sum256([]byte(token))]
}
