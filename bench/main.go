// Command bench runs all benchmarks that are below it, but for the hour of load, and writes what they measured as
// a table and as a picture: results.md and results.svg beside this file.
//
//	go run ./bench
//
// It takes about eight minutes, needs Node.js and npm for the peers that run in it, and means most on a machine that
// does nothing else. What counts are ratios, each within one run against something named; README.md says what each
// compares.
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

// folder is where the benchmarks are, from the repository's root.
const folder = "bench"

// benchmark is a command to run.
type benchmark struct {
	name string
	dir  string   // from the repository's root
	args []string // of the go command
}

var all = []benchmark{
	{name: "jwt", dir: folder + "/jwt", args: []string{"run", "."}},
	{name: "authorizer", dir: ".", args: []string{"run", "./" + folder + "/authorizer"}},
	{name: "gateway", dir: ".", args: []string{"run", "./" + folder + "/gateway"}},
	{name: "loop", dir: ".", args: []string{"run", "./" + folder + "/loop"}},
	{name: "synth", dir: ".", args: []string{"run", "./" + folder + "/synth"}},
}

func main() {
	var names []string
	for _, b := range all {
		names = append(names, b.name)
	}
	only := flag.String("only", strings.Join(names, ","), "which to run; the files are then written of these alone")
	out := flag.String("out", folder, "where results.md and results.svg go")
	flag.Parse()
	if err := run(strings.Split(*only, ","), *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(only []string, out string) error {
	for _, name := range only {
		if !slices.ContainsFunc(all, func(b benchmark) bool { return b.name == name }) {
			return fmt.Errorf("there is no benchmark %q", name)
		}
	}
	if _, err := os.Stat(folder); err != nil {
		return fmt.Errorf("run it in the repository's root: %w", err)
	}
	dir, err := os.MkdirTemp("", "gatehouse-benchmarks-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	gathered := filepath.Join(dir, "figures")
	before := machine.Load()
	for _, b := range all {
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
	if err := os.WriteFile(filepath.Join(out, "results.md"), []byte(table(measuredOn(before), measured)), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "results.svg"), []byte(plot(measured)), 0o644)
}

// measuredOn is the machine, in a sentence.
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
