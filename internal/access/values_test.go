package access

import (
	"fmt"
	"testing"
)

// Few values and many are found alike: by comparing, and by a map.
func TestValueSet(t *testing.T) {
	var s valueSet
	for n := range 3 * manyValues {
		kind, text := []Kind{Scope, Group, Role}[n%3], fmt.Sprint("v", n/3)
		if got := s.find(kind, text); got != -1 {
			t.Fatalf("%s %q is %d before it is added", kind, text, got)
		}
		if got := s.add(kind, text); got != n {
			t.Fatalf("%s %q is number %d, want %d", kind, text, got, n)
		}
		for i := range n + 1 {
			if got := s.find([]Kind{Scope, Group, Role}[i%3], fmt.Sprint("v", i/3)); got != i {
				t.Fatalf("of %d values, number %d is found as %d", n+1, i, got)
			}
		}
		if s.find(Scope, "") != -1 || s.find("", "v0") != -1 {
			t.Fatal("a value that was not added is found")
		}
	}
}
