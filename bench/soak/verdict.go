//go:build linux

package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// verdict is the result of all phases.
type verdict struct {
	sent, skipped, kills, swaps, fives, broken, lines int
	statuses                                          map[int]int
	kinds                                             map[string]int
	counts                                            map[string]int
	phases                                            []string
	left, faults, otherFailures                       []string
	worst                                             time.Duration

	samples    []sample // from the long phase
	goroutines int      // at its end
	idle       int      // functions' processes at its end
}

func (v *verdict) fail(problem, detail string) {
	v.otherFailures = append(v.otherFailures, strings.TrimSpace(problem+": "+detail))
}

func (v *verdict) add(t *traffic, k *kills, g *gateway, left []string) {
	if v.statuses == nil {
		v.statuses, v.kinds, v.counts = map[int]int{}, map[string]int{}, map[string]int{}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	fives := 0
	for status, n := range t.statuses {
		v.statuses[status] += n
		if status >= 500 {
			fives += n
		}
	}
	for kind, n := range t.kinds {
		v.kinds[kind] += n
	}
	for kind, n := range t.counts {
		v.counts[kind] += n
	}
	if fives > k.total() {
		v.fail("more 5xx than kills", fmt.Sprintf("%d 5xx, %d kills", fives, k.total()))
	}
	v.sent, v.skipped, v.kills, v.fives, v.broken = v.sent+t.sent, v.skipped+t.skipped, v.kills+k.total(), v.fives+fives,
		v.broken+t.broken
	v.worst = max(v.worst, t.worst)
	v.phases = append(
		v.phases,
		fmt.Sprintf(
			"%d requests, p50 %.1f ms, p99 %.1f ms, longest %s",
			t.sent,
			t.quantile(0.5),
			t.quantile(0.99),
			t.worst.Round(time.Millisecond),
		),
	)
	g.mu.Lock()
	defer g.mu.Unlock()
	v.lines += g.lines
	v.swaps += g.swaps
	v.left, v.faults = append(v.left, left...), append(v.faults, g.faults...)
}

var errTooShort = errors.New("too few samples: increase -duration, or decrease -sample-every")

// The growth over the second half of the samples that still counts as flat: a share of the mean, or the normal
// variation that the garbage collector, connections and processes cause.
const (
	share  = 0.1
	memory = 4.0 // MB
	files  = 16.0
)

// threads limits the gateway's threads. Go keeps a thread for each process that it waits for and never ends it, so the
// number is that of the busiest moment: two functions with ten processes each, twice that during a swap, and the
// threads of the runtime.
const threads = 64

// An idle gateway may have perFunction goroutines for each function's process, and besides others.
const (
	perFunction = 12
	besides     = 40
)

// print prints the results and reports whether all checks passed.
func (v *verdict) print() (passed bool) {
	fmt.Printf(
		"\n%d requests, %d kills, %d log lines; %d more requests were not sent because of -workers\n",
		v.sent,
		v.kills,
		v.lines,
		v.skipped,
	)
	for i, p := range v.phases {
		fmt.Printf("  phase %d: %s\n", i+1, p)
	}
	for _, kind := range slices.Sorted(maps.Keys(v.kinds)) {
		fmt.Printf("  %8d %s\n", v.kinds[kind], kind)
	}
	var statuses []string
	for _, status := range slices.Sorted(maps.Keys(v.statuses)) {
		statuses = append(statuses, fmt.Sprintf("%d: %d", status, v.statuses[status]))
	}
	fmt.Printf("  statuses %s\n\n", strings.Join(statuses, ", "))

	passed = true
	report := func(holds bool, check, format string, a ...any) {
		word := "pass"
		if !holds {
			word, passed = "FAIL", false
		}
		fmt.Printf("%s  %-34s %s\n", word, check, fmt.Sprintf(format, a...))
	}
	report(v.counts["WRONG 2XX"] == 0, "no wrong 2xx", "%d", v.counts["WRONG 2XX"])
	report(v.counts["wrong body"] == 0, "no answer to another request", "%d wrong bodies", v.counts["wrong body"])
	report(v.counts["wrong status"] == 0, "no other wrong status", "%d", v.counts["wrong status"])
	report(
		v.counts["no answer"] == 0,
		"every request answered",
		"%d not; the longest took %.2f s; %d others failed when the gateway was ended under load",
		v.counts["no answer"],
		v.worst.Seconds(),
		v.broken,
	)
	report(v.counts["5xx without a kill"] == 0, "5xx only around kills", "%d, %d of them without a kill, for %d kills",
		v.fives, v.counts["5xx without a kill"], v.kills)
	report(v.swaps > 0, "API swapped under load", "%d times", v.swaps)
	report(len(v.left) == 0, "no process left behind", "%s", orNone(v.left))
	report(len(v.faults) == 0, "no fault in the gateway's log", "%s", orNone(v.faults))
	report(len(v.otherFailures) == 0, "no other failure", "%s", orNone(v.otherFailures))
	v.flat(report)
	var fullest float64
	for _, s := range v.samples {
		fullest = max(fullest, s.threads)
	}
	report(fullest <= threads, "no more threads than processes need", "%.0f at most (at most %d)", fullest, threads)
	limit := besides + perFunction*v.idle
	report(v.goroutines > 0 && v.goroutines <= limit, "few goroutines when idle", "%d with %d processes (at most %d)",
		v.goroutines, v.idle, limit)
	if passed {
		fmt.Println("\npassed")
	} else {
		fmt.Println("\nFAILED")
	}
	return passed
}

// flat checks that memory and open files do not grow over the second half of the samples. The growth is that of the
// least-squares line.
func (v *verdict) flat(report func(holds bool, check, format string, a ...any)) {
	second := v.samples[len(v.samples)/2:]
	for _, c := range []struct {
		check, unit string
		tolerance   float64
		value       func(sample) float64
	}{
		{"memory is flat", "MB", memory, func(s sample) float64 { return s.memory }},
		{"open files are flat", "files", files, func(s sample) float64 { return s.files }},
	} {
		if len(second) < 3 {
			report(false, c.check, "%v", errTooShort)
			continue
		}
		var values []float64
		for _, s := range second {
			values = append(values, c.value(s))
		}
		mean, slope := line(values)
		growth := slope * float64(len(values)-1)
		first := c.value(v.samples[0])
		report(growth <= max(share*mean, c.tolerance), c.check,
			"%.1f %s on average over the second half, %+.2f along it; %.1f in the first sample, %.1f to %.1f in all",
			mean, c.unit, growth, first, slices.Min(each(v.samples, c.value)), slices.Max(each(v.samples, c.value)))
	}
}

func each(samples []sample, value func(sample) float64) (out []float64) {
	for _, s := range samples {
		out = append(out, value(s))
	}
	return out
}

// line returns the mean of values, and the slope of their least-squares line per step.
func line(values []float64) (mean, slope float64) {
	n := float64(len(values))
	for _, y := range values {
		mean += y / n
	}
	var xy, xx float64
	for i, y := range values {
		x := float64(i) - (n-1)/2
		xy += x * (y - mean)
		xx += x * x
	}
	return mean, xy / xx
}

func orNone(texts []string) string {
	if len(texts) == 0 {
		return "none"
	}
	return strings.Join(texts, "; ")
}
