package jwt

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/elapsed"
)

// query describes the key that a token needs.
type query struct {
	id        string
	named     bool // whether the key has the ID id; otherwise any key that fits
	algorithm *algorithm
}

// keySet holds an issuer's keys at one time. It is immutable.
type keySet struct {
	keys      []*key
	byID      map[string]*key
	loaded    time.Time     // when their request began
	freshFor  time.Duration // how long they are used before they are fetched again
	usableFor time.Duration // how long they are used if fetching fails
}

// newKeySet returns a set that follows the previous one, which may be nil. It keeps keys that are in both, so that what
// was verified with them remains verified. It reports as changed whether there are other keys.
func newKeySet(before *keySet, keys []*key) (s *keySet, changed bool) {
	s = &keySet{keys: make([]*key, len(keys)), byID: make(map[string]*key, len(keys))}
	changed = before == nil || len(before.keys) != len(keys)
	for i, k := range keys {
		if same := before.findEqual(k); same != nil {
			k = same
		} else {
			changed = true
		}
		s.keys[i] = k
		if k.named {
			s.byID[k.id] = k
		}
	}
	return s, changed
}

// findEqual returns the set's key that is equal to this one, or nil.
func (s *keySet) findEqual(k *key) *key {
	if s == nil {
		return nil
	}
	for _, mine := range s.keys {
		if mine.equal(k) {
			return mine
		}
	}
	return nil
}

// find returns the key for a query. A token without a kid is only accepted if exactly one key fits its algorithm. It is
// never tried with several keys.
func (s *keySet) find(q query) (*key, error) {
	if q.named {
		switch k := s.byID[q.id]; {
		case k == nil:
			return nil, ErrUnknownKey
		case !q.algorithm.fits(k):
			return nil, ErrKeyMismatch
		default:
			return k, nil
		}
	}
	var found *key
	for _, k := range s.keys {
		if q.algorithm.fits(k) {
			if found != nil {
				return nil, ErrAmbiguousKey
			}
			found = k
		}
	}
	if found == nil {
		return nil, ErrUnknownKey
	}
	return found, nil
}

// isFresh reports whether the set can be used without fetching another one. If the clock was set back to before the set
// was loaded, its age is not known and it is not fresh.
func (s *keySet) isFresh(now time.Time) bool {
	return s != nil && elapsed.Within(now, s.loaded, s.freshFor)
}

// isUsable reports whether the set can be used if another one cannot be fetched.
func (s *keySet) isUsable(now time.Time) bool {
	return s != nil && now.Sub(s.loaded) < s.usableFor
}
