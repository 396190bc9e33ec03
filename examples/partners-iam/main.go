// Command partners-iam synthesizes a catalogue API for partners: each one signs its requests with AWS credentials, may
// call what it was granted, and comes from addresses that it told.
//
// It has no users, no tokens and no authorizer function: IAM and the API's resource policy decide.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
)

func main() {
	defer jsii.Close()
	gofunction.Prepare(cataloguePackage) // go builds while CDK's engine starts
	app := awscdk.NewApp(nil)
	newStack(app, "Partners")
	app.Synth(nil)
}
