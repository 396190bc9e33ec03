// Package trial tries many cases on several workers and counts how they end, for commands that prove a package by
// trial.
//
// It draws no cases: a command draws each from the seed and the number of the case or of the worker, so that a failing
// case can be tried again.
package trial

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Tally counts what happened, by name.
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

// Workers runs a function on several workers and adds up what each counted, even if the worker failed. The error is the
// first one.
func Workers[T any](workers int, work func(worker int) (T, error), add func(T)) error {
	var (
		mu    sync.Mutex
		tasks sync.WaitGroup
		first error
	)
	for w := range workers {
		tasks.Go(func() {
			t, err := work(w)
			mu.Lock()
			defer mu.Unlock()
			add(t)
			if first == nil {
				first = err
			}
		})
	}
	tasks.Wait()
	return first
}

// Numbered tries the cases from number 0 up to the first that fails. The workers finish the cases that they have begun.
// A case counts into the tally of its worker.
func Numbered(cases, workers int, try func(number int, t Tally) error) (Tally, error) {
	var (
		total  = Tally{}
		next   atomic.Int64
		failed atomic.Bool
	)
	err := Workers(workers, func(int) (Tally, error) {
		t := Tally{}
		for !failed.Load() {
			i := int(next.Add(1)) - 1
			if i >= cases {
				break
			}
			if err := try(i, t); err != nil {
				failed.Store(true)
				return t, err
			}
		}
		return t, nil
	}, total.Add)
	return total, err
}
