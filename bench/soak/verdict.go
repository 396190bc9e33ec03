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
	left, faults, other                               []string
	worst                                             time.Duration

	samples    []sample // from the long phase
	goroutines int      // at its end
	idle       int      // processes of functions at that time
}

func (v *verdict) fail(what, detail string) {
	v.other = append(v.other, strings.TrimSpace(what+": "+detail))
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
	for what, n := range t.counts {
		v.counts[what] += n
	}
	if fives > k.total() {
		v.fail("more 5xx than kills", fmt.Sprintf("%d against %d", fives, k.total()))
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

var errTooShort = errors.New("too few samples: let it run longer, or look more often")

// Limits of what counts as flat, over the second half of the samples: a tenth, or the normal variation due to the
// runtime's collector and to connections and processes that come and go.
const (
	share  = 0.1
	memory = 4.0 // MB
	files  = 16.0
)

// threads limits the gateway's threads. Go keeps a thread for each process that it waits for, and never gives it back,
// so the number is that of the busiest moment: two functions with ten processes each, twice during a swap, and the
// runtime's own.
const threads = 64

// perFunction and besides limit the goroutines of an idle gateway: those for each process of a function, and the rest.
const (
	perFunction = 12
	besides     = 40
)

// print prints the results, and reports whether everything held.
func (v *verdict) print() (passed bool) {
	fmt.Printf(
		"\n%d requests, %d kills, %d log lines; %d more requests were due while as many as may be were under way\n",
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
	say := func(holds bool, what, format string, a ...any) {
		word := "pass"
		if !holds {
			word, passed = "FAIL", false
		}
		fmt.Printf("%s  %-34s %s\n", word, what, fmt.Sprintf(format, a...))
	}
	say(v.counts["WRONG 2XX"] == 0, "no wrong 2xx", "%d", v.counts["WRONG 2XX"])
	say(v.counts["wrong body"] == 0, "no answer of another request", "%d wrong bodies", v.counts["wrong body"])
	say(v.counts["wrong status"] == 0, "no other wrong status", "%d", v.counts["wrong status"])
	say(
		v.counts["no answer"] == 0,
		"no request that hangs or breaks off",
		"%d; the longest took %.2f s; %d broke off as the gateway was ended under load",
		v.counts["no answer"],
		v.worst.Seconds(),
		v.broken,
	)
	say(v.counts["5xx without a kill"] == 0, "5xx around kills only", "%d, %d of them without a kill, for %d kills",
		v.fives, v.counts["5xx without a kill"], v.kills)
	say(v.swaps > 0, "the API was swapped under load", "%d times", v.swaps)
	say(len(v.left) == 0, "no process left behind", "%s", orNone(v.left))
	say(len(v.faults) == 0, "no fault that it reports itself", "%s", orNone(v.faults))
	say(len(v.other) == 0, "nothing else", "%s", orNone(v.other))
	v.flat(say)
	var fullest float64
	for _, s := range v.samples {
		fullest = max(fullest, s.threads)
	}
	say(fullest <= threads, "no more threads than processes need", "%.0f at most (at most %d)", fullest, threads)
	most := besides + perFunction*v.idle
	say(v.goroutines > 0 && v.goroutines <= most, "few goroutines when idle", "%d with %d processes (at most %d)",
		v.goroutines, v.idle, most)
	if passed {
		fmt.Println("\npassed")
	} else {
		fmt.Println("\nFAILED")
	}
	return passed
}

// flat checks what the gateway used over the second half of the samples, by the line through them.
func (v *verdict) flat(say func(holds bool, what, format string, a ...any)) {
	second := v.samples[len(v.samples)/2:]
	for _, c := range []struct {
		what, unit string
		least      float64
		of         func(sample) float64
	}{
		{"memory is flat", "MB", memory, func(s sample) float64 { return s.memory }},
		{"open files are flat", "files", files, func(s sample) float64 { return s.files }},
	} {
		if len(second) < 3 {
			say(false, c.what, "%v", errTooShort)
			continue
		}
		var values []float64
		for _, s := range second {
			values = append(values, c.of(s))
		}
		mean, slope := line(values)
		growth := slope * float64(len(values)-1)
		first := c.of(v.samples[0])
		say(growth <= max(share*mean, c.least), c.what,
			"%.1f %s on average over the second half, %+.2f along it; %.1f in the first sample, %.1f to %.1f in all",
			mean, c.unit, growth, first, slices.Min(each(v.samples, c.of)), slices.Max(each(v.samples, c.of)))
	}
}

func each(samples []sample, of func(sample) float64) (out []float64) {
	for _, s := range samples {
		out = append(out, of(s))
	}
	return out
}

// line returns the mean of some values, and the slope of the least-squares line through them, for one step.
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
