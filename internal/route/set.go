package route

import "math/bits"

// Set is a set of small numbers: states of a [Machine], or indexes of patterns.
type Set []uint64

// NewSet returns an empty set with room for the numbers below n.
func NewSet(n int) Set { return make(Set, (n+63)/64) }

// Add adds i to the set, which must have room for it.
func (s Set) Add(i int) { s[i>>6] |= 1 << (i & 63) }

// Has reports whether i is in the set.
func (s Set) Has(i int) bool { return s[i>>6]&(1<<(i&63)) != 0 }

// AddAll adds the numbers of another set, which must have the same room.
func (s Set) AddAll(other Set) {
	for i, w := range other {
		s[i] |= w
	}
}

// Meets reports whether two sets with the same room have a number in common.
func (s Set) Meets(other Set) bool {
	for i, w := range other {
		if s[i]&w != 0 {
			return true
		}
	}
	return false
}

// All yields the numbers of the set in ascending order.
func (s Set) All(yield func(int) bool) {
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			if !yield(i<<6 + bits.TrailingZeros64(w)) {
				return
			}
		}
	}
}
