// Command synth measures what the constructs cost at synth: the example, or an app of many routes or stacks, against
// the same templates written directly with CDK's L2 constructs.
//
//	go run ./bench/synth
//
// Each synthesis is a process of its own, as "go run ./app" is one, of a program of its own: commands gatehouse and
// orders link Gatehouse, and command l2 does not. The two take turns. Compared are the time from the app's construction
// to the end of synthesis, with the functions built, and the whole process, in which Gatehouse also asks the go command
// whether they still are; the direct one's functions are copied as they lie there. The templates are compared first:
// they are the same but for hashes (those of the direct one's assets and of its deployment are made by CDK alone) and
// for the metadata that Gatehouse's checks read, so that nothing is left out of the direct side. What counts is the
// ratio; the times are this machine's.
//
// With -routes it measures one stack whose API has so many routes, and with -stacks an app of so many stacks, each with
// an API of ten routes. -authorizer says who guards them: a function of one's own, a user pool, or the included
// authorizer, whose executable and that of a Go backend Gatehouse also builds, hashes and writes.
//
//	go run ./bench/synth -routes 300
//	go run ./bench/synth -stacks 50 -authorizer included
//
// Compared is then the processor time of the whole process, with that of CDK's engine and of the go command, which are
// children of it: it does not depend on what else the machine does as a clock would. And the most memory that the app
// and CDK's engine had resident, added up.
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
	var of shape.Shape
	of.Flags(flag.CommandLine)
	pairs := flag.Int("pairs", 15, "how many times each is synthesized")
	flag.Parse()
	if err := of.Check(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := run(of, *pairs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(of shape.Shape, pairs int) error {
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
	s := &sides{dir: dir, of: of}
	if err := s.prepare(); err != nil {
		return err
	}
	if of.Many() {
		return s.measure(pairs)
	}
	return s.measureExample(pairs)
}

// sides are two programs.
type sides struct {
	dir string // of the programs, and of what they write
	of  shape.Shape
}

func (s *sides) words() string { return filepath.Join(s.dir, "words.json") }

// first is an assembly of Gatehouse's side, whose executables the other one takes.
func (s *sides) first() string { return filepath.Join(s.dir, "first") }

// prepare waits for jsii, builds the functions, and wants both sides to write the same template.
func (s *sides) prepare() error {
	for _, flag := range []string{"-load", "-index"} {
		if err := measured(filepath.Join(s.dir, "l2"), flag).Run(); err != nil {
			return err
		}
	}
	words, err := measured(s.ours(), append(s.of.Args(), "-words")...).Output()
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.words(), words, 0o644); err != nil {
		return err
	}
	one, name := s.of, "Orders"
	if s.of.Many() {
		one.Stacks, name = min(s.of.Stacks, 1), shape.StackID(0)
	}
	if err := s.gatehouse(one, s.first()).Run(); err != nil {
		return err
	}
	theirs := filepath.Join(s.dir, "theirs")
	if err := s.l2(one, theirs).Run(); err != nil {
		return err
	}
	return same(s.first(), theirs, name)
}

// measureExample compares the time that the example takes.
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
	fmt.Printf("the same template, %d pairs; medians, the ratios pair by pair\n", pairs)
	for i, f := range []figures.Figure{{Name: "functions built", AtMost: 1.15}, {Name: "after waiting for go list"}} {
		f.Subject, f.Peer, f.Unit = "synthesis of the example", "the same template with CDK's L2", "ms"
		ratios := figures.ReportPairs(f, gatehouse[i], direct[i])
		fmt.Printf("%-65s pairs from %.3f to %.3f\n", "", slices.Min(ratios), slices.Max(ratios))
	}
	return nil
}
