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
	t.Log("\n" + total.String())
	if total[byPath] < cases/50 || total[allowed] < cases/10 {
		t.Errorf("%s\ntoo few requests are allowed", total)
	}
	for _, reason := range []string{"spelling", "empty segment", "literal", "name"} {
		if total[deniedFor+reason] == 0 {
			t.Errorf("no request was denied for the reason %q", reason)
		}
	}
}
