// Command synth measures the cost of Gatehouse's constructs at synthesis. The peer writes the same templates with CDK's
// L2 constructs.
//
//	go run ./bench/synth
//
// This synthesizes the example. It measures the time from the construction of the app to the end of synthesis, with
// built functions, and the time of the whole process. In the whole process, Gatehouse also asks the go command whether
// the functions are up to date. The peer copies built functions.
//
//	go run ./bench/synth -routes 300
//	go run ./bench/synth -stacks 50 -authorizer included
//
// -routes selects one stack whose API has this many routes. -stacks selects an app with this many stacks, each with an
// API of ten routes. -authorizer selects the guard: a function of the app, a user pool, or the included authorizer.
// With the included authorizer, Gatehouse also builds, hashes and writes the authorizer and a backend in Go.
//
// With -routes or -stacks, the command measures processor time and memory. The processor time is that of the whole
// process with its children, the go command and CDK's engine. Other work on the machine affects it less than the
// elapsed time. The memory is the sum of the peak resident memory of the app and of CDK's engine.
//
// Each synthesis is a separate process, and the two sides are interleaved. Commands gatehouse and orders link
// Gatehouse; command l2 does not. The command first checks that both sides write the same template, except hashes and
// the metadata that Gatehouse's checks read.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/example"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/shape"
)

func main() {
	var spec shape.Shape
	spec.Flags(flag.CommandLine)
	pairs := flag.Int("pairs", 15, "the number of syntheses on each side")
	flag.Parse()
	if err := spec.Check(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := run(spec, *pairs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(spec shape.Shape, pairs int) error {
	dir, err := os.MkdirTemp("", "gatehouse-synth-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := example.Build(context.Background(), dir, "./bench/synth/gatehouse", "./bench/synth/orders",
		"./bench/synth/l2"); err != nil {
		return err
	}
	if err := rewrite(dir); err != nil {
		return err
	}
	s := &sides{dir: dir, spec: spec}
	if err := s.prepare(); err != nil {
		return err
	}
	if spec.Many() {
		return s.measure(pairs)
	}
	return s.measureExample(pairs)
}

// sides are the two programs.
type sides struct {
	dir  string // the folder of the programs and of their output
	spec shape.Shape
}

func (s *sides) words() string { return filepath.Join(s.dir, "words.json") }

// first returns the folder of an assembly of Gatehouse. The L2 side copies its executables.
func (s *sides) first() string { return filepath.Join(s.dir, "first") }

// prepare waits for jsii's index, builds the functions, and checks that both sides write the same template.
func (s *sides) prepare() error {
	for _, flag := range []string{"-load", "-index"} {
		if err := measured(filepath.Join(s.dir, "l2"), flag).Run(); err != nil {
			return err
		}
	}
	words, err := measured(s.ours(), append(s.spec.Args(), "-words")...).Output()
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.words(), words, 0o644); err != nil {
		return err
	}
	checked, name := s.spec, "Orders"
	if s.spec.Many() {
		checked.Stacks, name = min(s.spec.Stacks, 1), shape.StackID(0)
	}
	if err := s.gatehouse(checked, s.first()).Run(); err != nil {
		return err
	}
	theirs := filepath.Join(s.dir, "theirs")
	if err := s.l2(checked, theirs).Run(); err != nil {
		return err
	}
	return same(s.first(), theirs, name)
}

// measureExample compares the time to synthesize the example.
func (s *sides) measureExample(pairs int) error {
	var gatehouse, direct [2][]float64 // synthesis, whole process
	for range pairs {
		for _, side := range []struct {
			run   command
			times *[2][]float64
		}{{s.gatehouse, &gatehouse}, {s.l2, &direct}} {
			start := time.Now()
			spent, err := s.run(side.run)
			if err != nil {
				return err
			}
			side.times[0] = append(side.times[0], spent.synthesis)
			side.times[1] = append(side.times[1], time.Since(start).Seconds()*1000)
		}
	}
	fmt.Printf("the templates are the same; medians of %d pairs and of their ratios\n", pairs)
	for i, f := range []figures.Figure{{Name: "functions built", AtMost: 1.15}, {Name: "after waiting for go list"}} {
		f.Subject, f.Peer, f.Unit = "synthesis of the example", "the same template with CDK's L2", "ms"
		ratios := figures.ReportPairs(f, gatehouse[i], direct[i])
		fmt.Printf("%-65s pairs from %.3f to %.3f\n", "", slices.Min(ratios), slices.Max(ratios))
	}
	return nil
}
