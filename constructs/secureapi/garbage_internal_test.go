package secureapi

import (
	"runtime/debug"
	"testing"
)

func TestCollectEarly(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	current := func() int {
		now := debug.SetGCPercent(100)
		debug.SetGCPercent(now)
		return now
	}
	for _, c := range []struct {
		name         string
		users, while int
	}{
		{"Go's default", 100, 50},
		{"a user's lower growth", 20, 20},
		{"a user who turned collections off", -1, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			debug.SetGCPercent(c.users)
			restore := collectEarly(50)
			if got := current(); got != c.while {
				t.Errorf("meanwhile: got %d, want %d", got, c.while)
			}
			restore()
			if got := current(); got != c.users {
				t.Errorf("afterwards: got %d, want %d", got, c.users)
			}
		})
	}
}
