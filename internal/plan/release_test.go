package plan

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestWrongReleases(t *testing.T) {
	reserved, token := 2.0, -1.8881545897087626e+289
	for _, tt := range []struct {
		name    string
		release *Release
		want    string // "" for nothing wrong
	}{
		{"none", nil, ""},
		{"an alias alone", &Release{}, ""},
		{"a canary", &Release{Provisioned: 2, Reserved: &reserved, Canary: &Canary{Percent: 20, Interval: time.Hour}}, ""},
		{"of a number that a token stands for", &Release{Provisioned: 2, Reserved: &token}, ""},
		{"no alarm", &Release{Canary: &Canary{NilAlarms: []int{1}}}, "Release.Canary.Alarms[1] is nil: give it an " +
			"awscloudwatch.IAlarm, or leave it out"},
		{"less than none", &Release{Provisioned: -1}, "Release.ProvisionedConcurrency is -1: want how many execution " +
			"environments"},
		{"more than is reserved", &Release{Provisioned: 3, Reserved: &reserved},
			"Release.ProvisionedConcurrency is 3, and FunctionProps.ReservedConcurrentExecutions is 2, which it is a part of"},
		{"a negative share", &Release{Canary: &Canary{Percent: -1}}, "Release.Canary.Percent is -1: want 1 to 99"},
		{"a negative interval", &Release{Canary: &Canary{Percent: 20, Interval: -time.Minute}},
			"Release.Canary.Interval is -1m0s: want whole minutes"},
		{"all at once", &Release{Canary: &Canary{Percent: 100}}, "Release.Canary.Percent is 100: want 1 to 99, or 0 for the"},
		{"seconds", &Release{Canary: &Canary{Interval: 90 * time.Second}}, "Release.Canary.Interval is 1m30s: want whole " +
			"minutes"},
		{"three days", &Release{Canary: &Canary{Interval: 72 * time.Hour}}, "Release.Canary.Interval is 72h0m0s: want whole"},
	} {
		err := errors.Join(tt.release.Check()...)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	if percent, minutes := (&Canary{}).Shift(); percent != 10 || minutes != 5 {
		t.Errorf("the default is %d %% for %d minutes", percent, minutes)
	}
}
