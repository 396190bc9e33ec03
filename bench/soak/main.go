//go:build linux

// Command soak tests "gatehouse dev --watch" under load. Meanwhile it kills the functions' processes at random and
// changes the app, so that the gateway swaps in a new API. Then it reports errors.
//
//	go run ./bench/soak -duration 1h
//
// It needs Linux, because it reads /proc. Choose a rate that leaves processor time on the machine, and run it with
// nice.
//
// It sends valid and invalid requests to the example at a steady rate over loopback. The invalid ones have no token, a
// forged, foreign or expired token, a token with too few rights, a body that is rejected, or an order, route or stage
// that does not exist. The answer to each request is known. An answer from a function quotes a text that no other
// request has, so that a swapped answer is found. The command checks that
//
//   - no request that must not pass gets a 2xx, and no request gets the answer of another;
//   - every request is answered;
//   - there are no more answers with 5xx than kills, and there was a kill during each such request;
//   - the gateway's memory and open files do not grow over the second half, it has no more threads than its processes
//     need, and few goroutines are left when it is idle at the end;
//   - no process is left, whether the gateway ends by SIGTERM, crashes (SIGQUIT) or is killed.
//
// It does not measure the speed of the gateway, or compare its answers with those of AWS.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/example"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/machine"
)

func main() {
	var s soak
	flag.DurationVar(&s.duration, "duration", time.Hour, "the duration of the load")
	flag.IntVar(&s.rate, "rate", 300, "requests per second")
	flag.IntVar(&s.workers, "workers", 32, "the maximum number of concurrent requests")
	flag.DurationVar(&s.killEvery, "kill-every", 400*time.Millisecond, "the average time between two kills")
	flag.DurationVar(&s.swapEvery, "swap-every", 20*time.Second, "the time between two changes of the app")
	flag.DurationVar(&s.sampleEvery, "sample-every", 10*time.Second, "the time between two samples of memory")
	flag.StringVar(
		&s.binary,
		"gatehouse",
		"",
		"the built command gatehouse; by default it is built from the working directory, the repository's root",
	)
	flag.StringVar(
		&s.assembly,
		"assembly",
		"",
		"the example's cloud assembly with functions for this machine; by default it is synthesized",
	)
	handedOut := flag.String("hand-out", "", "for internal use: run as the app, and copy this assembly")
	flag.Parse()
	if *handedOut != "" {
		if err := handOut(*handedOut, os.Getenv("CDK_OUTDIR")); err != nil {
			fmt.Fprintln(os.Stderr, "soak:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	passed, err := s.run(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
	}
	if err != nil || !passed {
		stop()
		os.Exit(1)
	}
}

// soak is one run.
type soak struct {
	duration, killEvery, swapEvery, sampleEvery time.Duration
	rate, workers                               int
	binary, assembly                            string

	dir string // a temporary folder
}

// brief is the duration of the load in runs that test the end of the gateway.
const brief = 10 * time.Second

func (s *soak) run(ctx context.Context) (passed bool, err error) {
	if s.dir, err = os.MkdirTemp("", "gatehouse-soak-"); err != nil {
		return false, err
	}
	defer os.RemoveAll(s.dir)
	if err := s.build(ctx); err != nil {
		return false, err
	}
	fmt.Printf("%s: %d requests per second for %s, a kill every %s, load %s\n",
		time.Now().Format(time.DateTime), s.rate, s.duration, s.killEvery, machine.Load())
	v := &verdict{}
	for _, phase := range []struct {
		name     string
		duration time.Duration
		end      syscall.Signal
	}{
		{"the long run, ended by a crash", s.duration, syscall.SIGQUIT},
		{"a short run, ended by SIGTERM under load", brief, syscall.SIGTERM},
		{"a short run, killed under load", brief, syscall.SIGKILL},
	} {
		fmt.Printf("%s: %s\n", time.Now().Format(time.DateTime), phase.name)
		if err := s.phase(ctx, v, phase.duration, phase.end); err != nil {
			return false, fmt.Errorf("%s: %w", phase.name, err)
		}
		if ctx.Err() != nil {
			fmt.Println("the run was stopped early; the results are of the time until then")
			break
		}
	}
	return v.print(), nil
}

// build builds the command and the assembly if the flags do not name them.
func (s *soak) build(ctx context.Context) error {
	if s.binary == "" {
		if err := example.Build(ctx, s.dir, example.Command); err != nil {
			return err
		}
		s.binary = filepath.Join(s.dir, "gatehouse")
	}
	if s.assembly == "" {
		s.assembly = filepath.Join(s.dir, "cdk.out")
		return example.Synthesize(ctx, s.assembly)
	}
	return nil
}
