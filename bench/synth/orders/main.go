// Command orders is the Gatehouse side of "go run ./bench/synth" for the example. It is a separate program because it
// links the sample backend, which defines the function's actions on its table.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/gatehouse-cdk/gatehouse/app/stack"
	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/program"
	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/shape"
	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/words"
	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/internal/corsconfig"
)

func main() {
	var spec shape.Shape
	spec.Flags(flag.CommandLine)
	out := flag.String("out", "", "the `folder` of the cloud assembly")
	print := flag.Bool("words", false, "only print what the L2 program needs to write the same template")
	flag.Parse()
	if *print {
		program.Exit(json.NewEncoder(os.Stdout).Encode(wordsOf()))
	}
	if *out == "" {
		program.Exit(fmt.Errorf("-out is missing"))
	}
	gofunction.Prepare(stack.Packages()...)()
	program.Synthesize(spec, *out, func(app awscdk.App) {
		stack.New(app, "Orders", stack.Settings{
			Authorizer: stack.Token,
			Issuer:     shape.Issuer,
			Audience:   shape.Audience,
			Origins:    shape.Origins(),
		})
	})
}

func wordsOf() shape.Words {
	out := words.Of(corsconfig.Config{
		ExposeHeaders: []string{"Location"},
		AllowMethods:  []string{"DELETE", "GET", "POST"},
		MaxAge:        600e9,
	})
	out.TableActions = orders.TableActions()
	return out
}
