package dev

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// TestDifferences checks that a difference that concerns routes has a line, and that all others share one.
func TestDifferences(t *testing.T) {
	const far, throttling, tracing = "Shop/Far: not served", "Shop/A: ignored here: X", "Shop/B: ignored here: Y"
	const foreign = "it is built for linux/arm64: " + lambdaruntime.NotForHost
	for name, c := range map[string]struct {
		differences differences
		want        []string
	}{
		"none":       {differences{}, nil},
		"of a route": {differences{all: []string{far}}, []string{"differs from AWS: " + far}},
		"one is ignored": {
			differences{[]string{throttling, far}, []string{throttling}},
			[]string{"differs from AWS: " + far, "1 stage has settings that are ignored here: the console lists them"},
		},
		"two are ignored": {
			differences{[]string{throttling, tracing}, []string{throttling, tracing}},
			[]string{"2 stages have settings that are ignored here: the console lists them"},
		},
		"three functions are for Lambda": {
			differences{all: []string{"Shop/A: " + foreign, far, "Shop/B: " + foreign, "Shop/C: " + foreign}},
			[]string{
				"differs from AWS: Shop/A: " + foreign, "differs from AWS: the same is true of 2 other functions",
				"differs from AWS: " + far,
			},
		},
		"after a reload, only what is new": {
			differences{[]string{throttling, tracing, far}, []string{throttling, tracing}}.without(
				differences{[]string{throttling, far}, []string{throttling}}),
			[]string{"1 stage has settings that are ignored here: the console lists them"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.differences.lines()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
