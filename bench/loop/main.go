// Command loop measures the time from a saved file to the first new answer of "gatehouse dev --watch", and compares it
// with wrangler dev, which does the same for Cloudflare Workers.
//
//	go run ./bench/loop
//
// It needs Node.js and npm. npm installs wrangler once, into the user's cache folder.
//
// The command copies the example into a temporary folder and serves the copy. It saves each of these files ten times,
// interleaved, and requests the API every 10 ms until the answer is new:
//
//   - a file of the function's main package: the function is built;
//   - a file of package orders, which the stack imports too: the function is built, then the app runs;
//   - the stack, which gets another route: the app is compiled, linked with CDK and run, and the new API is served.
//
// It saves the next file two seconds after everything caused by the previous one is done. Another client requests
// GET /health all the time. If a request is not answered with 200, it is lost, and the benchmark fails.
//
// wrangler dev serves a worker in JavaScript with the same answers. Its edits are of the worker, and of a variable in
// its settings, which is closest to an edit of a stack. It is faster: it bundles with esbuild and runs in one process,
// and does not compile, link or synthesize.
//
// The command does not measure the first start or a browser.
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
	flag.IntVar(&b.edits, "edits", 10, "the number of edits of each kind")
	only := flag.String("only", "gatehouse,wrangler", "the `servers` to measure")
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
	dir   string // the folder of this run
}

// The project's bounds, in seconds, on two processors with warm caches.
const (
	functionBound = 1.5
	stackBound    = 4.0
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

// times has the elapsed time and the processor time of each edit until its new answer, in seconds.
type times struct{ passed, used []float64 }

// report reports the times of edits compared with their bound, and with the peer's edit if that was measured.
func report(name string, t times, bound, peer float64) {
	fmt.Printf("\nseconds from the saved file to the new answer, %s: %.2f\n", name, t.passed)
	fmt.Printf("seconds of processor time: %.2f, median %.2f\n", t.used, figures.Median(t.used))
	f := figures.Figure{Subject: "the inner loop", Name: name, Unit: "s", Measured: figures.Median(t.passed)}
	limit := f
	limit.Peer, limit.Against, limit.Ratio, limit.AtMost = "the limit", bound, f.Measured/bound, 1
	figures.Report(limit)
	if peer > 0 {
		f.Subject, f.Peer, f.Against, f.Ratio = "the inner loop, against a peer", "wrangler dev", peer, f.Measured/peer
		figures.Report(f)
	}
}

// copyTree copies files into a folder under their names.
func copyTree(dir string, names []string) error {
	for _, name := range names {
		info, err := os.Lstat(name)
		if err != nil || !info.Mode().IsRegular() {
			continue // a link, or a removed file whose removal is not committed
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := save(filepath.Join(dir, name), text); err != nil {
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
