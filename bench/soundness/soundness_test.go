package main

import (
	"runtime"
	"testing"
)

// TestSoundness tries a fortieth of the cases that run each night.
func TestSoundness(t *testing.T) {
	const cases = 50_000 // with fewer, a reason may not occur
	total, err := tryAll(cases, 1, runtime.GOMAXPROCS(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Log(total)
	if total.bound < cases/50 || total.allowed < cases/10 {
		t.Errorf("%s\ntoo few requests are allowed", total)
	}
	for _, reason := range []string{"spelling", "empty segment", "literal", "name"} {
		if total.denied[reason] == 0 {
			t.Errorf("no request was denied for the reason %q", reason)
		}
	}
}
