// Command cognito-hosted-domain synthesizes a notes app: people sign in with Google or as users of an Amazon Cognito
// user pool, on the pool's hosted pages, and a page keeps their notes. Its script never sees a token.
//
// A second API takes the tokens of apps that sign people in by themselves. API Gateway checks those without a function.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func main() {
	defer jsii.Close()
	// go builds while CDK's engine starts
	gofunction.Prepare(pagePackage, notesPackage, secureapi.IncludedTableAuthorizer(), secureapi.IncludedTableLogin())
	app := awscdk.NewApp(nil)
	newStack(app, "Notes")
	app.Synth(nil)
}
