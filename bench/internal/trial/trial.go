// Package trial tries many random cases on several workers and counts their outcomes.
//
// The caller draws the cases. It uses a seed and the number of the case or of the worker, so that it can repeat a case
// that fails.
package trial

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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

// Workers runs a function on several workers and adds up their counts, including those of workers that fail. It returns
// the first error.
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

// Numbered tries the cases from number 0 on, and begins no case after one has failed. Workers finish the cases that
// they have begun. try adds to the tally of its worker.
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
