// Command sessions proves by trial that no cookie and no callback that was tampered with begins or continues a session.
//
//	go run ./bench/sessions -cases 1000000 -seed 1
//
// A case changes what a browser would send: the cookies of a session or of an attempt to log in (bits, characters and
// bytes; cut, spliced from two, mixed among cookies of several sessions, hosts, names and keys; tricks with base64,
// with the Cookie header and with names), or the query and the cookies of a callback. Some cases change nothing that
// counts.
//
// A session or an attempt that opens has to be one that was sealed for this host under this name, value for value, and
// to say what it said. A callback that begins a session has to have the state, the code and the attempt's cookie of one
// login. Anything else, a panic, an error of another kind, and a piece of a cookie, a state or a code in a log fail the
// run.
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
	cases := flag.Int("cases", 1_000_000, "how many `cases` to try")
	seed := flag.Uint64("seed", 1, "where the random numbers begin")
	workers := flag.Int("workers", runtime.GOMAXPROCS(0), "how many to try at once")
	flag.Parse()
	log.SetFlags(0)
	start := time.Now()
	t, err := tryAll(*cases, *seed, *workers)
	fmt.Printf("%s%-40s %9d\n", t, "cases", sum(t))
	fmt.Printf("%.0f cases a second\n", float64(sum(t))/time.Since(start).Seconds())
	if err != nil {
		log.Print(err)
		os.Exit(1)
	}
}

// tryAll tries cases, each worker with random numbers and functions of its own, and counts how they end, by what was
// changed: "session: opened".
func tryAll(cases int, seed uint64, workers int) (trial.Tally, error) {
	total := trial.Tally{}
	err := trial.Workers(workers, func(worker int) (trial.Tally, error) {
		t := trial.Tally{}
		return t, try(cases/workers+1, seed, uint64(worker), t)
	}, total.Add)
	return total, err
}

// sum is the number of all cases.
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
