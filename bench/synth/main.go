// Command synth measures what the constructs cost at synth: the example, or an app of many routes or stacks, against
// the same templates written directly with CDK's L2 constructs.
//
//	go run ./bench/synth
//
// Each synthesis is a process of its own, as "go run ./app" is one, and the two take turns. Compared are the time from
// the app's construction to the end of synthesis, with the functions built, and the whole process, in which Gatehouse
// also asks the go command whether they still are; the direct one's functions are copied as they lie there. The
// templates are compared first: they are the same but for hashes (those of the direct one's assets and of its
// deployment are made by CDK alone) and for the metadata that Gatehouse's checks read, so that nothing is left out of
// the direct side. What counts is the ratio; the times are this machine's.
//
// With -routes it measures one stack whose API has so many routes, and with -stacks an app of so many stacks, each with
// an API of ten routes. -authorizer says who guards them: a function of one's own, a user pool, or the included
// authorizer, whose executable and that of a Go backend Gatehouse also builds, hashes and writes.
//
//	go run ./bench/synth -routes 300
//	go run ./bench/synth -stacks 50 -authorizer included
//
// Compared is then the processor time of the whole process, with that of CDK's engine and of the go command, which are
// children of it: it does not depend on what else the machine does as a clock would. And the most memory that the app
// and CDK's engine had resident, added up.
package main

import (
	"flag"
	"fmt"
	"os"
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
	var of shape
	flag.IntVar(&of.routes, "routes", 0, "measure a stack with an API of so many routes instead of the example")
	flag.IntVar(&of.stacks, "stacks", 0, "measure an app of so many stacks of ten routes instead of the example")
	flag.StringVar(
		&of.authorizer,
		"authorizer",
		own,
		"with -routes and -stacks: who guards them: own, cognito or included",
	)
	flag.BoolVar(&of.cors, "cors", true, "with -routes and -stacks: whether the APIs have CORS")
	flag.IntVar(
		&of.functions,
		"functions",
		1,
		"with -routes and -stacks: how many functions answer an API's routes in turns",
	)
	alone := flag.Bool("load", false, "load CDK, and no more: what has jsii make its index")
	until := flag.String("until", "", "with -load: end when there is a file of this pattern")
	flag.Parse()
	if err := of.check(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if *alone {
		exit(load(*until))
	}
	if *out != "" {
		synthesize(*out, *built, of)
		return
	}
	run := measure
	if of.many() {
		run = of.measure
	}
	if err := index(); err != nil {
		exit(err)
	}
	exit(run(*pairs))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// synthesize makes the example or the app of a shape, or with the folder of built functions its direct counterpart.
func synthesize(out, built string, of shape) {
	if built == "" && of.builds() {
		gofunction.Prepare(stack.Packages()...)()
	}
	start := time.Now()
	props := &awscdk.AppProps{Outdir: &out}
	if of.many() {
		props.Context = of.context()
	}
	app := awscdk.NewApp(props)
	switch {
	case of.many() && built == "":
		newStacks(app, of)
	case of.many():
		newDirectStacks(app, of, builtCode(built))
	case built == "":
		stack.New(app, "Orders", settings)
	default:
		newDirect(app, "Orders", builtCode(built))
	}
	app.Synth(nil)
	took := time.Since(start).Seconds() * 1000
	jsii.Close() // waits for CDK's engine
	own, child := peaks()
	fmt.Println(took, own, child)
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
		cmd := measured(self, append([]string{"-out", out}, args...)...)
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
		ratios := figures.ReportPairs(f, gatehouse[i], direct[i])
		fmt.Printf("%-65s pairs from %.3f to %.3f\n", "", slices.Min(ratios), slices.Max(ratios))
	}
	return nil
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
