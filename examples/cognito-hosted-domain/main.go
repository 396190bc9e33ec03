// Command cognito-hosted-domain synthesizes a notes API for a browser app: an Amazon Cognito user pool signs people in
// on its hosted pages, and API Gateway itself checks their tokens and scopes.
//
// It does not serve the browser app, and no authorizer function runs.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
)

func main() {
	defer jsii.Close()
	gofunction.Prepare(notesPackage) // go builds while CDK's engine starts
	app := awscdk.NewApp(nil)
	newStack(app, "Notes")
	app.Synth(nil)
}
