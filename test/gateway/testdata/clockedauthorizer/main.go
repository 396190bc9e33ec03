// Command clockedauthorizer is the included authorizer with a clock that a test sets: the time plus the duration in the file
// that CLOCK_FILE names, or the time in that file, which then stands still.
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
