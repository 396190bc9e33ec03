// Command authorizer-fn is the Lambda authorizer that the constructs build: package authz decides, the environment and
// the access table beside the binary say how.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
)

func main() {
	authorizer, err := authz.FromLambda(os.Getenv, authz.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lambda.Start(authorizer)
}
