package main

import (
	"runtime"
	"testing"
)

// TestSessions is a hundredth of what the command is run with before a release.
func TestSessions(t *testing.T) {
	const cases = 10_000
	total, err := tryAll(cases, 1, runtime.GOMAXPROCS(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + total.String())
	for name, least := range map[string]int{
		"session: opened, as it was sealed":               cases / 50,
		"session: refused, forged":                        cases / 5,
		"session: refused, ended":                         cases / 200,
		"session: refused, none there":                    cases / 100,
		"attempt: opened, as it was sealed":               cases / 200,
		"attempt: refused, forged":                        cases / 50,
		"callback: a session begins, as it was asked for": cases / 200,
		"callback: refused, Bad Request":                  cases / 20,
		"callback: refused, Forbidden":                    1,
	} {
		if total[name] < least {
			t.Errorf("%d cases ended with %q, want %d at least", total[name], name, least)
		}
	}
}
