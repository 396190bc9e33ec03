package test

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// newOktaLogin makes a stack whose users log in at Okta, with all settings of a login, and pages on a sibling host.
func newOktaLogin(scope constructs.Construct) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String("OktaLogin"), nil)
	orders := ordersFunction(stack)
	login := &secureapi.Login{
		Issuer:      secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders"),
		ClientID:    "0oa1b2c3",
		ClientAuth:  secureapi.PrivateKeyJWT(awssecretsmanager.NewSecret(stack, jsii.String("ClientKey"), nil), "ES256"),
		Origin:      "https://shop.example.com",
		BasePath:    "/shop",
		Parameters:  map[string]string{"prompt": "login"},
		AfterLogout: "/goodbye",
		Sessions:    secureapi.CookieSessions{IdleTimeout: 30 * time.Minute, MaxAge: 8 * time.Hour},
	}
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{Login: login},
		Authorizers: map[string]secureapi.Authorizer{
			"writes": secureapi.SessionAuthorizer{
				Login:         login,
				CacheTTL:      secureapi.NoCache,
				ContextClaims: []string{"email"},
			},
		},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /", orders, secureapi.Public("the page")),
			secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read", "orders:admin")),
			secureapi.Handle("GET /users/{id}", orders, secureapi.PathParameter("id").Is(secureapi.Claim("sub"))),
			secureapi.Handle("POST /orders", orders, secureapi.GuardedBy("writes"), secureapi.AnyScope("orders:write")),
			secureapi.Handle(
				"DELETE /orders/{id}",
				orders,
				secureapi.GuardedBy("writes"),
				secureapi.AnyGroup("admins"),
				secureapi.ForwardAccessToken(),
			),
		},
		CORS: &secureapi.CORS{
			AllowOrigins:     []string{"https://shop.example.com", "https://admin.example.com"},
			AllowCredentials: true,
		},
		Domain: &secureapi.Domain{
			Name: "shop.example.com",
			Certificate: awscertificatemanager.NewCertificate(stack, jsii.String("Certificate"),
				&awscertificatemanager.CertificateProps{DomainName: jsii.String("shop.example.com")}),
			Zone: awsroute53.HostedZone_FromHostedZoneAttributes(stack, jsii.String("Zone"), &awsroute53.HostedZoneAttributes{
				HostedZoneId: jsii.String("Z23ABC4XYZL05B"), ZoneName: jsii.String("example.com"),
			}),
			BasePaths:    []string{"shop", "v1/shop"},
			NoExecuteAPI: true,
		},
		WebACL: "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/shop/a1b2c3d4-5678-90ab-cdef-EXAMPLE11111",
	})
	return stack
}

// newCognitoLogin makes a stack whose users log in at a user pool of the stack.
func newCognitoLogin(scope constructs.Construct) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String("CognitoLogin"), nil)
	orders := ordersFunction(stack)
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), &awscognito.UserPoolProps{
		PasswordPolicy: &awscognito.PasswordPolicy{
			MinLength:        jsii.Number(12),
			RequireUppercase: jsii.Bool(true),
			RequireLowercase: jsii.Bool(true),
			RequireDigits:    jsii.Bool(true),
			RequireSymbols:   jsii.Bool(true),
		},
	})
	read := awscognito.NewResourceServerScope(&awscognito.ResourceServerScopeProps{
		ScopeName: jsii.String("read"), ScopeDescription: jsii.String("See orders"),
	})
	server := pool.AddResourceServer(jsii.String("Server"), &awscognito.UserPoolResourceServerOptions{
		Identifier: jsii.String("orders"), Scopes: &[]awscognito.ResourceServerScope{read},
	})
	client := pool.AddClient(jsii.String("Web"), &awscognito.UserPoolClientOptions{
		GenerateSecret: jsii.Bool(true),
		OAuth: &awscognito.OAuthSettings{
			Flows:        &awscognito.OAuthFlows{AuthorizationCodeGrant: jsii.Bool(true)},
			CallbackUrls: jsii.Strings("https://shop.example.com/auth/callback"),
			LogoutUrls:   jsii.Strings("https://shop.example.com/"),
			Scopes: &[]awscognito.OAuthScope{
				awscognito.OAuthScope_OPENID(),
				awscognito.OAuthScope_ResourceServer(server, read),
			},
		},
	})
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{Login: &secureapi.Login{
			Issuer: secureapi.CognitoIssuer(pool, client),
			Origin: "https://shop.example.com",
		}},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /", orders, secureapi.Public("the page")),
			secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders/read")),
			secureapi.Handle("POST /orders", orders, secureapi.AnyGroup("staff")),
		},
	})
	return stack
}

// newTableLogin makes a stack with sessions in a table, and administrators who can end sessions.
func newTableLogin(scope constructs.Construct) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String("TableLogin"), nil)
	orders := ordersFunction(stack)
	login := &secureapi.Login{
		Issuer:     secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders"),
		ClientID:   "0oa1b2c3",
		ClientAuth: secureapi.ClientSecret(awssecretsmanager.NewSecret(stack, jsii.String("ClientSecret"), nil)),
		Origin:     "https://shop.example.com",
		Sessions: secureapi.TableSessions{
			IdleTimeout: 30 * time.Minute,
			MaxAge:      8 * time.Hour,
			Admins:      []secureapi.Access{secureapi.GuardedBy("now"), secureapi.AnyGroup("support")},
		},
	}
	api := secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{Login: login},
		Authorizers: map[string]secureapi.Authorizer{
			"now": secureapi.SessionAuthorizer{
				Login:    login,
				CacheTTL: secureapi.NoCache,
				Release:  &secureapi.Release{ProvisionedConcurrency: 2, Canary: &secureapi.Canary{}},
			},
		},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /", orders, secureapi.Public("the page")),
			secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read")),
			secureapi.Handle("POST /orders", orders, secureapi.GuardedBy("now"), secureapi.AnyScope("orders:write")),
			secureapi.Handle("GET /orders/events", orders, secureapi.AnyScope("orders:read"), secureapi.Streamed()),
		},
		Domain: &secureapi.Domain{
			Name: "shop.example.com",
			Certificate: awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
				jsii.String("arn:aws:acm:eu-west-1:111122223333:certificate/1234")),
			MutualTLS: &secureapi.MutualTLS{
				Bucket: awss3.Bucket_FromBucketName(stack, jsii.String("Trust"), jsii.String("shop-trust")),
				Key:    "clients.pem",
			},
		},
	})
	api.Alarms(awssns.NewTopic(stack, jsii.String("Pager"), &awssns.TopicProps{EnforceSSL: jsii.Bool(true)}))
	api.Dashboard()
	return stack
}

func ordersFunction(stack awscdk.Stack) awslambda.Function {
	return gofunction.New(stack, "Orders", &gofunction.Props{Package: "github.com/gatehouse-cdk/gatehouse/backend-fn"})
}
