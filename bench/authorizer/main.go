// Command authorizer measures the included authorizer: its decisions against the signature alone, its binary and its
// start against the smallest Lambda function in Go, and its answers against aws-jwt-verify in Node; and the login
// function's binary and start.
//
//	go run ./bench/authorizer
//
// What counts are the ratios: both sides of one are measured in turns, several times, and the median of the rounds is
// taken; the times are this machine's. Node and npm are needed for the last part, which fetches aws-jwt-verify into a
// temporary folder.
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
	rounds := flag.Int("rounds", 15, "how many rounds each measurement has")
	only := flag.String("only", "decision,size,start,first,warm,login", "what to measure")
	modules := flag.String(
		"modules",
		"",
		"a folder with node_modules/aws-jwt-verify; by default npm makes a temporary one",
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
	}{{"decision", b.decision}, {"size", b.size}, {"start", b.start}, {"first", b.first}, {"warm", b.warm},
		{"login", b.login}} {
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

// report reports two values, their ratio, and the ratio's limit (0 for none).
func (b *bench) report(f figures.Figure, ours, theirs, ratio, most float64) {
	f.Measured, f.Against, f.Ratio, f.AtMost = ours, theirs, ratio, most
	figures.Report(f)
}

// reportRounds reports the medians of rounds that were measured in turns, and the median of their ratios.
func (b *bench) reportRounds(f figures.Figure, ours, theirs []float64, most float64) {
	f.AtMost = most
	figures.ReportPairs(f, ours, theirs)
}
