// Command clockedauthorizer is the included authorizer with the clock of a test. CLOCK_FILE names a file with a
// duration, which is added to the time, or with a time, at which the clock stands still.
package main

import (
	"log"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
)

func main() {
	authorizer, err := authz.FromLambda(os.Getenv, authz.Options{Now: now})
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(authorizer)
}

func now() time.Time {
	text, err := os.ReadFile(os.Getenv("CLOCK_FILE"))
	if err != nil {
		log.Fatal(err)
	}
	if at, err := time.Parse(time.RFC3339Nano, string(text)); err == nil {
		return at
	}
	offset, err := time.ParseDuration(string(text))
	if err != nil {
		log.Fatal(err)
	}
	return time.Now().Add(offset)
}
