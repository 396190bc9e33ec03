package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/shape"
	"github.com/gatehouse-cdk/gatehouse/internal/jsiienv"
)

// bound returns the project's bound for the ratio of processor times.
func bound(s shape.Shape) float64 {
	switch {
	case s.Routes >= 100:
		return 0.75
	case s.Routes > 0:
		return 1
	case s.Authorizer == shape.Included:
		return 1.3
	}
	return 1
}

// cost is the cost of a synthesis.
type cost struct {
	synthesis float64 // from the app's construction to the end of synthesis, in milliseconds
	processor float64 // processor time of the process with all children, in milliseconds
	memory    float64 // peak memory of the app plus that of its largest child, in megabytes
}

// measure compares an app of many routes or stacks with the same app in L2.
func (s *sides) measure(pairs int) error {
	var gatehouse, direct [2][]float64 // processor time, memory
	for i := range pairs {
		a, err := s.run(s.gatehouse)
		if err != nil {
			return err
		}
		b, err := s.run(s.l2)
		if err != nil {
			return err
		}
		gatehouse[0], direct[0] = append(gatehouse[0], a.processor), append(direct[0], b.processor)
		gatehouse[1], direct[1] = append(gatehouse[1], a.memory), append(direct[1], b.memory)
		fmt.Fprintf(os.Stderr, "pair %d of %d: %.0f ms and %.0f MB, in L2 %.0f ms and %.0f MB\n",
			i+1, pairs, a.processor, a.memory, b.processor, b.memory)
	}
	fmt.Printf("%s; medians of %d pairs and of their ratios\n", s.spec, pairs)
	for i, f := range []figures.Figure{
		{Name: "processor time", Unit: "ms", AtMost: bound(s.spec)},
		{Name: "peak memory", Unit: "MB", AtMost: 1},
	} {
		f.Subject, f.Peer = s.spec.String(), "the same with CDK's L2"
		ratios := figures.ReportPairs(f, gatehouse[i], direct[i])
		fmt.Printf("%-65s pairs from %.3f to %.3f\n", "", slices.Min(ratios), slices.Max(ratios))
	}
	return nil
}

// command is a program that synthesizes a shape into a folder.
type command func(spec shape.Shape, out string) *exec.Cmd

func (s *sides) gatehouse(spec shape.Shape, out string) *exec.Cmd {
	return measured(s.ours(), append(spec.Args(), "-out", out)...)
}

// ours returns the path of the program with Gatehouse.
func (s *sides) ours() string {
	if s.spec.Many() {
		return filepath.Join(s.dir, "gatehouse")
	}
	return filepath.Join(s.dir, "orders")
}

func (s *sides) l2(spec shape.Shape, out string) *exec.Cmd {
	args := append(spec.Args(), "-out", out, "-words", s.words(), "-built", s.first())
	return measured(filepath.Join(s.dir, "l2"), args...)
}

// measured returns a command to measure.
//
// CDK's validation of templates is off unless the user turns it on, because it takes ten times as long as everything
// else on either side.
//
// NODE_EXTRA_CA_CERTS is empty. Behind a proxy it names certificates, which each process of Node.js parses at start.
// jsii starts two such processes, so this would take 76 ms of processor time on either side, a tenth of the 0.8 s of
// 100 routes. No synthesis here uses the certificates.
func measured(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "CDK_VALIDATION="+cmp.Or(os.Getenv("CDK_VALIDATION"), "false"),
		jsiienv.SilenceEndOfLife+"="+cmp.Or(os.Getenv(jsiienv.SilenceEndOfLife), "18,20,22,24"),
		"NODE_EXTRA_CA_CERTS=")
	cmd.Stderr = os.Stderr
	return cmd
}

// run runs one synthesis. wait4 reports the processor time of a process including the children that it waited for, and
// jsii waits for CDK's engine.
func (s *sides) run(side command) (cost, error) {
	out := filepath.Join(s.dir, "measured")
	cmd := side(s.spec, out)
	printed, err := cmd.Output()
	if err != nil {
		return cost{}, err
	}
	var c cost
	var self, child float64
	if _, err := fmt.Fscan(bytes.NewReader(printed), &c.synthesis, &self, &child); err != nil {
		return cost{}, fmt.Errorf("%q: %w", printed, err)
	}
	c.processor = float64((cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Milliseconds())
	c.memory = self + child
	return c, os.RemoveAll(out)
}
