// Command login-fn is the Lambda function that logs users in: package login decides, the environment says how.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaio"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

func main() {
	log.SetFlags(0) // the lines of the Lambda runtime are JSON, and so nothing else
	handler, err := login.FromLambda(os.Getenv, login.Options{})
	if err != nil {
		log.Fatal(err)
	}
	serve := lambdahttp.Handler(handler)
	lambdaio.SendAnswersAtOnce(os.Getenv("AWS_LAMBDA_RUNTIME_API"))
	lambda.Start(func(ctx context.Context, e events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		return serve(login.WithRequestPath(ctx, e.RequestContext.Path), e)
	})
}
