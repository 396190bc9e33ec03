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

// bound is what the project set itself, of the processor time against the same in L2.
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

// cost is what a synthesis took.
type cost struct {
	synthesis float64 // from the app's construction to the end of synthesis, in milliseconds
	processor float64 // in milliseconds, of the whole process with all children
	memory    float64 // in megabytes: the most of the app, and the most of its largest child, added up
}

// measure compares an app of many routes or stacks with the same app written directly.
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
		fmt.Fprintf(os.Stderr, "pair %d of %d: %.0f ms and %.0f MB, directly %.0f ms and %.0f MB\n",
			i+1, pairs, a.processor, a.memory, b.processor, b.memory)
	}
	fmt.Printf("%s, %d pairs; medians, the ratios pair by pair\n", s.of, pairs)
	for i, f := range []figures.Figure{
		{Name: "processor time", Unit: "ms", AtMost: bound(s.of)},
		{Name: "peak memory", Unit: "MB", AtMost: 1},
	} {
		f.Subject, f.Peer = s.of.String(), "the same with CDK's L2"
		ratios := figures.ReportPairs(f, gatehouse[i], direct[i])
		fmt.Printf("%-65s pairs from %.3f to %.3f\n", "", slices.Min(ratios), slices.Max(ratios))
	}
	return nil
}

// command is a program that synthesizes a shape into a folder.
type command func(of shape.Shape, out string) *exec.Cmd

func (s *sides) gatehouse(of shape.Shape, out string) *exec.Cmd {
	return measured(s.ours(), append(of.Args(), "-out", out)...)
}

// ours is the program with Gatehouse.
func (s *sides) ours() string {
	if s.of.Many() {
		return filepath.Join(s.dir, "gatehouse")
	}
	return filepath.Join(s.dir, "orders")
}

func (s *sides) l2(of shape.Shape, out string) *exec.Cmd {
	args := append(of.Args(), "-out", out, "-words", s.words(), "-built", s.first())
	return measured(filepath.Join(s.dir, "l2"), args...)
}

// measured is a process to measure: without CDK's own validation of templates, which takes ten times as long as all the
// rest on both sides, unless the user sets that; and without more certificates for Node.js, which an environment behind
// a proxy has. Each process of Node.js parses them when it starts, and jsii starts two: 76 ms of processor time on both
// sides for what no synthesis here looks at, a tenth of the 0.8 s that 100 routes take.
func measured(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "CDK_VALIDATION="+cmp.Or(os.Getenv("CDK_VALIDATION"), "false"),
		jsiienv.SilenceEndOfLife+"="+cmp.Or(os.Getenv(jsiienv.SilenceEndOfLife), "18,20,22,24"),
		"NODE_EXTRA_CA_CERTS=")
	cmd.Stderr = os.Stderr
	return cmd
}

// run is one synthesis. wait4 counts the processor time of a process with the children that it waited for, and jsii
// waits for CDK's engine.
func (s *sides) run(side command) (cost, error) {
	out := filepath.Join(s.dir, "measured")
	cmd := side(s.of, out)
	said, err := cmd.Output()
	if err != nil {
		return cost{}, err
	}
	var c cost
	var own, child float64
	if _, err := fmt.Fscan(bytes.NewReader(said), &c.synthesis, &own, &child); err != nil {
		return cost{}, fmt.Errorf("%q: %w", said, err)
	}
	c.processor = float64((cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Milliseconds())
	c.memory = own + child
	return c, os.RemoveAll(out)
}
