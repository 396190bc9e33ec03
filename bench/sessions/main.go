// Command sessions searches for a forged cookie or callback that begins or continues a session.
//
//	go run ./bench/sessions -cases 1000000 -seed 1
//
// A case changes what a browser would send: the cookies of a session, the cookies of a login attempt, or the query and
// the cookies of a callback. It changes bits, characters and bytes; cuts and splices values; mixes cookies of several
// sessions, hosts, names and keys; and uses tricks with base64, names and the Cookie header. Some cases change nothing.
//
// The command fails if
//
//   - a session or an attempt opens that was not sealed for this host and name with exactly these values, or its
//     content differs from what was sealed;
//   - a callback begins a session without the state, the code and the attempt's cookie of one login;
//   - a log contains a part of a cookie, a state or a code;
//   - there is a panic or an unexpected error.
package main

import (
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/trial"
)

func main() {
	cases := flag.Int("cases", 1_000_000, "the number of `cases`")
	seed := flag.Uint64("seed", 1, "the seed of the random numbers")
	workers := flag.Int("workers", runtime.GOMAXPROCS(0), "the number of concurrent cases")
	flag.Parse()
	log.SetFlags(0)
	start := time.Now()
	t, err := tryAll(*cases, *seed, *workers)
	fmt.Printf("%s%-40s %9d\n", t, "cases", sum(t))
	fmt.Printf("%.0f cases per second\n", float64(sum(t))/time.Since(start).Seconds())
	if err != nil {
		log.Print(err)
		os.Exit(1)
	}
}

// tryAll tries cases and counts their outcomes. Each worker has its own random numbers and functions.
func tryAll(cases int, seed uint64, workers int) (trial.Tally, error) {
	total := trial.Tally{}
	err := trial.Workers(workers, func(worker int) (trial.Tally, error) {
		t := trial.Tally{}
		return t, try(cases/workers+1, seed, uint64(worker), t)
	}, total.Add)
	return total, err
}

// sum returns the number of all cases.
func sum(t trial.Tally) (n int) {
	for _, count := range t {
		n += count
	}
	return n
}

// try tries the cases of one worker.
func try(cases int, seed, worker uint64, t trial.Tally) error {
	r := rand.New(rand.NewPCG(seed, worker))
	cookies, err := newCookies(r)
	if err != nil {
		return err
	}
	callbacks, err := newCallbacks(r)
	if err != nil {
		return err
	}
	for range cases {
		attempt := cookies.trySession
		switch n := r.IntN(10); {
		case n < 2:
			attempt = cookies.tryAttempt
		case n < 4:
			attempt = callbacks.try
		}
		end, err := guarded(attempt)
		if err != nil {
			return fmt.Errorf("seed %d, worker %d: %w", seed, worker, err)
		}
		t[end]++
	}
	return nil
}

// guarded turns a panic into an error.
func guarded(attempt func() (end string, err error)) (end string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return attempt()
}
