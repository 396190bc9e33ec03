package jwt

import "time"

// query is the key that a token asks for.
type query struct {
	id        string
	named     bool // by its id; else any one that fits
	algorithm *algorithm
}

// keySet is an issuer's keys as they were at one time. It does not change once made.
type keySet struct {
	keys      []*key
	byID      map[string]*key
	loaded    time.Time     // when the request for them began
	freshFor  time.Duration // how long they are used without asking again
	usableFor time.Duration // how long they are used while asking again fails
}

// newKeySet makes a set that follows the one before, which may be nil. Keys that are in both are kept, so that what
// was verified with one of them stays so, and changed reports whether there are others.
func newKeySet(before *keySet, keys []*key) (s *keySet, changed bool) {
	s = &keySet{keys: make([]*key, len(keys)), byID: make(map[string]*key, len(keys))}
	changed = before == nil || len(before.keys) != len(keys)
	for i, k := range keys {
		if same := before.holds(k); same != nil {
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

// holds is the set's key that is equal to this one, or nil.
func (s *keySet) holds(k *key) *key {
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

// find is the key that is asked for. A token without a kid is only taken where there is no choice: when exactly one
// key fits its algorithm. It is never tried with several.
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

// fresh reports whether the set can be used without asking for another one. Should the clock have been set back to
// before it was loaded, its age is not known, and it is not.
func (s *keySet) fresh(now time.Time) bool { return s != nil && within(now, s.loaded, s.freshFor) }

// usable reports whether the set can be used if another one cannot be fetched.
func (s *keySet) usable(now time.Time) bool {
	return s != nil && now.Sub(s.loaded) < s.usableFor
}

// within reports whether less than d has passed since a time that is not ahead.
func within(now, since time.Time, d time.Duration) bool {
	passed := now.Sub(since)
	return 0 <= passed && passed < d
}
