package elapsed

import (
	"math"
	"testing"
	"time"
)

func TestWithin(t *testing.T) {
	const longest, shortest = time.Duration(math.MaxInt64), time.Duration(math.MinInt64)
	since := time.Unix(1_700_000_000, 0)
	for _, tt := range []struct {
		name string
		now  time.Time
		d    time.Duration
		want bool
	}{
		{"at once", since, time.Minute, true},
		{"just in time", since.Add(time.Minute - 1), time.Minute, true},
		{"just too late", since.Add(time.Minute), time.Minute, false},
		{"a clock that went back a little", since.Add(-1), time.Minute, false},
		{"a clock that went back a second", since.Add(-time.Second), time.Minute, false},
		{"no time", since, 0, false},
		{"a negative duration", since, -time.Minute, false},
		{"a negative duration and a clock that went back", since.Add(-time.Hour), -time.Minute, false},
		{"292 years less a nanosecond", since.Add(longest - 1), longest, true},
		{"292 years", since.Add(longest), longest, false},
		{"more than a duration holds", since.AddDate(300, 0, 0), longest, false},
		{"as far back as a duration holds", since.Add(shortest), longest, false},
		{"further back than a duration holds", since.AddDate(-300, 0, 0), longest, false},
	} {
		if got := Within(tt.now, since, tt.d); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
	if Within(since, time.Time{}, longest) {
		t.Error("a zero time is within the longest duration")
	}
}
