// Command pretoken-fn is the Lambda function that a user pool calls before it issues a token. Package pretoken decides,
// configured by the environment.
package main

import (
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaio"
	"github.com/gatehouse-cdk/gatehouse/internal/pretoken"
)

func main() {
	log.SetFlags(0) // the lines of the trigger are JSON
	trigger, err := pretoken.FromLambda(os.Getenv, os.Stdout)
	if err != nil {
		log.Fatal(err)
	}
	lambdaio.SendAnswersAtOnce(os.Getenv("AWS_LAMBDA_RUNTIME_API"))
	lambda.Start(trigger)
}
