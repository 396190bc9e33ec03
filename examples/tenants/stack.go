package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// What is yours to change: your OpenID provider and the audience that is configured there.
const (
	issuerURL = "https://id.example.com/"
	audience  = "api://documents"
)

// documentsPackage is a folder, so that this example can be copied into any module; an import path does as well.
const documentsPackage = "./documents-fn"

func newStack(scope constructs.Construct, id string) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, nil)
	documents := gofunction.New(stack, "Documents", &gofunction.Props{
		Package:       documentsPackage,
		FunctionProps: &awslambda.FunctionProps{TenancyConfig: awslambda.TenancyConfig_PER_TENANT()},
	})
	accounts := gofunction.New(stack, "Accounts", &gofunction.Props{Package: documentsPackage})
	secureapi.New(stack, "Api", &secureapi.Props{
		// The rules follow from the token alone, so API Gateway may keep the answer for it, for all routes at once. A
		// user who leaves a tenant keeps its rights until the token ends, and for up to this long beyond that.
		Authorizer: secureapi.TokenAuthorizer{
			JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{{
				URL:       issuerURL,
				Audiences: []string{audience},
			}}},
			CacheTTL: 5 * time.Minute,
		},
		Routes: access(documents, accounts),
	})
	return stack
}
