// Command tablesessions proves by trial that sessions in a table end when they are ended, and are not lost to a race.
//
//	go run ./bench/tablesessions -cases 100000 -seed 1
//	go run ./bench/tablesessions -mutants
//
// A case is a few minutes of one subject, in a time of its own: logins, requests around the moments at which tokens
// and sessions expire, logouts, ends of all sessions, and the provider's notices, at two environments whose clocks may
// differ. Each stops before and after each call of the table and of the provider, and the next to go on is drawn.
// Calls and answers of the table and of the provider are lost, functions end in the middle, and requests do not wait
// for ever.
//
// What has to be true:
//
//   - no request passes that began after an end of its session succeeded, after its idle time or its longest age;
//   - a session passes until one of them, or until the provider refuses it; it is lost only with a function that ends,
//     or an answer that is lost, between the provider's new tokens and their write;
//   - the provider takes each refresh token once, and is asked once where a token has expired: no other request asks,
//     unless a function ended or clocks differ by more than leases allow for;
//   - a login that meets its sid's end does not outlast it; a token of the provider counts once;
//   - where nothing fails, each request gets an answer;
//   - at the end, all environments agree, and the list has the sessions that pass.
//
// With -mutants it puts faults into the source of package tablesession, one after the other, and expects each to be
// found.
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/trial"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

func main() {
	cases := flag.Int("cases", 100_000, "how many `cases` to try")
	seed := flag.Uint64("seed", 1, "where the random numbers begin")
	only := flag.Int("case", -1, "try one `case` alone, and print what happens")
	withMutants := flag.Bool("mutants", false, "put faults into the source instead, each of which has to be found")
	flag.Parse()
	log.SetFlags(0)
	switch {
	case *withMutants:
		if err := findMutants(*cases, *seed); err != nil {
			log.Fatal(err)
		}
		return
	case *only >= 0:
		w, err := try(*seed, *only, sound, trial.Tally{})
		fmt.Println(strings.Join(w.trace, "\n"))
		if err != nil {
			log.Fatal(err)
		}
		return
	}
	start := time.Now()
	t, err := tryAll(*cases, *seed, sound)
	fmt.Print(t)
	fmt.Printf("%.0f cases a second\n", float64(t["cases"])/time.Since(start).Seconds())
	if err != nil {
		log.Print(err)
		os.Exit(1)
	}
}

// tryAll tries cases, up to the first that fails.
func tryAll(cases int, seed uint64, f fault) (trial.Tally, error) {
	return trial.Numbered(cases, runtime.GOMAXPROCS(0), func(number int, t trial.Tally) error {
		if _, err := try(seed, number, f, t); err != nil {
			return fmt.Errorf("seed %d, case %d: %w", seed, number, err)
		}
		return nil
	})
}

// keys are those of all cases. Their clock stands still: they are fetched once.
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
