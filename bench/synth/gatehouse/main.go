// Command gatehouse is the side of "go run ./bench/synth" that is written with Gatehouse: an app of a shape. It links
// what such an app has, and no sample.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/program"
	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/shape"
	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/words"
	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/internal/corsconfig"
)

func main() {
	var of shape.Shape
	of.Flags(flag.CommandLine)
	out := flag.String("out", "", "the `folder` of the cloud assembly")
	print := flag.Bool("words", false, "print what the program in L2 needs to write the same template, and no more")
	flag.Parse()
	if *print {
		program.Exit(json.NewEncoder(os.Stdout).Encode(wordsOf(of)))
	}
	if *out == "" {
		program.Exit(fmt.Errorf("-out is missing"))
	}
	if of.Builds() {
		gofunction.Prepare(backendPackage, secureapi.IncludedAuthorizer())()
	}
	program.Synthesize(of, *out, func(app awscdk.App) { newStacks(app, of) })
}

func wordsOf(of shape.Shape) shape.Words {
	var origins corsconfig.Config
	for _, r := range of.Table() {
		origins.AllowMethods = append(origins.AllowMethods, r.Verb)
	}
	slices.Sort(origins.AllowMethods)
	origins.AllowMethods = slices.Compact(origins.AllowMethods)
	return words.Of(origins)
}
