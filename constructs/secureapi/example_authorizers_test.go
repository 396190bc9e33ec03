package secureapi_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// The included function verifies the tokens. Junk never reaches it: the expression is its own default.
func ExampleTokenAuthorizer() {
	stack := newStack()
	orders := backend(stack, "Orders")
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.TokenAuthorizer{
			JWT: &secureapi.JWT{
				Issuers:       []secureapi.Issuer{secureapi.Auth0("shop.eu.auth0.com", "https://api.shop.example.com")},
				ContextClaims: []string{"email"}, // for the backend, besides principal, issuer, scopes, groups and roles
			},
			CacheTTL: 10 * time.Minute,
		},
		Routes: []secureapi.Route{secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read"))},
	})
	show(
		stack,
		"AWS::ApiGateway::Authorizer",
		"Type",
		"IdentitySource",
		"AuthorizerResultTtlInSeconds",
		"IdentityValidationExpression",
	)
	// Output:
	// Type="TOKEN"
	//   IdentitySource="method.request.header.Authorization"
	//   AuthorizerResultTtlInSeconds=600
	//   IdentityValidationExpression="^[Bb]earer [A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$"
}

// A function of your own decides alone, so the table cannot require anything of its routes.
func ExampleTokenAuthorizer_function() {
	stack := newStack()
	orders, sessions := backend(stack, "Orders"), backend(stack, "Sessions")
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.TokenAuthorizer{Function: sessions, Header: "X-Session", CacheTTL: secureapi.NoCache},
		Routes:     []secureapi.Route{secureapi.Handle("GET /orders", orders)},
	})
	show(stack, "AWS::ApiGateway::Authorizer", "Type", "IdentitySource", "AuthorizerResultTtlInSeconds")
	// Output:
	// Type="TOKEN" IdentitySource="method.request.header.X-Session" AuthorizerResultTtlInSeconds=0
}

// The token is in a cookie, and API Gateway keeps the answer by that and by the caller's address.
func ExampleRequestAuthorizer() {
	stack := newStack()
	orders := backend(stack, "Orders")
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.RequestAuthorizer{
			JWT:          &secureapi.JWT{Issuers: []secureapi.Issuer{secureapi.Auth0("shop.eu.auth0.com", "orders")}},
			TokenSources: []secureapi.TokenSource{secureapi.TokenCookie("session")},
			IdentitySources: []secureapi.IdentitySource{
				secureapi.IdentityHeader("Cookie"),
				secureapi.IdentityContext("identity.sourceIp"),
			},
		},
		Routes: []secureapi.Route{secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read"))},
	})
	show(stack, "AWS::ApiGateway::Authorizer", "Type", "IdentitySource", "AuthorizerResultTtlInSeconds")
	// Output:
	// Type="REQUEST"
	//   IdentitySource="method.request.header.Cookie,context.identity.sourceIp"
	//   AuthorizerResultTtlInSeconds=300
}

// Without a function in between, for any OpenID provider: API Gateway verifies the token and wants one of a route's
// scopes.
func ExampleJWTAuthorizer() {
	stack := newStack()
	orders := backend(stack, "Orders")
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.JWTAuthorizer{
			Issuers: []secureapi.Issuer{secureapi.Auth0("shop.eu.auth0.com", "https://api.shop.example.com")},
		},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read", "orders:admin")),
		},
	})
	show(stack, "AWS::ApiGateway::Authorizer", "Type", "JwtConfiguration")
	show(stack, "AWS::ApiGateway::Method", "AuthorizationType", "AuthorizationScopes")
	// Output:
	// Type="JWT"
	//   JwtConfiguration={
	//     "DefaultAlgorithms": [
	//       "RS256"
	//     ],
	//     "Issuers": [
	//       {
	//         "Audiences": [
	//           "https://api.shop.example.com"
	//         ],
	//         "Issuer": "https://shop.eu.auth0.com/"
	//       }
	//     ]
	//   }
	// AuthorizationType="JWT" AuthorizationScopes=["orders:read","orders:admin"]
}

// Without a function in between: API Gateway verifies the pool's access tokens and wants one of a route's scopes.
func ExampleCognitoAuthorizer() {
	stack := newStack()
	orders := backend(stack, "Orders")
	users := awscognito.NewUserPool(stack, jsii.String("Users"), nil)
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{users}},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders/read", "orders/admin")),
		},
	})
	show(stack, "AWS::ApiGateway::Method", "AuthorizationType", "AuthorizationScopes")
	// Output:
	// AuthorizationType="COGNITO_USER_POOLS" AuthorizationScopes=["orders/read","orders/admin"]
}

// What a guard cannot enforce does not synthesize, and the error names the way out.
func ExampleCognitoAuthorizer_group() {
	stack := newStack()
	orders := backend(stack, "Orders")
	users := awscognito.NewUserPool(stack, jsii.String("Users"), nil)
	defer func() { fmt.Println(strings.ReplaceAll(fmt.Sprint(recover()), ": ", ":\n  ")) }()
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{users}},
		Routes:     []secureapi.Route{secureapi.Handle("GET /orders", orders, secureapi.AnyGroup("admins"))},
	})
	// Output:
	// secureapi:
	//   Shop/Api:
	//   route "GET /orders":
	//   it requires group admins, which the API's CognitoAuthorizer cannot enforce:
	//   a Cognito authorizer does not look at groups:
	//   guard it with a TokenAuthorizer whose JWT has CognitoIssuer(pool, clients...), which takes access tokens
}

// Callers sign their requests with AWS credentials, and their own policies say what they may call.
func ExampleIAMAuthorizer() {
	stack := newStack()
	orders, worker := backend(stack, "Orders"), backend(stack, "Worker")
	api := secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.IAMAuthorizer{},
		Routes:     []secureapi.Route{secureapi.Handle("GET /orders/{id}", orders)},
	})
	api.GrantInvoke(worker, "GET /orders/{id}") // any IGrantable: a function, a role, a user
	show(stack, "AWS::ApiGateway::Method", "HttpMethod", "AuthorizationType")
	// Output:
	// HttpMethod="GET" AuthorizationType="AWS_IAM"
}

// Tokens of two issuers, and a main package of your own that runs the authorizer with a hook; see package authz.
func ExampleJWT() {
	jwt := secureapi.JWT{
		Issuers: []secureapi.Issuer{
			secureapi.EntraID("11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"),
			secureapi.Google("123-abc.apps.googleusercontent.com"),
		},
		Package:       "example.com/shop/authorizer-fn",
		FunctionProps: &awslambda.FunctionProps{MemorySize: jsii.Number(512)},
	}
	for _, issuer := range jwt.Issuers {
		fmt.Println(issuer.URL)
	}
	// Output:
	// https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0
	// https://accounts.google.com
}

// The path is for building the function before CDK's engine is there; the construct itself does not need the name.
func ExampleIncludedAuthorizer() {
	fmt.Println(secureapi.IncludedAuthorizer())

	_ = func() { // in main, before awscdk.NewApp
		gofunction.Prepare("example.com/shop/orders-fn", secureapi.IncludedAuthorizer())
	}
	// Output: github.com/gatehouse-cdk/gatehouse/authorizer-fn
}
