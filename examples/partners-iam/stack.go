package main

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// cataloguePackage is a folder, so that this example can be copied into any module; an import path does as well.
const cataloguePackage = "./catalogue-fn"

func newStack(scope constructs.Construct, id string) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, nil)
	catalogue := gofunction.New(stack, "Catalogue", &gofunction.Props{Package: cataloguePackage})

	api := secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.IAMAuthorizer{},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /health", catalogue, secureapi.Public("partners' monitors look here before they have keys")),
			secureapi.Handle(listStock, catalogue),
			secureapi.Handle(seeStock, catalogue),
			secureapi.Handle(quote, catalogue),
		},
		ResourcePolicy: &secureapi.ResourcePolicy{
			// A request from elsewhere is rejected with any credentials and on any route, the public one too.
			AllowCIDRs:    addresses(),
			AllowAccounts: []string{sister},
		},
		// A partner's loop that went wrong should not cost more than its own requests.
		Stage: secureapi.Stage{RateLimit: 50, BurstLimit: 100},
	})

	for _, p := range partners {
		addRole(stack, api, p)
	}
	awscdk.NewCfnOutput(stack, jsii.String("ApiUrl"), &awscdk.CfnOutputProps{Value: jsii.String(api.URL())})
	return stack
}

// addresses are all from which requests are taken. A resource policy holds 8,192 characters, some 200 ranges.
func addresses() []string {
	out := append([]string{loopback}, sisterCIDRs...)
	for _, p := range partners {
		out = append(out, p.cidrs...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
