package clientauth

import (
	"slices"
	"testing"
)

// TestAlgorithms: the constructs take the algorithms that a function signs with, and no others.
func TestAlgorithms(t *testing.T) {
	var signs []string
	for _, s := range signings {
		signs = append(signs, s.name)
	}
	if !slices.Equal(signs, Algorithms()) {
		t.Errorf("a client signs with %q, and may be told %q", signs, Algorithms())
	}
}
