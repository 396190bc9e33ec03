// Command gatehouse is the Gatehouse side of "go run ./bench/synth" for apps of many routes or stacks. It links the
// same packages as such an app.
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
	var spec shape.Shape
	spec.Flags(flag.CommandLine)
	out := flag.String("out", "", "the `folder` of the cloud assembly")
	print := flag.Bool("words", false, "only print what the L2 program needs to write the same template")
	flag.Parse()
	if *print {
		program.Exit(json.NewEncoder(os.Stdout).Encode(wordsOf(spec)))
	}
	if *out == "" {
		program.Exit(fmt.Errorf("-out is missing"))
	}
	if spec.Builds() {
		gofunction.Prepare(backendPackage, secureapi.IncludedAuthorizer())()
	}
	program.Synthesize(spec, *out, func(app awscdk.App) { newStacks(app, spec) })
}

func wordsOf(spec shape.Shape) shape.Words {
	var origins corsconfig.Config
	for _, r := range spec.Table() {
		origins.AllowMethods = append(origins.AllowMethods, r.Verb)
	}
	slices.Sort(origins.AllowMethods)
	origins.AllowMethods = slices.Compact(origins.AllowMethods)
	return words.Of(origins)
}
