// Command tablesessions searches for an interleaving in which a session in a table outlives its end or is lost to a
// race.
//
//	go run ./bench/tablesessions -cases 100000 -seed 1
//	go run ./bench/tablesessions -mutants
//
// A case is a few minutes of one user, in simulated time. It has logins, requests around the times at which tokens and
// sessions expire, logouts, ends of all sessions, and the provider's logout notices. They run in two environments whose
// clocks may differ. Each stops before and after each call of the table and of the provider, and the command draws
// which continues. Calls and answers are lost, functions crash, and requests time out.
//
// The command fails unless
//
//   - no request passes that began after an end of its session succeeded, after the idle timeout or the maximum age;
//   - a session passes until then, or until the provider refuses its refresh token. It may be lost only if a function
//     crashes or an answer is lost between the provider's new tokens and their write;
//   - the provider gets each refresh token once. One request renews an expired token, and no other asks the provider,
//     unless a function crashed or the clocks differ by more than leases allow;
//   - a session whose sid ended during its login does not continue, and a logout token of the provider counts once;
//   - each request is answered if nothing fails;
//   - at the end, all environments decide the same, and the list has the sessions that pass.
//
// With -mutants, the command puts one fault at a time into the source of package tablesession, and expects to find
// each.
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/trial"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

func main() {
	only := flag.Int("case", -1, "try only the `case` with this number, and print its trace")
	withMutants := flag.Bool("mutants", false, "put faults into the source, each of which must be found")
	trial.Main("cases", 100_000, func(cases int, seed uint64, workers int) (trial.Tally, error) {
		switch {
		case *withMutants:
			return nil, findMutants(cases, seed)
		case *only >= 0:
			w, err := try(seed, *only, sound, trial.Tally{})
			fmt.Println(strings.Join(w.trace, "\n"))
			return nil, err
		}
		return tryAll(cases, seed, workers, sound)
	})
}

// tryAll tries cases until one fails.
func tryAll(cases int, seed uint64, workers int, f fault) (trial.Tally, error) {
	return trial.Numbered(cases, workers, func(number int, t trial.Tally) error {
		if _, err := try(seed, number, f, t); err != nil {
			return fmt.Errorf("seed %d, case %d: %w", seed, number, err)
		}
		return nil
	})
}

// keys are the keys of all cases. Their clock stands still, so they are fetched once.
var keys = session.KeysOf("a secret of 32 bytes, or of more", func() time.Time { return began })

// try tries one case.
func try(seed uint64, number int, f fault, t trial.Tally) (*world, error) {
	var s [32]byte
	binary.LittleEndian.PutUint64(s[:], seed)
	binary.LittleEndian.PutUint64(s[8:], uint64(number))
	rng := rand.New(rand.NewChaCha8(s))
	s[31] = 1
	m := newModel(rng, keys, rand.NewChaCha8(s), f, t)
	m.draw()
	m.world.run()
	if m.world.fault == nil {
		m.check()
	}
	t["cases"]++
	return m.world, m.world.fault
}
