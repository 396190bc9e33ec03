package main

import (
	"runtime"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/mutants"
)

// TestTableSessions tries a hundredth of the cases that run each night.
func TestTableSessions(t *testing.T) {
	cases := 1000
	if testing.Short() { // such as under the race detector
		cases = 200
	}
	total, err := tryAll(cases, 1, runtime.GOMAXPROCS(0), sound)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + total.String())
	for name, atLeast := range map[string]int{
		"request: passes":               cases,
		"request: session has ended":    cases / 2,
		"renewal":                       cases / 2,
		"logout: succeeds":              cases / 10,
		"end of subject: succeeds":      cases / 10,
		"back-channel logout: succeeds": cases / 10,
		"back-channel logout: replayed": cases / 50,
		"end of one: succeeds":          cases / 50,
		"login: sid has ended":          cases / 200,
		"request: unavailable":          cases / 100,
	} {
		if total[name] < atLeast {
			t.Errorf("%q %d times, want at least %d", name, total[name], atLeast)
		}
	}
}

// TestFaultsAreFound expects the model to find faults of the table. Flag -mutants of the command tests faults of the
// source.
func TestFaultsAreFound(t *testing.T) {
	for f, name := range map[fault]string{
		staleReads: "stale reads", blindWrites: "blind writes", revivingPuts: "puts that revive",
		eagerRemovals: "eager removals",
	} {
		if _, err := tryAll(2000, 1, runtime.GOMAXPROCS(0), f); err == nil {
			t.Errorf("%s: not found in 2,000 cases", name)
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
}

// TestMutantsFit expects that the faults of -mutants fit the present source.
func TestMutantsFit(t *testing.T) {
	if err := mutants.Fit("../../internal/tablesession", faults); err != nil {
		t.Error(err)
	}
}
