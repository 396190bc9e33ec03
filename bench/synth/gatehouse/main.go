// Command gatehouse is the Gatehouse side of "go run ./bench/synth" for apps of many routes or stacks. It links the
// same packages as such an app.
package main

import (
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
	program.Main(wordsOf, prepare, func(app awscdk.App, spec shape.Shape) { newStacks(app, spec) })
}

func prepare(spec shape.Shape) {
	if spec.Builds() {
		gofunction.Prepare(backendPackage, secureapi.IncludedAuthorizer())()
	}
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
