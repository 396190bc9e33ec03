// Command authorizer measures the included functions:
//
//   - decisions of the authorizer, compared with an RS256 signature check,
//   - the size of the binaries and their start, compared with the smallest Lambda function in Go,
//   - the first decision of a process, compared with a limit,
//   - answers of a warm process and its memory, compared with aws-jwt-verify in Node.js.
//
// Run it in the repository's root:
//
//	go run ./bench/authorizer
//
// Both sides run interleaved, in several rounds. The result is the median of the rounds' ratios. The part "warm" needs
// Node.js and npm, and installs aws-jwt-verify into a temporary folder.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/machine"
)

func main() {
	rounds := flag.Int("rounds", 15, "the number of rounds of each measurement")
	only := flag.String("only", "decision,size,start,first,warm", "the `parts` to measure")
	modules := flag.String(
		"modules",
		"",
		"a `folder` with node_modules/aws-jwt-verify; by default npm installs it into a temporary folder",
	)
	flag.Parse()
	if err := run(*rounds, strings.Split(*only, ","), *modules); err != nil {
		fmt.Fprintln(os.Stderr, "authorizer:", err)
		os.Exit(1)
	}
}

func run(rounds int, only []string, modules string) error {
	dir, err := os.MkdirTemp("", "gatehouse-authorizer-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{rounds: rounds, dir: dir, modules: modules}
	fmt.Printf("%s\n\n", machine.Line())
	for _, part := range []struct {
		name    string
		measure func() error
	}{{"decision", b.decision}, {"size", b.size}, {"start", b.start}, {"first", b.first}, {"warm", b.warm}} {
		if !slices.Contains(only, part.name) {
			continue
		}
		if err := part.measure(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	fmt.Printf("\nload %s\n", machine.Load())
	return nil
}

// bench is one run.
type bench struct {
	rounds  int
	dir     string // temporary
	modules string
}

// report reports two values, their ratio, and the bound of the ratio; 0 for none.
func (b *bench) report(f figures.Figure, ours, theirs, ratio, atMost float64) {
	f.Measured, f.Against, f.Ratio, f.AtMost = ours, theirs, ratio, atMost
	figures.Report(f)
}

// reportRounds reports the median of each side's rounds, and the median of the rounds' ratios.
func (b *bench) reportRounds(f figures.Figure, ours, theirs []float64, atMost float64) {
	f.AtMost = atMost
	figures.ReportPairs(f, ours, theirs)
}
