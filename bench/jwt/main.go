// Command jwt compares the verification of a token with that of other Go libraries, in one run.
//
//	cd bench/jwt && go run .
//
// It is a module of its own, so that what it compares with is no dependency of Gatehouse. All check signature, issuer,
// audience, expiry and not-before of the same token of 700 bytes, with the keys at hand. They take turns in short
// batches, and each is reported by its fastest batch over that of the bare signature check: what else the machine does
// then counts for all alike.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
)

// contender verifies one token, the same each time.
type contender struct {
	name   string
	verify func() error
	most   float64 // the bound of ours, as a ratio; 0 for none
}

const batch = 20

func main() {
	rounds := flag.Int("rounds", 1500, "how many batches each has")
	flag.Parse()
	fmt.Printf("%s, %s/%s, %d batches of %d\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, *rounds, batch)
	for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
		list, err := contenders(alg)
		if err == nil {
			err = compare(alg, list, *rounds)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, alg+":", err)
			os.Exit(1)
		}
	}
}

// micros is the time of one call, in microseconds.
func micros(batchTook time.Duration) float64 { return float64(batchTook.Nanoseconds()) / batch / 1000 }

func compare(alg string, list []contender, rounds int) error {
	fastest := make([]time.Duration, len(list))
	for range rounds {
		for i, c := range list {
			start := time.Now()
			for range batch {
				if err := c.verify(); err != nil {
					return fmt.Errorf("%s: %w", c.name, err)
				}
			}
			if took := time.Since(start); fastest[i] == 0 || took < fastest[i] {
				fastest[i] = took
			}
		}
	}
	for i, c := range list {
		if i == 0 {
			continue // the others are compared with it
		}
		f := figures.Figure{
			Subject:  "token verification, " + alg,
			Name:     c.name,
			Peer:     "the signature alone",
			Unit:     "us",
			Other:    !strings.HasPrefix(c.name, "gatehouse"),
			Measured: micros(fastest[i]),
			Against:  micros(fastest[0]),
			Ratio:    float64(fastest[i]) / float64(fastest[0]),
			AtMost:   c.most,
		}
		figures.Report(f)
	}
	return nil
}
