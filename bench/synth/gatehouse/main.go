// Command gatehouse is the side of "go run ./bench/synth" that is written with Gatehouse: the example, or an app of a shape.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/gatehouse-cdk/gatehouse/app/stack"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/program"
	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/shape"
	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp/cors"
)

var settings = stack.Settings{
	Authorizer: stack.Token,
	Issuer:     "https://idp.example.com/",
	Audience:   "orders",
	Origins:    []string{"https://shop.example.com"},
}

func main() {
	var of shape.Shape
	of.Flags(flag.CommandLine)
	out := flag.String("out", "", "the `folder` of the cloud assembly")
	words := flag.Bool("words", false, "print what the program in L2 needs to write the same template, and no more")
	flag.Parse()
	if *words {
		program.Exit(json.NewEncoder(os.Stdout).Encode(wordsOf(of)))
	}
	if *out == "" {
		program.Exit(fmt.Errorf("-out is missing"))
	}
	if of.Builds() {
		gofunction.Prepare(stack.Packages()...)()
	}
	program.Synthesize(of, *out, func(app awscdk.App) {
		if of.Many() {
			newStacks(app, of)
		} else {
			stack.New(app, "Orders", settings)
		}
	})
}

func wordsOf(of shape.Shape) shape.Words {
	config := authz.Config{Issuers: []authz.Issuer{{URL: settings.Issuer, Audiences: []string{settings.Audience}}}}
	origins := cors.Config{
		AllowOrigins: settings.Origins,
		AllowHeaders: []string{"Content-Type", "Authorization"},
	}
	if of.Many() {
		for _, r := range of.Table() {
			origins.AllowMethods = append(origins.AllowMethods, r.Verb)
		}
		slices.Sort(origins.AllowMethods)
		origins.AllowMethods = slices.Compact(origins.AllowMethods)
	} else {
		origins.ExposeHeaders = []string{"Location"}
		origins.AllowMethods = []string{"DELETE", "GET", "POST"}
		origins.MaxAge = 600e9
	}
	return shape.Words{
		Origins:              settings.Origins,
		ValidationExpression: secureapi.BearerJWT,
		TableActions:         orders.TableActions(),
		Backend:              origins.Environment(),
		Authorizer:           config.Environment(),
	}
}
