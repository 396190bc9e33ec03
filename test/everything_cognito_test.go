package test

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/cognito"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// newCognitoPool makes a stack with a user pool and all its settings. Users sign in for a page and for an app that
// keeps its tokens, also at three other providers. A machine has its own route.
func newCognitoPool(scope constructs.Construct) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String("CognitoPool"), nil)
	orders := ordersFunction(stack)
	routes := []secureapi.Route{
		secureapi.Handle("GET /", orders, secureapi.Public("the page")),
		secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders/read")),
		secureapi.Handle("POST /orders", orders, secureapi.AnyScope("orders/write"), secureapi.AnyGroup("staff")),
		secureapi.Handle("PUT /orders", orders, secureapi.AnyScope("orders/import"), secureapi.GuardedBy("programs")),
	}
	routes = append(routes, integrationRoutes(stack, orders)...)
	secret := func(name string) awssecretsmanager.ISecret {
		return awssecretsmanager.Secret_FromSecretNameV2(stack, jsii.String("Secret-"+name), jsii.String("shop/"+name))
	}
	users := cognito.New(stack, "Users", &cognito.Props{
		Routes: routes,
		ResourceServers: []cognito.ResourceServer{{
			Identifier: "orders",
			Name:       "Orders of the shop",
			Scopes: []cognito.Scope{
				{Name: "read", Description: "See orders"},
				{Name: "write", Description: "Place orders"},
				{Name: "import", Description: "Import orders"},
			},
		}},
		Origin:      "https://shop.example.com",
		BasePath:    "/shop",
		AfterLogout: "/goodbye",
		Browser: cognito.Browser{
			Scopes:               []string{"orders/read", "orders/write"},
			RefreshTokenValidity: 24 * time.Hour,
		},
		Pages: map[string]cognito.Page{"app": {
			CallbackURLs: []string{"https://app.example.com/signed-in", "http://localhost:5173/signed-in"},
			LogoutURLs:   []string{"https://app.example.com/"},
			Scopes:       []string{"orders/read"},
		}},
		Machines: map[string]cognito.Machine{"importer": {Scopes: []string{"orders/import"}}},
		Google: &cognito.Google{
			ClientID:     "1234.apps.googleusercontent.com",
			ClientSecret: secret("google"),
		},
		Providers: []cognito.Provider{
			cognito.OIDC{
				Name:              "Corp",
				IssuerURL:         "https://idp.example.com",
				ClientID:          "shop",
				ClientSecret:      secret("corp"),
				ClientSecretField: "value",
			},
			cognito.SAML{
				Name:        "Partner",
				MetadataURL: "https://sso.example.com/metadata",
				AttributeMapping: &awscognito.AttributeMapping{
					Email: awscognito.ProviderAttribute_Other(jsii.String("mail")),
				},
			},
		},
		Groups: []cognito.Group{
			{Name: "staff", Description: "Those who work for the shop", Scopes: []string{"orders/read", "orders/write"}},
			{Name: "customers", Scopes: []string{"orders/read"}},
		},
		CustomDomain: &cognito.CustomDomain{
			Name: "login.example.com",
			Certificate: awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
				jsii.String("arn:aws:acm:us-east-1:111122223333:certificate/1234")),
		},
		FeaturePlan: awscognito.FeaturePlan_PLUS,
	})
	users.MachineSecret("importer").GrantRead(orders, nil)
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{Login: users.Login(secureapi.Login{
			Sessions: secureapi.CookieSessions{MaxAge: 24 * time.Hour},
		})},
		Authorizers: map[string]secureapi.Authorizer{"programs": secureapi.TokenAuthorizer{JWT: &secureapi.JWT{
			Issuers: []secureapi.Issuer{users.Issuer(users.PageClients["app"], users.MachineClients["importer"])},
		}}},
		Routes: routes,
	})
	return stack
}
