// Command orders is the Gatehouse side of "go run ./bench/synth" for the example. It is a separate program because it
// links the sample backend, which defines the function's actions on its table.
package main

import (
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
	prepare := func(shape.Shape) { gofunction.Prepare(stack.Packages()...)() }
	program.Main(wordsOf, prepare, func(app awscdk.App, _ shape.Shape) {
		stack.New(app, "Orders", stack.Settings{
			Authorizer: stack.Token,
			Issuer:     shape.Issuer,
			Audience:   shape.Audience,
			Origins:    shape.Origins(),
		})
	})
}

func wordsOf(shape.Shape) shape.Words {
	out := words.Of(corsconfig.Config{
		ExposeHeaders: []string{"Location"},
		AllowMethods:  []string{"DELETE", "GET", "POST"},
		MaxAge:        600e9,
	})
	out.TableActions = orders.TableActions()
	return out
}
