package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
)

// The bounds that the project set itself: of so many stacks against the same in L2, and of twice as many against those.
const (
	atMostDirect = 1.25
	atMostDouble = 2.2
)

// measureStacks compares n stacks with the same stacks written directly, and 2n stacks with n.
func measureStacks(n, pairs int) error {
	dir, err := os.MkdirTemp("", "gatehouse-stacks-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	run := func(name string, stacks int, built string) (string, time.Duration, error) {
		out := filepath.Join(dir, name)
		args := []string{"-out", out, "-stacks", fmt.Sprint(stacks)}
		if built != "" {
			args = append(args, "-built", built)
		}
		spent, err := processorTime(self, args...)
		return out, spent, err
	}
	ours, _, err := run("ours", 1, "") // builds the functions
	if err != nil {
		return err
	}
	theirs, _, err := run("theirs", 1, ours)
	if err != nil {
		return err
	}
	if err := same(ours, theirs, "Shop000"); err != nil {
		return err
	}
	kinds := []struct {
		stacks int
		built  string
	}{{n, ""}, {n, ours}, {2 * n, ""}, {2 * n, ours}}
	spent := make([][]float64, len(kinds)) // in milliseconds
	for i := range pairs {
		for k, kind := range kinds {
			out, t, err := run(fmt.Sprintf("%d-%d", i, k), kind.stacks, kind.built)
			if err != nil {
				return err
			}
			spent[k] = append(spent[k], float64(t.Milliseconds()))
			if err := os.RemoveAll(out); err != nil {
				return err
			}
		}
		fmt.Fprintf(os.Stderr, "round %d of %d: %.0f ms and %.0f ms directly; twice as many: %.0f ms and %.0f ms directly\n",
			i+1, pairs, spent[0][i], spent[1][i], spent[2][i], spent[3][i])
	}
	fmt.Printf("%d stacks of %d routes, %d rounds; medians, the ratios round by round\n", n, len(rows), pairs)
	report := func(subject, peer string, a, b []float64, atMost float64) {
		ratios := make([]float64, len(a))
		for i := range a {
			ratios[i] = a[i] / b[i]
		}
		figures.Report(figures.Figure{Subject: subject, Name: "processor time", Peer: peer, Unit: "ms",
			Measured: median(a), Against: median(b), Ratio: median(ratios), AtMost: atMost})
		fmt.Printf("%-65s rounds from %.3f to %.3f\n", "", slices.Min(ratios), slices.Max(ratios))
	}
	few, many := fmt.Sprintf("%d stacks", n), fmt.Sprintf("%d stacks", 2*n)
	report(few, "the same with CDK's L2", spent[0], spent[1], atMostDirect)
	report(many, "the same with CDK's L2", spent[2], spent[3], 0)
	report(many, few, spent[2], spent[0], atMostDouble)
	return nil
}

// processorTime is what a process and its children took, in user and system time: wait4 counts for a process also the
// children that it waited for, and jsii waits for CDK's engine.
func processorTime(name string, args ...string) (time.Duration, error) {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return 0, err
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}
