package clientauth

import (
	"slices"
	"testing"
)

// TestAlgorithms checks that the constructs accept exactly the algorithms that a function signs with.
func TestAlgorithms(t *testing.T) {
	var signs []string
	for _, s := range signings {
		signs = append(signs, s.name)
	}
	if !slices.Equal(signs, Algorithms()) {
		t.Errorf("a client signs with %q, but the settings allow %q", signs, Algorithms())
	}
}
