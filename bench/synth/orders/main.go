// Command orders is the side of "go run ./bench/synth" that is the example with Gatehouse. It is a program of its own,
// as the example links the sample backend, of which it takes what the function does with its table.
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
	var of shape.Shape
	of.Flags(flag.CommandLine)
	out := flag.String("out", "", "the `folder` of the cloud assembly")
	print := flag.Bool("words", false, "print what the program in L2 needs to write the same template, and no more")
	flag.Parse()
	if *print {
		program.Exit(json.NewEncoder(os.Stdout).Encode(wordsOf()))
	}
	if *out == "" {
		program.Exit(fmt.Errorf("-out is missing"))
	}
	gofunction.Prepare(stack.Packages()...)()
	program.Synthesize(of, *out, func(app awscdk.App) {
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
