// Package start runs the login as a Lambda function. Its main packages differ in where sessions are stored.
package start

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaio"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
	"github.com/gatehouse-cdk/gatehouse/internal/login/onlambda"
)

// Login answers the function's events. It does not return. If the configuration is invalid, the process ends.
func Login(o login.Options) {
	log.SetFlags(0) // the lines of the Lambda runtime are JSON without a prefix
	handler, err := login.FromLambda(os.Getenv, o)
	if err != nil {
		log.Fatal(err)
	}
	lambdaio.SendAnswersAtOnce(os.Getenv("AWS_LAMBDA_RUNTIME_API"))
	lambda.Start(onlambda.Handler(handler))
}
