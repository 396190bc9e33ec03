package main

import (
	"runtime"
	"testing"
)

// TestSessions tries a hundredth of the cases that run each night.
func TestSessions(t *testing.T) {
	const cases = 10_000
	total, err := tryAll(cases, 1, runtime.GOMAXPROCS(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + total.String())
	for name, atLeast := range map[string]int{
		"session: opened as sealed":      cases / 50,
		"session: refused, forged":       cases / 5,
		"session: refused, ended":        cases / 200,
		"session: refused, no session":   cases / 100,
		"attempt: opened as sealed":      cases / 200,
		"attempt: refused, forged":       cases / 50,
		"callback: a session begins":     cases / 200,
		"callback: refused, Bad Request": cases / 20,
		"callback: refused, Forbidden":   1,
	} {
		if total[name] < atLeast {
			t.Errorf("%d cases ended with %q, want at least %d", total[name], name, atLeast)
		}
	}
}
