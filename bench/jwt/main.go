// Command jwt compares the time to verify a token in Gatehouse and in other Go libraries.
//
//	cd bench/jwt && go run .
//
// All verify the same token of 700 bytes: signature, issuer, audience, expiry and not-before. The keys are in memory.
//
// The libraries run interleaved, in short batches. The result is the ratio of a library's fastest batch to the fastest
// batch of the signature check alone, because other work on the machine disturbs the fastest batches least.
//
// The command is a separate module, so that Gatehouse does not depend on the other libraries.
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

// contender verifies the same token at each call.
type contender struct {
	name   string
	verify func() error
	atMost float64 // the bound for Gatehouse's ratio; 0 for none
}

// batch is the number of calls in a batch.
const batch = 20

func main() {
	rounds := flag.Int("rounds", 1500, "the number of batches of each library")
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

// micros returns the time of one call of a batch, in microseconds.
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
			continue // the peer of all others
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
			AtMost:   c.atMost,
		}
		figures.Report(f)
	}
	return nil
}
