package access

import (
	"fmt"
	"testing"
)

// Few values, which are compared, and many, which are in a map, are found alike.
func TestValueSet(t *testing.T) {
	var s valueSet
	for n := range 3 * manyValues {
		kind, text := []Kind{Scope, Group, Role}[n%3], fmt.Sprint("v", n/3)
		if got := s.find(value{kind, "", text}); got != -1 {
			t.Fatalf("%s %q is %d before it is added", kind, text, got)
		}
		if got := s.add(value{kind, "", text}); got != n {
			t.Fatalf("%s %q is number %d, want %d", kind, text, got, n)
		}
		for i := range n + 1 {
			if got := s.find(value{[]Kind{Scope, Group, Role}[i%3], "", fmt.Sprint("v", i/3)}); got != i {
				t.Fatalf("of %d values, number %d is found as %d", n+1, i, got)
			}
		}
		if s.find(value{kind: Scope}) != -1 || s.find(value{text: "v0"}) != -1 ||
			s.find(value{Scope, "c", "v0"}) != -1 {
			t.Fatal("a value that was not added is found")
		}
	}
}
