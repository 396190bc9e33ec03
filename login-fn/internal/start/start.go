// Package start runs the login as a Lambda function, for the mains that differ in where sessions are kept.
package start

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaio"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
	"github.com/gatehouse-cdk/gatehouse/internal/login/onlambda"
)

// Login answers the function's events, and does not return. If the configuration cannot be used, the process ends.
func Login(o login.Options) {
	log.SetFlags(0) // the lines of the Lambda runtime are JSON, and so nothing else
	handler, err := login.FromLambda(os.Getenv, o)
	if err != nil {
		log.Fatal(err)
	}
	lambdaio.SendAnswersAtOnce(os.Getenv("AWS_LAMBDA_RUNTIME_API"))
	lambda.Start(onlambda.Handler(handler))
}
