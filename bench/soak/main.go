//go:build linux

// Command soak keeps "gatehouse dev --watch" busy on the example for as long as it is told, kills its functions'
// processes at random meanwhile, has it swap the API for a new one now and then, and reports what went wrong.
//
//	go run ./bench/soak -duration 1h
//
// It sends right and wrong requests at a steady rate over loopback: public ones, ones with tokens of several callers,
// without a token, with forged, foreign and expired ones, with too few rights, with bodies that are taken and that are
// not, to orders, routes and stages that do not exist. The answer to each is known, and where a function makes it, it
// quotes something that no other request has, so that a mix-up is seen. What must hold:
//
//   - a request that must not pass never gets a 2xx, and no request gets another one's answer;
//   - every request is answered;
//   - there are no more answers of 5xx than processes were killed, and each had a kill while it was under way;
//   - memory and open files of the gateway do not grow over the second half, and it has no more threads than its processes
//     need; when it is idle in the end, the goroutines that are left are as few as after its start;
//   - nothing is left of it, however it ends: by SIGTERM, by a crash (SIGQUIT), or killed itself.
//
// It does not measure how fast the gateway is, and it does not try what AWS would do: the tests do. It needs Linux, as
// it reads /proc. Give it a rate that leaves the machine room, and nice.
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
	flag.DurationVar(&s.duration, "duration", time.Hour, "how long the load lasts")
	flag.IntVar(&s.rate, "rate", 300, "requests per second")
	flag.IntVar(&s.workers, "workers", 32, "how many requests are under way at a time, at most")
	flag.DurationVar(&s.killEvery, "kill-every", 400*time.Millisecond, "how long it is between two kills, on average")
	flag.DurationVar(&s.swapEvery, "swap-every", 20*time.Second, "how long it is between two changes of the app")
	flag.DurationVar(&s.sampleEvery, "sample-every", 10*time.Second, "how often memory is looked at")
	flag.StringVar(
		&s.binary,
		"gatehouse",
		"",
		"the command, built; by default it is built from this folder, the repository's root",
	)
	flag.StringVar(
		&s.assembly,
		"assembly",
		"",
		"the example's cloud assembly with functions for this machine; by default it is synthesized",
	)
	from := flag.String("hand-out", "", "not for you: to be the app, whose assembly is this one")
	flag.Parse()
	if *from != "" {
		if err := handOut(*from, os.Getenv("CDK_OUTDIR")); err != nil {
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

// brief is how long the load lasts in runs that test how the gateway ends.
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
		{"the soak, ended by a crash", s.duration, syscall.SIGQUIT},
		{"a short run, ended by SIGTERM under load", brief, syscall.SIGTERM},
		{"a short run, killed under load", brief, syscall.SIGKILL},
	} {
		fmt.Printf("%s: %s\n", time.Now().Format(time.DateTime), phase.name)
		if err := s.phase(ctx, v, phase.duration, phase.end); err != nil {
			return false, fmt.Errorf("%s: %w", phase.name, err)
		}
		if ctx.Err() != nil {
			fmt.Println("it was stopped early: what follows is of the time until then")
			break
		}
	}
	return v.print(), nil
}

// build builds what was not given on the command line.
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
