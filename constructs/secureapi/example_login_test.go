package secureapi_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// Users log in at Okta, and the cookie of their session guards the routes. Pages on admin.example.com may write, by an
// authorizer that keeps no answers.
func ExampleLogin() {
	stack := newStack()
	orders := backend(stack, "Orders")
	secret := awssecretsmanager.Secret_FromSecretNameV2(stack, jsii.String("Client"), jsii.String("shop/okta"))
	login := &secureapi.Login{
		Issuer:     secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders"),
		ClientID:   "0oa1b2c3",
		ClientAuth: secureapi.ClientSecret(secret),
		Origin:     "https://shop.example.com",
	}
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{Login: login},
		Authorizers: map[string]secureapi.Authorizer{
			"writes": secureapi.SessionAuthorizer{Login: login, CacheTTL: secureapi.NoCache},
		},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /", orders, secureapi.Public("the page")),
			secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read")),
			secureapi.Handle("POST /orders", orders, secureapi.GuardedBy("writes"), secureapi.AnyScope("orders:write")),
		},
		CORS: &secureapi.CORS{AllowOrigins: []string{"https://admin.example.com"}, AllowCredentials: true},
	})
	show(stack, "AWS::ApiGateway::Authorizer", "Type", "IdentitySource", "AuthorizerResultTtlInSeconds")
	// Output:
	// Type="REQUEST"
	//   IdentitySource="method.request.header.Cookie,method.request.header.Sec-Fetch-Site"
	//   AuthorizerResultTtlInSeconds=60
	// Type="REQUEST" AuthorizerResultTtlInSeconds=0
}

// The login asks the user pool for its client's secret, so that the template has none.
func ExampleLogin_cognito() {
	stack := newStack()
	orders := backend(stack, "Orders")
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	pool.AddDomain(jsii.String("Domain"), &awscognito.UserPoolDomainOptions{
		CognitoDomain: &awscognito.CognitoDomainOptions{DomainPrefix: jsii.String("shop-example")},
	})
	client := pool.AddClient(jsii.String("Web"), &awscognito.UserPoolClientOptions{
		GenerateSecret: jsii.Bool(true),
		OAuth: &awscognito.OAuthSettings{
			Flows:        &awscognito.OAuthFlows{AuthorizationCodeGrant: jsii.Bool(true)},
			CallbackUrls: jsii.Strings("https://shop.example.com/auth/callback"),
			LogoutUrls:   jsii.Strings("https://shop.example.com/"),
			Scopes:       &[]awscognito.OAuthScope{awscognito.OAuthScope_OPENID()},
		},
	})
	api := secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{Login: &secureapi.Login{
			Issuer: secureapi.CognitoIssuer(pool, client),
			Origin: "https://shop.example.com",
		}},
		Routes: []secureapi.Route{secureapi.Handle("GET /orders", orders, secureapi.AnyGroup("staff"))},
	})
	fmt.Println(*api.LoginFunction().Node().Path())
	// Output: Shop/Api/LoginFunction
}

// Sessions are in a table, where support staff ends them. Its guard has no cache, so that each request sees it.
func ExampleTableSessions() {
	stack := newStack()
	orders := backend(stack, "Orders")
	login := oktaLogin(stack)
	login.Sessions = secureapi.TableSessions{Admins: []secureapi.Access{secureapi.AnyGroup("support")}}
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{Login: login, CacheTTL: secureapi.NoCache},
		Routes:     []secureapi.Route{secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read"))},
	})
	show(stack, "AWS::DynamoDB::GlobalTable", "BillingMode")
	// Output: BillingMode="PAY_PER_REQUEST"
}

// A route that calls another service in the user's name gets the access token of the session.
func ExampleForwardAccessToken() {
	stack := newStack()
	orders := backend(stack, "Orders")
	login := oktaLogin(stack)
	defer func() { fmt.Println(recover()) }()
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{Login: login}, // whose answers API Gateway keeps
		Routes:     []secureapi.Route{secureapi.Handle("GET /calendar", orders, secureapi.ForwardAccessToken())},
	})
	// Output:
	// secureapi: Shop/Api: route "GET /calendar": it has ForwardAccessToken, and API Gateway keeps the answers of the API's SessionAuthorizer, the token with them: name a further SessionAuthorizer of the same Login with CacheTTL NoCache in Authorizers, and add GuardedBy(name) to the route
}
