// Command bench runs the benchmarks that compare Gatehouse with a named peer, and writes their results: results.md is a
// table and results.svg a picture.
//
//	go run ./bench
//
// It takes about eight minutes. It needs Node.js and npm, which some peers run in. Use an idle machine.
//
// Each result is the ratio of Gatehouse's figure to the peer's, measured in the same run. README.md describes each
// benchmark, and the searches and the load test, which this command does not run.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/machine"
)

// folder is the folder of the benchmarks, relative to the repository's root.
const folder = "bench"

// benchmark is a command to run.
type benchmark struct {
	name string
	dir  string   // relative to the repository's root
	args []string // of the go command
}

var benchmarks = []benchmark{
	{name: "jwt", dir: folder + "/jwt", args: []string{"run", "."}},
	{name: "authorizer", dir: ".", args: []string{"run", "./" + folder + "/authorizer"}},
	{name: "gateway", dir: ".", args: []string{"run", "./" + folder + "/gateway"}},
	{name: "loop", dir: ".", args: []string{"run", "./" + folder + "/loop"}},
	{name: "synth", dir: ".", args: []string{"run", "./" + folder + "/synth"}},
}

func main() {
	var names []string
	for _, b := range benchmarks {
		names = append(names, b.name)
	}
	only := flag.String("only", strings.Join(names, ","), "the `benchmarks` to run; the results have only these")
	out := flag.String("out", folder, "the `folder` for results.md and results.svg")
	flag.Parse()
	if err := run(strings.Split(*only, ","), *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(only []string, out string) error {
	for _, name := range only {
		if !slices.ContainsFunc(benchmarks, func(b benchmark) bool { return b.name == name }) {
			return fmt.Errorf("unknown benchmark %q", name)
		}
	}
	if _, err := os.Stat(folder); err != nil {
		return fmt.Errorf("run this command in the repository's root: %w", err)
	}
	dir, err := os.MkdirTemp("", "gatehouse-benchmarks-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	gathered := filepath.Join(dir, "figures")
	before := machine.Load()
	for _, b := range benchmarks {
		if !slices.Contains(only, b.name) {
			continue
		}
		fmt.Printf("\n== %s\n", b.name)
		cmd := exec.Command("go", b.args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = b.dir, os.Stdout, os.Stderr
		cmd.Env = append(os.Environ(), figures.Variable+"="+gathered)
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
	}
	measured, err := figures.Read(gathered)
	if err != nil {
		return err
	}
	page := table(measuredOn(before), measured)
	if err := os.WriteFile(filepath.Join(out, "results.md"), []byte(page), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "results.svg"), []byte(plot(measured)), 0o644)
}

// measuredOn describes the day, the machine and its load.
func measuredOn(loadBefore string) string {
	return fmt.Sprintf(
		"%s: %s on %s/%s, %d processors, Node.js %s, load %s before and %s after.",
		time.Now().
			UTC().
			Format(time.DateOnly),
		strings.Replace(runtime.Version(), "go", "Go ", 1),
		runtime.GOOS,
		runtime.GOARCH,
		runtime.NumCPU(),
		node(),
		loadBefore,
		machine.Load(),
	)
}

func node() string {
	text, err := exec.Command("node", "--version").Output()
	if err != nil {
		return "missing"
	}
	return strings.TrimPrefix(strings.TrimSpace(string(text)), "v")
}
