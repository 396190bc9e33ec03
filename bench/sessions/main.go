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
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

func main() {
	cases := flag.Int("cases", 1_000_000, "how many `cases` to try")
	seed := flag.Uint64("seed", 1, "where the random numbers begin")
	workers := flag.Int("workers", runtime.GOMAXPROCS(0), "how many to try at once")
	flag.Parse()
	log.SetFlags(0)
	start := time.Now()
	t, err := tryAll(*cases, *seed, *workers)
	fmt.Print(t)
	fmt.Printf("%.0f cases a second\n", float64(t.cases())/time.Since(start).Seconds())
	if err != nil {
		log.Print(err)
		os.Exit(1)
	}
}

// tally counts how cases ended, by what was changed: "session: opened".
type tally map[string]int

func (t tally) cases() (n int) {
	for _, count := range t {
		n += count
	}
	return n
}

func (t tally) String() (s string) {
	for _, name := range slices.Sorted(maps.Keys(t)) {
		s += fmt.Sprintf("%-40s %9d\n", name, t[name])
	}
	return s + fmt.Sprintf("%-40s %9d\n", "cases", t.cases())
}

// tryAll tries cases, each worker with random numbers and functions of its own.
func tryAll(cases int, seed uint64, workers int) (tally, error) {
	total := tally{}
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		fault error
	)
	for w := range workers {
		wg.Go(func() {
			t := tally{}
			err := t.try(cases/workers+1, seed, uint64(w))
			mu.Lock()
			defer mu.Unlock()
			for name, n := range t {
				total[name] += n
			}
			if err != nil && fault == nil {
				fault = err
			}
		})
	}
	wg.Wait()
	return total, fault
}

func (t tally) try(cases int, seed, worker uint64) error {
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
