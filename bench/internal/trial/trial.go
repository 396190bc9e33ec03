// Package trial tries many random cases on several workers and counts their outcomes.
//
// The caller draws the cases. It uses a seed and the number of the case or of the worker, so that it can repeat a case
// that fails.
package trial

import (
	"flag"
	"fmt"
	"log"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Tally counts outcomes by name.
type Tally map[string]int

// Add adds the counts of another tally.
func (t Tally) Add(o Tally) {
	for name, n := range o {
		t[name] += n
	}
}

// String returns a line for each name, sorted.
func (t Tally) String() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(t)) {
		fmt.Fprintf(&b, "%-40s %9d\n", name, t[name])
	}
	return b.String()
}

// Search tries cases and counts their outcomes. Its error is that of a case which fails.
type Search func(cases int, seed uint64, workers int) (Tally, error)

// Main runs a search as a command: it reads the flags -seed and -workers, that for the number of cases, such as
// "cases", and those that the caller has defined, and prints the counts. If a case fails, the command exits with 1.
func Main(unit string, cases int, search Search) {
	flag.IntVar(&cases, unit, cases, "the number of `"+unit+"`")
	seed := flag.Uint64("seed", 1, "the seed of the random numbers")
	workers := flag.Int("workers", runtime.GOMAXPROCS(0), "the number of concurrent cases")
	flag.Parse()
	log.SetFlags(0)
	start := time.Now()
	t, err := search(cases, *seed, *workers)
	fmt.Print(t)
	if n := t[unit]; n > 0 {
		fmt.Printf("%.0f %s per second\n", float64(n)/time.Since(start).Seconds(), unit)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// ByWorker tries cases on several workers, each with random numbers of its own. try adds to the tally of its worker.
func ByWorker(cases int, seed uint64, workers int, try func(r *rand.Rand, cases int, t Tally) error) (Tally, error) {
	return each(workers, func(worker int, t Tally) error {
		if err := try(rand.New(rand.NewPCG(seed, uint64(worker))), cases/workers+1, t); err != nil {
			return fmt.Errorf("seed %d, worker %d: %w", seed, worker, err)
		}
		return nil
	})
}

// Numbered tries the cases from number 0 on, and begins no case after one has failed. Workers finish the cases that
// they have begun. try adds to the tally of its worker.
func Numbered(cases, workers int, try func(number int, t Tally) error) (Tally, error) {
	var (
		next   atomic.Int64
		failed atomic.Bool
	)
	return each(workers, func(_ int, t Tally) error {
		for !failed.Load() {
			i := int(next.Add(1)) - 1
			if i >= cases {
				break
			}
			if err := try(i, t); err != nil {
				failed.Store(true)
				return err
			}
		}
		return nil
	})
}

// each runs workers and adds up their counts, including those of workers that fail. It returns the first error.
func each(workers int, work func(worker int, t Tally) error) (Tally, error) {
	var (
		mu    sync.Mutex
		tasks sync.WaitGroup
		total = Tally{}
		first error
	)
	for w := range workers {
		tasks.Go(func() {
			t := Tally{}
			err := work(w, t)
			mu.Lock()
			defer mu.Unlock()
			total.Add(t)
			if first == nil {
				first = err
			}
		})
	}
	tasks.Wait()
	return total, first
}
