package main

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/mutants"
)

// TestTableSessions is a hundredth of what the command is run with before a release.
func TestTableSessions(t *testing.T) {
	cases := 1000
	if testing.Short() { // as under the race detector
		cases = 200
	}
	total, err := tryAll(cases, 1, sound)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + total.String())
	for name, least := range map[string]int{
		"request: passes":                cases,
		"request: its session has ended": cases / 2,
		"renewal":                        cases / 2,
		"logout: succeeds":               cases / 10,
		"end of subject: succeeds":       cases / 10,
		"back-channel logout: succeeds":  cases / 10,
		"back-channel logout: replayed":  cases / 50,
		"end of one: succeeds":           cases / 50,
		"login: its sid has ended":       cases / 200,
		"request: unavailable":           cases / 100,
	} {
		if total[name] < least {
			t.Errorf("%q %d times, want %d at least", name, total[name], least)
		}
	}
}

// TestFaultsAreFound breaks the table, and expects the model to see it. The command finds faults of the source besides.
func TestFaultsAreFound(t *testing.T) {
	for f, name := range map[fault]string{
		staleReads: "stale reads", blindWrites: "blind writes", revivingPuts: "puts that revive",
		eagerRemovals: "eager removals",
	} {
		if _, err := tryAll(2000, 1, f); err == nil {
			t.Errorf("%s: not found in 2,000 cases", name)
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
}

// TestMutantsFit: the faults of -mutants are of the source as it is.
func TestMutantsFit(t *testing.T) {
	if err := mutants.Fit("../../internal/tablesession", faults); err != nil {
		t.Error(err)
	}
}
