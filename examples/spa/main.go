// Command spa synthesizes a page with its API: people log in at an OpenID provider, the page lists orders and adds to
// them, and its script never sees a token.
//
// The API serves the page too, so that both have one origin and a session cookie that no other site can use.
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
	gofunction.Prepare(pagePackage, ordersPackage, secureapi.IncludedAuthorizer(), secureapi.IncludedLogin())
	app := awscdk.NewApp(nil)
	newStack(app, "Shop")
	app.Synth(nil)
}
