package main

import (
	"runtime"
	"testing"
)

// TestSoundness is a fortieth of what the command is run with each night.
func TestSoundness(t *testing.T) {
	const cases = 50_000 // fewer may not draw each reason of a denial
	total, err := tryAll(cases, 1, runtime.GOMAXPROCS(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Log(total)
	if total.bound < cases/50 || total.allowed < cases/10 {
		t.Errorf("%s\nthe requests are too far from the tables to prove anything", total)
	}
	for _, reason := range []string{"spelling", "empty segment", "literal", "name"} {
		if total.denied[reason] == 0 {
			t.Errorf("no request was denied for the reason %q", reason)
		}
	}
}
