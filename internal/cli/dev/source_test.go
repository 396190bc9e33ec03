package dev

import "testing"

func TestStillRuns(t *testing.T) {
	for _, c := range []struct {
		name string
		ran  bool
		want string
	}{
		{"at the start", false, "still running the app: go run .: the first run may compile CDK for a few minutes"},
		{"after a change", true, "still running the app: go run ."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := stillRuns("go run .", c.ran); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
