package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
)

// bound is what the project set itself, of the processor time against the same in L2.
func (s shape) bound() float64 {
	switch {
	case s.routes >= 100:
		return 0.75
	case s.routes > 0:
		return 1
	case s.authorizer == included:
		return 1.3
	}
	return 1
}

// cost is what a synthesis took.
type cost struct {
	processor float64 // in milliseconds, with all children
	memory    float64 // in megabytes: the most of the app, and the most of its largest child, added up
}

// measure compares an app with the same app written directly.
func (s shape) measure(pairs int) error {
	dir, err := os.MkdirTemp("", "gatehouse-synth-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	run := func(name string, of shape, built string) (string, cost, error) {
		out := filepath.Join(dir, name)
		args := append([]string{"-out", out}, of.args()...)
		if built != "" {
			args = append(args, "-built", built)
		}
		spent, err := run(self, args...)
		return out, spent, err
	}
	one := s
	one.stacks = min(s.stacks, 1)
	ours, _, err := run("ours", one, "") // builds the functions
	if err != nil {
		return err
	}
	theirs, _, err := run("theirs", one, ours)
	if err != nil {
		return err
	}
	if err := same(ours, theirs, "Shop000"); err != nil {
		return err
	}
	var gatehouse, direct [2][]float64 // processor time, memory
	for i := range pairs {
		var got [2]cost
		for k, built := range []string{"", ours} {
			out, spent, err := run(fmt.Sprintf("%d-%d", i, k), s, built)
			if err != nil {
				return err
			}
			got[k] = spent
			if err := os.RemoveAll(out); err != nil {
				return err
			}
		}
		gatehouse[0], direct[0] = append(gatehouse[0], got[0].processor), append(direct[0], got[1].processor)
		gatehouse[1], direct[1] = append(gatehouse[1], got[0].memory), append(direct[1], got[1].memory)
		fmt.Fprintf(os.Stderr, "pair %d of %d: %.0f ms and %.0f MB, directly %.0f ms and %.0f MB\n",
			i+1, pairs, got[0].processor, got[0].memory, got[1].processor, got[1].memory)
	}
	fmt.Printf("%s, %d pairs; medians, the ratios pair by pair\n", s, pairs)
	for i, f := range []figures.Figure{
		{Name: "processor time", Unit: "ms", AtMost: s.bound()},
		{Name: "peak memory", Unit: "MB", AtMost: 1},
	} {
		f.Subject, f.Peer = s.String(), "the same with CDK's L2"
		ratios := figures.ReportPairs(f, gatehouse[i], direct[i])
		fmt.Printf("%-65s pairs from %.3f to %.3f\n", "", slices.Min(ratios), slices.Max(ratios))
	}
	return nil
}

// run is one synthesis. wait4 counts the processor time of a process with the children that it waited for, and jsii
// waits for CDK's engine.
func run(name string, args ...string) (cost, error) {
	cmd := measured(name, args...)
	said, err := cmd.Output()
	if err != nil {
		return cost{}, err
	}
	var milliseconds, own, child float64
	if _, err := fmt.Fscan(bytes.NewReader(said), &milliseconds, &own, &child); err != nil {
		return cost{}, fmt.Errorf("%q: %w", said, err)
	}
	spent := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return cost{processor: float64(spent.Milliseconds()), memory: own + child}, nil
}

// peaks are the most memory that this process had resident, and the largest of its children that have ended, in
// megabytes.
func peaks() (own, child float64) {
	of := func(who int) float64 {
		var usage syscall.Rusage
		if err := syscall.Getrusage(who, &usage); err != nil {
			panic(err)
		}
		return float64(usage.Maxrss) / 1024 // kilobytes, on Linux
	}
	return of(syscall.RUSAGE_SELF), of(syscall.RUSAGE_CHILDREN)
}
