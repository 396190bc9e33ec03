package dev

import "testing"

func TestStillRuns(t *testing.T) {
	for _, c := range []struct {
		name string
		ran  bool
		want string
	}{
		{"at the start", false, "the app still runs: go run .: the first time, it may compile for a minute or two"},
		{"after a change", true, "the app still runs: go run ."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := stillRuns("go run .", c.ran); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
