package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// What is yours to change: where the browser app is served from, and where it wants its users back after signing in.
// The second origin is for the app on a developer's machine; Cognito takes http for localhost alone.
const (
	appOrigin = "https://notes.example.com"
	devOrigin = "http://localhost:5173"
	callback  = "/signed-in"
)

// notesPackage is a folder, so that this example can be copied into any module; an import path does as well.
const notesPackage = "./notes-fn"

// Scopes as tokens have them: the resource server's identifier, a slash and the scope.
const (
	readScope  = "notes/read"
	writeScope = "notes/write"
)

func newStack(scope constructs.Construct, id string) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, nil)
	users := newUsers(stack)
	notes := gofunction.New(stack, "Notes", &gofunction.Props{Package: notesPackage})

	api := secureapi.New(stack, "Api", &secureapi.Props{
		// With a scope on each route, API Gateway takes access tokens and no ID tokens: an ID token tells the app who
		// signed in, and is no key to an API.
		Authorizer: secureapi.CognitoAuthorizer{
			UserPools: []awscognito.IUserPool{users.pool},
			CacheTTL:  time.Minute,
		},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /health", notes, secureapi.Public("monitors look here; it tells nothing about notes")),
			secureapi.Handle("GET /notes", notes, secureapi.AnyScope(readScope)),
			secureapi.Handle("POST /notes", notes, secureapi.AnyScope(writeScope)),
		},
		// Without credentials: the token goes in a header, and no cookie is needed.
		CORS: &secureapi.CORS{AllowOrigins: []string{appOrigin, devOrigin}, MaxAge: 10 * time.Minute},
	})

	output := func(name, value string) {
		awscdk.NewCfnOutput(stack, &name, &awscdk.CfnOutputProps{Value: &value})
	}
	output("ApiUrl", api.URL())
	output("ClientId", *users.client.UserPoolClientId())
	output("SignInUrl", *users.domain.BaseUrl(nil))
	output(
		"LoginUrl",
		*users.domain.SignInUrl(users.client, &awscognito.SignInUrlOptions{RedirectUri: jsii.String(appOrigin + callback)}),
	)
	return stack
}
