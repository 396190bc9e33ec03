package trial

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
)

// TestNumbered expects each case to be tried once, for several numbers of workers.
func TestNumbered(t *testing.T) {
	for _, workers := range []int{1, 3, 50} {
		var mu sync.Mutex
		tried := map[int]int{}
		got, err := Numbered(20, workers, func(number int, t Tally) error {
			mu.Lock()
			defer mu.Unlock()
			tried[number]++
			t["cases"]++
			if number%2 == 0 {
				t["even"]++
			}
			return nil
		})
		if err != nil || got["cases"] != 20 || got["even"] != 10 || len(tried) != 20 {
			t.Errorf("%d workers: got %v, %v with the cases %v", workers, got, err, tried)
		}
	}
}

// TestNumberedStops expects no case after the one that fails, and the counts of all cases up to it.
func TestNumberedStops(t *testing.T) {
	fault := errors.New("a fault")
	got, err := Numbered(20, 1, func(number int, t Tally) error {
		t["cases"]++
		if number == 5 {
			return fault
		}
		return nil
	})
	if err != fault || got["cases"] != 6 {
		t.Errorf("got %v, %v, want 6 cases and %v", got, err, fault)
	}
}

// TestByWorker: the tally has the counts of all workers, and the error names the worker that failed.
func TestByWorker(t *testing.T) {
	fault := errors.New("a fault")
	got, err := ByWorker(10, 7, 4, func(r *rand.Rand, cases int, t Tally) error {
		t["cases"] += cases
		if r.Uint64() == rand.New(rand.NewPCG(7, 2)).Uint64() {
			return fault
		}
		return nil
	})
	if !errors.Is(err, fault) || err.Error() != "seed 7, worker 2: a fault" || got["cases"] != 4*3 {
		t.Errorf("got %v, %v, want 12 cases and a fault of worker 2", got, err)
	}
}

func TestTally(t *testing.T) {
	total := Tally{"b": 1}
	total.Add(Tally{"a": 20, "b": 2})
	const want = "a                                               20\n" +
		"b                                                3\n"
	if got := total.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
