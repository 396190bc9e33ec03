// Command backend-fn runs the orders service as a Lambda function behind API Gateway.
//
// Package orders has the service, and the environment tells where the orders are stored.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/internal/dynamo"
	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp/cors"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: lambdacontext.ReplaceAttr}))
	fatal := func(err error) {
		if err != nil {
			log.Error("the function cannot start", "error", err)
			os.Exit(1)
		}
	}
	origins, err := cors.FromEnvironment(os.Getenv)
	fatal(err)
	var store orders.Store = orders.NewMemoryStore(1000)
	if os.Getenv(orders.TableVariable) != "" && !inMemory(os.Getenv) {
		table, err := dynamo.FromEnvironment(os.Getenv)
		fatal(err)
		store = dynamo.New(table)
	}
	lambdahttp.Start(cors.Handler(orders.New(store, orders.Options{Log: log}), origins))
}
