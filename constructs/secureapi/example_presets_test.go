package secureapi_test

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func ExampleOkta() {
	i := secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders")
	i.GroupsClaim = "teams" // as the authorization server calls it, where that is not groups
	fmt.Println(i.JWKSURL)
	fmt.Println(i.ScopesClaim, i.GroupsClaim)
	// Output:
	// https://shop.okta.com/oauth2/default/v1/keys
	// scp teams
}

// The tenant's id, and the API's own application id as the audience.
func ExampleEntraID() {
	i := secureapi.EntraID("11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000")
	fmt.Println(i.URL)
	fmt.Println(i.ScopesClaim, i.GroupsClaim, i.RolesClaim)
	// Output:
	// https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0
	// scp groups roles
}

// Google's ID tokens: a user signed in, and that is all they say. Google's access tokens are opaque.
func ExampleGoogle() {
	i := secureapi.Google("123-abc.apps.googleusercontent.com")
	fmt.Println(i.URL, i.JWKSURL)
	// Output: https://accounts.google.com https://www.googleapis.com/oauth2/v3/certs
}

// The tenant's domain, and the API's identifier. Permissions are read as roles: AnyRole("orders:delete").
func ExampleAuth0() {
	i := secureapi.Auth0("shop.eu.auth0.com", "https://api.shop.example.com")
	fmt.Println(i.URL, i.RolesClaim)
	// Output: https://shop.eu.auth0.com/ permissions
}

// A user pool behind the included function, which looks at groups as well as at scopes.
func ExampleCognitoIssuer() {
	stack := newStack()
	orders := backend(stack, "Orders")
	users := awscognito.NewUserPool(stack, jsii.String("Users"), nil)
	app := users.AddClient(jsii.String("App"), nil)
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.TokenAuthorizer{
			JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{secureapi.CognitoIssuer(users, app)}},
		},
		Routes: []secureapi.Route{
			secureapi.Handle("DELETE /orders/{id}", orders, secureapi.AnyScope("orders/write"), secureapi.AnyGroup("admins")),
		},
	})
	show(stack, "AWS::ApiGateway::Authorizer", "Type")
	// Output: Type="TOKEN"
}

// An issuer without a preset, which signs with a key that it shares with the API. The function gets the grant to read
// it.
func ExampleIssuer() {
	stack := newStack()
	orders := backend(stack, "Orders")
	key := awssecretsmanager.NewSecret(stack, jsii.String("Key"), nil)
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.TokenAuthorizer{JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{{
			URL:         "https://sso.shop.example.com",
			Audiences:   []string{"orders"},
			Algorithms:  []string{"HS512"},
			HMACSecret:  key,
			ScopesClaim: "permissions.orders", // {"permissions":{"orders":["read"]}}
			Leeway:      30 * time.Second,
		}}}},
		Routes: []secureapi.Route{secureapi.Handle("GET /orders", orders, secureapi.AnyScope("read"))},
	})
	show(stack, "AWS::IAM::Policy", "PolicyDocument")
	// Output:
	// PolicyDocument={
	//   "Statement": [
	//     {
	//       "Action": [
	//         "secretsmanager:GetSecretValue",
	//         "secretsmanager:DescribeSecret"
	//       ],
	//       "Effect": "Allow",
	//       "Resource": {
	//         "Ref": "Key961B73FD"
	//       }
	//     }
	//   ],
	//   "Version": "2012-10-17"
	// }
}
