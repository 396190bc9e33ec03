package testclock

import (
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	began := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	c := New(began)
	if c.Now() != began {
		t.Errorf("it begins at %s, want %s", c.Now(), began)
	}
	c.Advance(time.Minute)
	c.Advance(-time.Second)
	if got, want := c.Now(), began.Add(59*time.Second); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
