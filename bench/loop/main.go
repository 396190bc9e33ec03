// Command loop measures the inner loop of "gatehouse dev --watch": from a saved file to the first new answer, against
// wrangler dev, which does the same for Cloudflare Workers.
//
//	go run ./bench/loop
//
// The example is copied into a temporary folder and served there. Ten times each, in turns, a file is saved and the API
// asked every few milliseconds until the answer is the new one:
//
//   - a file that only the function's package has: the function is built;
//   - a file of the package orders, which the stack imports too: the function is built, then the app runs;
//   - the stack: a route is added, the app is compiled and linked with CDK, runs, and is served.
//
// The next file is saved two seconds after all that followed the last one is done. Meanwhile another client asks for
// GET /health all the time: a request that is not answered by 200 is lost, and ends the benchmark.
//
// wrangler dev serves a worker in JavaScript with the same two answers; its edits are one of the worker, and one of a
// variable in its settings, which is the nearest to an edit of a stack. It bundles with esbuild and runs in one
// process: there is no compiler, no link and no synthesis, so it is the faster one, and shows how near the rest
// comes.
//
// It does not measure the first start, nor a browser. Needed are Node.js and npm, which fetches the peer once, into the
// user's cache folder.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/machine"
)

func main() {
	b := &bench{}
	flag.IntVar(&b.edits, "edits", 10, "how many edits of each kind are measured")
	only := flag.String("only", "gatehouse,wrangler", "what to measure")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := b.run(ctx, strings.Split(*only, ","))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "loop:", err)
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	edits int
	dir   string // of this run
}

// The bounds of the project, in seconds, on two processors with warm caches.
const (
	mostFunction = 1.5
	mostStack    = 4.0
)

func (b *bench) run(ctx context.Context, only []string) (err error) {
	if b.dir, err = os.MkdirTemp("", "gatehouse-loop-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	fmt.Println(machine.Line())
	peer := map[string]float64{}
	if slices.Contains(only, "wrangler") {
		if peer, err = b.wrangler(ctx); err != nil {
			return fmt.Errorf("wrangler dev: %w", err)
		}
	}
	if slices.Contains(only, "gatehouse") {
		if err := b.gatehouse(ctx, peer); err != nil {
			return fmt.Errorf("gatehouse dev: %w", err)
		}
	}
	fmt.Printf("\nload %s\n", machine.Load())
	return nil
}

// times are the seconds that each edit took until its new answer: those that passed, and those of processor time.
type times struct{ passed, used []float64 }

// report says what an edit took against its bound, and against the peer's edit if that was measured.
func report(name string, t times, most, peer float64) {
	fmt.Printf("\nseconds from the saved file to the new answer, %s: %.2f\n", name, t.passed)
	fmt.Printf("of processor time: %.2f, median %.2f\n", t.used, figures.Median(t.used))
	f := figures.Figure{Subject: "the inner loop", Name: name, Unit: "s", Measured: figures.Median(t.passed)}
	limit := f
	limit.Peer, limit.Against, limit.Ratio, limit.AtMost = "the limit", most, f.Measured/most, 1
	figures.Report(limit)
	if peer > 0 {
		f.Subject, f.Peer, f.Against, f.Ratio = "the inner loop, against a peer", "wrangler dev", peer, f.Measured/peer
		figures.Report(f)
	}
}

// copyTree copies files by their names into a folder.
func copyTree(to string, names []string) error {
	for _, name := range names {
		info, err := os.Lstat(name)
		if err != nil || !info.Mode().IsRegular() {
			continue // a link, or one that was removed and is not yet committed
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := save(filepath.Join(to, name), text); err != nil {
			return err
		}
	}
	return nil
}

func save(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}
