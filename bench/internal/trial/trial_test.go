package trial

import (
	"errors"
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

// TestWorkers expects the counts of all workers, including one that fails, and its error.
func TestWorkers(t *testing.T) {
	fault, sum := errors.New("a fault"), 0
	err := Workers(4, func(worker int) (int, error) {
		if worker == 2 {
			return 100, fault
		}
		return worker, nil
	}, func(n int) { sum += n })
	if err != fault || sum != 104 {
		t.Errorf("got %d, %v, want 104 and %v", sum, err, fault)
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
