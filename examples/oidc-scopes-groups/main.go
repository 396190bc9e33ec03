// Command oidc-scopes-groups synthesizes a team's release API: an OpenID provider identifies the user, its scopes and
// groups say what they may do, and a page in the browser sends its token in a cookie.
//
// It does not sign users in: the provider does, and a client brings the token.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func main() {
	defer jsii.Close()
	gofunction.Prepare(releasesPackage, secureapi.IncludedAuthorizer()) // go builds while CDK's engine starts
	app := awscdk.NewApp(nil)
	newStack(app, "Releases")
	app.Synth(nil)
}
