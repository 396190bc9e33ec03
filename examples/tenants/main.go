// Command tenants synthesizes the API of a service that two companies share: each company sees its own documents, each
// user its own account, administrators see all accounts, and reports are a part of the paid plans.
//
// The rules are in access.go. API Gateway and the authorizer enforce all of them before the function runs.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func main() {
	defer jsii.Close()
	gofunction.Prepare(documentsPackage, secureapi.IncludedAuthorizer()) // go builds while CDK's engine starts
	app := awscdk.NewApp(nil)
	newStack(app, "Documents")
	app.Synth(nil)
}
