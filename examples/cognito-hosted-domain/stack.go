package main

import (
	"fmt"
	"net/url"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// What is yours to change: where an app of yours is served that signs people in by itself, and where it wants them
// back. The second origin is for the app on a developer's machine; Cognito takes http for such a machine alone.
const (
	appOrigin = "https://app.example.com"
	devOrigin = "http://localhost:5173"
	callback  = "/signed-in"
)

// Packages are folders, so that this example can be copied into any module; import paths do as well.
const (
	pagePackage  = "./page-fn"
	notesPackage = "./notes-fn"
)

// Scopes as tokens have them: the resource server's identifier, a slash and the scope. Editors and admins are groups of
// the pool.
const (
	readScope  = "notes/read"
	writeScope = "notes/write"
	editors    = "editors"
	admins     = "admins"
)

// newStack reads settings from CDK's context: origin, where browsers open the page (-c
// origin=https://notes.example.com), certificate, the ARN of a certificate for that name in AWS Certificate Manager,
// and those of newUsers.
func newStack(scope constructs.Construct, id string) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, nil)
	origin := setting(stack, "origin", "https://notes.example.com")
	page := gofunction.New(stack, "Page", &gofunction.Props{Package: pagePackage})
	notes := gofunction.New(stack, "Notes", &gofunction.Props{Package: notesPackage})

	routes := []secureapi.Route{
		secureapi.Handle("GET /", page, secureapi.Public("the page itself, which has nothing of any note")),
		secureapi.Handle("GET /app.js", page, secureapi.Public("the page's script")),
		secureapi.Handle("GET /style.css", page, secureapi.Public("the page's styles")),

		secureapi.Handle("GET /notes", notes, secureapi.AnyScope(readScope)),
		secureapi.Handle("POST /notes", notes, secureapi.AnyScope(writeScope)),
		secureapi.Handle("GET /notes/all", notes, secureapi.AnyScope(readScope), secureapi.AnyGroup(editors)),
	}
	users := newUsers(stack, origin, routes)
	login := users.Login(secureapi.Login{ // all else that it needs, the pool knows
		// In a table, so that a session ends at once, and admins can end those of any user.
		Sessions: secureapi.TableSessions{Admins: []secureapi.Access{secureapi.AnyGroup(admins)}},
	})
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{
			Login:         login,
			ContextClaims: []string{"username"}, // the notes have it beside them
		},
		Routes:       routes,
		RestApiProps: customDomain(stack, origin, setting(stack, "certificate", "")),
	})
	apps := newAppsAPI(stack, users.UserPool, notes)

	output := func(name, value string) {
		awscdk.NewCfnOutput(stack, &name, &awscdk.CfnOutputProps{Value: &value})
	}
	app := users.PageClients["app"]
	output("SignInUrl", *users.Domain.BaseUrl(nil))
	output("ProviderRedirectUrl", *users.Domain.BaseUrl(nil)+"/oauth2/idpresponse")
	output("AppsUrl", apps.URL())
	output("AppClientId", *app.UserPoolClientId())
	output("AppLoginUrl", *users.Domain.SignInUrl(app, &awscognito.SignInUrlOptions{
		RedirectUri: jsii.String(appOrigin + callback),
	}))
	return stack
}

// newAppsAPI serves the same notes to apps that hold their own tokens, on other origins. With a scope on each route,
// API Gateway takes access tokens and no ID tokens: an ID token tells the app who signed in, and is no key to an API.
func newAppsAPI(stack awscdk.Stack, pool awscognito.IUserPool, notes awslambda.IFunction) *secureapi.API {
	return secureapi.New(stack, "Apps", &secureapi.Props{
		Authorizer: secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}, CacheTTL: time.Minute},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /health", notes, secureapi.Public("monitors look here; it tells nothing about notes")),
			secureapi.Handle("GET /notes", notes, secureapi.AnyScope(readScope)),
			secureapi.Handle("POST /notes", notes, secureapi.AnyScope(writeScope)),
		},
		// Without credentials: the token goes in a header, and no cookie is needed.
		CORS: &secureapi.CORS{AllowOrigins: []string{appOrigin, devOrigin}, MaxAge: 10 * time.Minute},
	})
}

// customDomain attaches the API to the origin's name, if there is a certificate for it, and closes the API's own
// address: the session's cookie is for the origin alone. Without a certificate, the origin is attached elsewhere.
func customDomain(stack awscdk.Stack, origin, certificate string) *awsapigateway.RestApiProps {
	if certificate == "" {
		return nil
	}
	at, err := url.Parse(origin)
	if err != nil {
		panic(fmt.Errorf("the origin %q in CDK's context is not a URL: %w", origin, err))
	}
	return &awsapigateway.RestApiProps{
		DomainName: &awsapigateway.DomainNameOptions{
			DomainName: jsii.String(at.Host),
			Certificate: awscertificatemanager.Certificate_FromCertificateArn(
				stack, jsii.String("Certificate"), &certificate),
			EndpointType:   awsapigateway.EndpointType_REGIONAL,
			SecurityPolicy: awsapigateway.SecurityPolicy_TLS_1_2,
		},
		DisableExecuteApiEndpoint: jsii.Bool(true),
	}
}

// setting is a value of CDK's context.
func setting(scope constructs.Construct, key, otherwise string) string {
	if value, ok := scope.Node().TryGetContext(&key).(string); ok && value != "" {
		return value
	}
	return otherwise
}
