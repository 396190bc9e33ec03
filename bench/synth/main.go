// Command synth measures what the constructs cost at synth: the example, against the same template written directly
// with CDK's L2 constructs.
//
//	CDK_VALIDATION=false go run ./bench/synth
//
// Each synthesis is a process of its own, as "go run ./app" is one, and the two take turns. Compared are the time from
// the app's construction to the end of synthesis, with the functions built, and the whole process, in which Gatehouse
// also asks the go command whether they still are; the direct one's functions are copied as they lie there. The
// templates are compared first: they are the same but for hashes (those of the direct one's assets and of its
// deployment are made by CDK alone) and for the metadata that Gatehouse's checks read, so that nothing is left out of
// the direct side. What counts is the ratio; the times are this machine's.
//
// With -stacks it measures an app of that many stacks, and one of twice as many, each with an API of ten routes:
//
//	CDK_VALIDATION=false go run ./bench/synth -stacks 50
//
// Compared is the processor time of the whole process, with that of CDK's engine and of the go command, which are
// children of it. It does not depend on what else the machine does as a clock would.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/app/stack"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
)

var settings = stack.Settings{
	Authorizer: stack.Token,
	Issuer:     "https://idp.example.com/",
	Audience:   "orders",
	Origins:    []string{"https://shop.example.com"},
}

func main() {
	pairs := flag.Int("pairs", 15, "how many times each is synthesized")
	out := flag.String("out", "", "synthesize once into this folder, and no more: what the measured processes do")
	built := flag.String(
		"built",
		"",
		"with -out: write the stack directly, with the functions of the assembly in this folder",
	)
	stacks := flag.Int("stacks", 0, "measure an app of so many stacks, and one of twice as many, instead of the example")
	flag.Parse()
	if *out != "" {
		synthesize(*out, *built, *stacks)
		return
	}
	run := measure
	if *stacks > 0 {
		run = func(pairs int) error { return measureStacks(*stacks, pairs) }
	}
	if err := run(*pairs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// synthesize makes the example or so many stacks, or with the folder of built functions their direct counterpart.
func synthesize(out, built string, stacks int) {
	defer jsii.Close()
	if built == "" {
		gofunction.Prepare(stack.Packages()...)()
	}
	start := time.Now()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &out})
	switch {
	case stacks > 0 && built == "":
		newStacks(app, stacks)
	case stacks > 0:
		newDirectStacks(app, stacks, builtCode(built))
	case built == "":
		stack.New(app, "Orders", settings)
	default:
		newDirect(app, "Orders", builtCode(built))
	}
	app.Synth(nil)
	fmt.Println(time.Since(start).Seconds() * 1000)
}

// times are of one synthesis, in milliseconds.
type times struct{ synth, whole float64 }

func measure(pairs int) error {
	dir, err := os.MkdirTemp("", "gatehouse-synth-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	once := func(name string, args ...string) (string, times, error) {
		out := filepath.Join(dir, name)
		cmd := exec.Command(self, append([]string{"-out", out}, args...)...)
		cmd.Stderr = os.Stderr
		start := time.Now()
		said, err := cmd.Output()
		t := times{whole: time.Since(start).Seconds() * 1000}
		if err == nil {
			_, err = fmt.Sscan(string(said), &t.synth)
		}
		return out, t, err
	}
	ours, _, err := once("ours") // builds the functions
	if err != nil {
		return err
	}
	theirs, _, err := once("theirs", "-built", ours)
	if err != nil {
		return err
	}
	if err := same(ours, theirs, "Orders"); err != nil {
		return err
	}
	var gatehouse, direct [2][]float64 // synthesis, whole process
	for i := range pairs {
		_, x, err := once(fmt.Sprintf("%d-ours", i))
		if err != nil {
			return err
		}
		_, y, err := once(fmt.Sprintf("%d-theirs", i), "-built", ours)
		if err != nil {
			return err
		}
		gatehouse[0], gatehouse[1] = append(gatehouse[0], x.synth), append(gatehouse[1], x.whole)
		direct[0], direct[1] = append(direct[0], y.synth), append(direct[1], y.whole)
	}
	fmt.Printf("the same template, %d pairs; medians, the ratios pair by pair\n", pairs)
	for i, f := range []figures.Figure{{Name: "functions built", AtMost: 1.15}, {Name: "after waiting for go list"}} {
		f.Subject, f.Peer, f.Unit = "synthesis of the example", "the same template with CDK's L2", "ms"
		ratios := make([]float64, pairs)
		for pair := range pairs {
			ratios[pair] = gatehouse[i][pair] / direct[i][pair]
		}
		f.Measured, f.Against, f.Ratio = median(gatehouse[i]), median(direct[i]), median(ratios)
		figures.Report(f)
		fmt.Printf("%-65s pairs from %.3f to %.3f\n", "", slices.Min(ratios), slices.Max(ratios))
	}
	return nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// code are the folders of the two functions that the example's assembly holds.
type code struct{ backend, authorizer string }

func builtCode(out string) code {
	var c code
	assets, _ := filepath.Glob(filepath.Join(out, "asset.*"))
	for _, dir := range assets {
		if _, err := os.Stat(filepath.Join(dir, "access.json")); err == nil {
			c.authorizer = dir
		} else {
			c.backend = dir
		}
	}
	return c
}
