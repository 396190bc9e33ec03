package route

import "math/bits"

// Set is a set of small numbers: of a [Machine]'s states, or of patterns by their index.
type Set []uint64

// NewSet makes an empty set that has room for the numbers below n.
func NewSet(n int) Set { return make(Set, (n+63)/64) }

// Add puts i into the set, which must have room for it.
func (s Set) Add(i int) { s[i>>6] |= 1 << (i & 63) }

// Has reports whether i is in the set.
func (s Set) Has(i int) bool { return s[i>>6]&(1<<(i&63)) != 0 }

// AddAll puts the numbers of another set of the same room into this one.
func (s Set) AddAll(other Set) {
	for i, w := range other {
		s[i] |= w
	}
}

// Meets reports whether the two sets, of the same room, have a number in common.
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
