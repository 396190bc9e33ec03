package test

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// newEverything makes a stack with all kinds of authorizers and all settings that can be combined: a private API of a
// company, its partners and its operators.
func newEverything(scope constructs.Construct) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String("Everything"), nil)
	shared := awscdk.NewStack(scope, jsii.String("Shared"), nil)

	orders := gofunction.New(stack, "OrdersFn", &gofunction.Props{
		Package:     "github.com/gatehouse-cdk/gatehouse/backend-fn",
		Files:       map[string][]byte{"motd.txt": []byte("all on\n")},
		Environment: map[string]string{"GREETING": "hello"},
	})
	files := gofunction.New(stack, "FilesFn", &gofunction.Props{Package: "github.com/gatehouse-cdk/gatehouse/backend-fn"})
	partnerCheck := inlineFunction(shared, "PartnerCheck")
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	client := pool.AddClient(jsii.String("Client"), nil)
	secret := awssecretsmanager.NewSecret(stack, jsii.String("LegacyKey"), nil)

	api := secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.TokenAuthorizer{
			JWT: &secureapi.JWT{
				Issuers: []secureapi.Issuer{
					secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders"),
					secureapi.CognitoIssuer(pool, client),
					{
						URL:        "https://legacy.example.com",
						Audiences:  []string{"orders"},
						HMACSecret: secret,
						Algorithms: []string{"HS512"},
						RolesClaim: "realm_access.roles",
						Leeway:     30 * time.Second,
					},
				},
				ContextClaims: []string{"email", "tenant"},
			},
			CacheTTL: 10 * time.Minute,
		},
		Authorizers: map[string]secureapi.Authorizer{
			"partners": secureapi.RequestAuthorizer{
				Function: partnerCheck,
				IdentitySources: []secureapi.IdentitySource{
					secureapi.IdentityHeader("X-Partner"),
					secureapi.IdentityQuery("region"),
					secureapi.IdentityContext("identity.sourceIp"),
				},
				CacheTTL: time.Minute,
			},
			"browser": secureapi.RequestAuthorizer{
				JWT: &secureapi.JWT{
					Issuers: []secureapi.Issuer{secureapi.Auth0("shop.eu.auth0.com", "https://api.shop.example.com")},
				},
				TokenSources: []secureapi.TokenSource{secureapi.TokenHeader("Authorization"), secureapi.TokenCookie("session")},
				CacheTTL:     secureapi.NoCache,
			},
			"users": secureapi.CognitoAuthorizer{
				UserPools: []awscognito.IUserPool{pool},
				Header:    "X-User-Token",
				CacheTTL:  time.Hour,
			},
			"web": secureapi.CognitoAuthorizer{
				UserPools: []awscognito.IUserPool{pool},
				Clients: []awscognito.IUserPoolClient{
					client,
					awscognito.UserPoolClient_FromUserPoolClientId(
						stack,
						jsii.String("Partner"),
						jsii.String("3n4b5urk1ft4fl3mg5e62d9ado"),
					),
				},
			},
			"paid": secureapi.JWTAuthorizer{
				Issuers: []secureapi.Issuer{
					secureapi.Okta("https://shop.okta.com/oauth2/default", "api://reports"),
					secureapi.CognitoIssuer(pool, client),
				},
				Header: "X-Report-Token",
			},
			"operators": secureapi.IAMAuthorizer{},
		},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /", orders, secureapi.Public("the API's front page")),
			secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read", "orders:admin")),
			secureapi.Handle("POST /orders", orders, secureapi.AnyScope("orders:write"), secureapi.AnyGroup("staff", "admins")),
			secureapi.Handle("GET /orders/{id}", orders, secureapi.AnyScope("orders:read", "orders:admin")),
			secureapi.Handle("DELETE /orders/{id}", orders, secureapi.AnyScope("orders:admin"), secureapi.AnyRole("deleter")),
			secureapi.Handle("ANY /files/{path+}", files),
			secureapi.Handle("GET /profile", orders, secureapi.GuardedBy("users")),
			secureapi.Handle("PUT /profile", orders, secureapi.GuardedBy("users"), secureapi.AnyScope("profile/write")),
			secureapi.Handle("GET /settings", orders, secureapi.GuardedBy("web")),
			secureapi.Handle("GET /feed", orders, secureapi.GuardedBy("browser"), secureapi.AnyScope("feed:read")),
			secureapi.Handle(
				"GET /reports",
				orders,
				secureapi.GuardedBy("paid"),
				secureapi.AnyScope("reports:read", "reports/read"),
				secureapi.Claim("plan").Is("pro"),
			),
			secureapi.Handle("GET /reports/{year}", orders, secureapi.GuardedBy("paid"), secureapi.Claim("plan").Is("pro")),
			secureapi.Handle("POST /partners/{partner}/orders", orders, secureapi.GuardedBy("partners")),
			secureapi.Handle("GET /ops/status", orders, secureapi.GuardedBy("operators")),
			secureapi.Handle("POST /ops/drain", orders, secureapi.GuardedBy("operators")),
		},
		CORS: &secureapi.CORS{
			AllowOrigins:     []string{"https://shop.example.com", "https://admin.example.com"},
			AllowHeaders:     []string{"Authorization", "Content-Type", "X-User-Token"},
			ExposeHeaders:    []string{"Location", "X-Total"},
			AllowCredentials: true,
			MaxAge:           10 * time.Minute,
		},
		ResourcePolicy: &secureapi.ResourcePolicy{
			AllowCIDRs:         []string{"10.0.0.0/8", "2001:db8::/32"},
			DenyCIDRs:          []string{"10.9.0.0/16"},
			AllowVPCs:          []string{"vpc-0a1b2c3d4e5f60718"},
			AllowVPCEndpoints:  []string{"vpce-0a1b2c3d4e5f60718"},
			DenyVPCEndpoints:   []string{"vpce-0000000000000bad1"},
			AllowAccounts:      []string{"123456789012"},
			DenyAccounts:       []string{"999999999999"},
			AllowOrganizations: []string{"o-a1b2c3d4e5"},
			Statements: []awsiam.PolicyStatement{awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
				Effect:     awsiam.Effect_DENY,
				Principals: &[]awsiam.IPrincipal{awsiam.NewStarPrincipal()},
				Actions:    jsii.Strings("execute-api:Invoke"),
				Resources:  jsii.Strings("execute-api:/*"),
				Conditions: &map[string]any{"DateGreaterThan": map[string]any{"aws:CurrentTime": "2040-01-01T00:00:00Z"}},
			})},
		},
		Stage: secureapi.Stage{
			Name: "v1", RateLimit: 200, BurstLimit: 100, AccessLogRetention: awslogs.RetentionDays_ONE_YEAR, Tracing: true,
			FlushAuthorizerCache: true,
		},
		RestApiProps: &awsapigateway.RestApiProps{
			RestApiName:      jsii.String("everything"),
			Description:      jsii.String("Every setting at once"),
			EndpointTypes:    &[]awsapigateway.EndpointType{awsapigateway.EndpointType_PRIVATE},
			BinaryMediaTypes: jsii.Strings("image/png"),
		},
		Domain: &secureapi.Domain{
			Name: "orders.internal.example.com",
			Certificate: awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
				jsii.String("arn:aws:acm:eu-central-1:123456789012:certificate/7e7a28d2-163f-4b8f-b9cd-822f96c08d6a")),
			Zone: awsroute53.HostedZone_FromHostedZoneAttributes(stack, jsii.String("Zone"), &awsroute53.HostedZoneAttributes{
				HostedZoneId: jsii.String("Z23ABC4XYZL05B"), ZoneName: jsii.String("internal.example.com"),
			}),
			BasePaths: []string{"orders"},
			DualStack: true,
			Private: &secureapi.PrivateDomain{
				AllowVPCEndpoints:     []string{"vpce-0a1b2c3d4e5f60718"},
				AssociateVPCEndpoints: []string{"vpce-0a1b2c3d4e5f60718"},
				EndpointDNSName:       "vpce-0a1b2c3d4e5f60718-abcd.execute-api.eu-central-1.vpce.amazonaws.com",
				EndpointHostedZoneID:  "Z27UANNT0PRK1T",
			},
		},
	})
	api.Alarms(
		awssns.Topic_FromTopicArn(stack, jsii.String("Pager"), jsii.String("arn:aws:sns:eu-central-1:123456789012:pager")),
		secureapi.AlarmProps{
			Period:              time.Minute,
			ServerErrorPercent:  1,
			UnauthorizedPercent: map[string]float64{"token_use": 2, "issuer": secureapi.NoAlarm},
			AuthorizerP99:       500 * time.Millisecond,
			IntegrationP99:      secureapi.NoAlarm,
		},
	)
	api.Dashboard(secureapi.DashboardProps{Name: "everything"})
	operator := awsiam.NewRole(
		stack,
		jsii.String("Operator"),
		&awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()},
	)
	api.GrantInvoke(operator, "GET /ops/status", "POST /ops/drain")
	return stack
}

// inlineFunction makes a function whose code is in the template, such as one of another team.
func inlineFunction(scope constructs.Construct, id string) awslambda.Function {
	return awslambda.NewFunction(scope, &id, &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(),
		Handler: jsii.String("index.handler"),
		Code:    awslambda.Code_FromInline(jsii.String("exports.handler = async () => { throw new Error('Unauthorized') }")),
	})
}
