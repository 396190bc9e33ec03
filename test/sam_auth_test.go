package test

import (
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// everyAuthorizer returns the authorizers of SAM's largest tests of authorizers, by name.
func everyAuthorizer(g *given) map[string]secureapi.Authorizer {
	return map[string]secureapi.Authorizer{
		"pools": secureapi.CognitoAuthorizer{
			UserPools: []awscognito.IUserPool{g.pool("eu-west-1_two"), g.pool("eu-west-1_three")},
			Header:    "MyAuthorizationHeader2", ValidationExpression: "myauthvalidationexpression2",
		},
		"token": secureapi.TokenAuthorizer{
			Function: g.fn("Decide"), InvokeRole: g.role("S3Access"), Header: "MyCustomAuthHeader",
			ValidationExpression: "mycustomauthexpression", CacheTTL: 20 * time.Second,
		},
		"uncached": secureapi.TokenAuthorizer{Function: g.fn("Decide"), CacheTTL: secureapi.NoCache},
		"request": secureapi.RequestAuthorizer{
			Function: g.fn("Decide"), InvokeRole: g.role("S3Access"), CacheTTL: secureapi.NoCache,
			IdentitySources: []secureapi.IdentitySource{
				secureapi.IdentityHeader("Authorization1"), secureapi.IdentityQuery("Authorization2"),
				secureapi.IdentityStageVariable("Authorization3"), secureapi.IdentityContext("Authorization4"),
			},
		},
	}
}

func poolAuthorizer(g *given) secureapi.Authorizer {
	return secureapi.CognitoAuthorizer{
		UserPools: []awscognito.IUserPool{g.pool("eu-west-1_one")},
		Header:    "MyAuthorizationHeader", ValidationExpression: "myauthvalidationexpression",
	}
}

// The facts about methods with these authorizers.
const (
	byPool = "COGNITO_USER_POOLS header.MyAuthorizationHeader myauthvalidationexpression ttl=300 " +
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_one"
	byPools = "COGNITO_USER_POOLS header.MyAuthorizationHeader2 myauthvalidationexpression2 ttl=300 " +
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_two+" +
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_three"
	byToken    = "TOKEN header.MyCustomAuthHeader mycustomauthexpression ttl=20 by role"
	byUncached = "TOKEN header.Authorization ttl=0"
	byRequest  = "REQUEST header.Authorization1,querystring.Authorization2,stageVariables.Authorization3," +
		"context.Authorization4 ttl=0 by role"
	byOnePool = "COGNITO_USER_POOLS header.Authorization ttl=300 " +
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_one"
	byDecision = "TOKEN header.Authorization ttl=300"
	byHeader   = "REQUEST header.Authorization1 ttl=300"
)

func guarded(g *given, guard, pattern string, words ...secureapi.Access) secureapi.Route {
	return secureapi.Handle(pattern, g.fn("F"), append([]secureapi.Access{secureapi.GuardedBy(guard)}, words...)...)
}

var authSamples = []sample{
	{
		name: "api_with_auth_all_maximum",
		also: []string{"api_with_auth_all_maximum_openapi_3"},
		props: func(g *given) *secureapi.Props {
			key := secureapi.APIKey()
			return &secureapi.Props{
				Authorizer: poolAuthorizer(g), Authorizers: everyAuthorizer(g),
				Routes: slices.Concat(
					g.table([]secureapi.Access{secureapi.KeyOnly("as in SAM's test")}, "GET /", "ANY /any/noauth"),
					g.table([]secureapi.Access{key}, "PUT /users", "ANY /any/default"),
					[]secureapi.Route{
						guarded(g, "pools", "POST /users", key), guarded(g, "pools", "ANY /any/cognitomultiple", key),
						guarded(g, "token", "GET /users", key), guarded(g, "token", "ANY /any/lambdatoken", key),
						guarded(g, "uncached", "PATCH /users", key), guarded(g, "uncached", "ANY /any/lambdatokennone", key),
						guarded(g, "request", "DELETE /users", key), guarded(g, "request", "ANY /any/lambdarequest", key),
					},
				),
			}
		},
		want: map[string]string{
			"GET /": "NONE key", "ANY /any/noauth": "NONE key",
			"PUT /users": byPool + " key", "ANY /any/default": byPool + " key",
			"POST /users": byPools + " key", "ANY /any/cognitomultiple": byPools + " key",
			"GET /users": byToken + " key", "ANY /any/lambdatoken": byToken + " key",
			"PATCH /users": byUncached + " key", "ANY /any/lambdatokennone": byUncached + " key",
			"DELETE /users": byRequest + " key", "ANY /any/lambdarequest": byRequest + " key",
		},
	},
	{
		name: "api_with_auth_all_minimum (a user pool)",
		also: []string{"api_with_auth_all_minimum_openapi"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				Authorizer: secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{g.pool("eu-west-1_one")}},
				Routes:     g.table(nil, "GET /cognito", "ANY /any/cognito"),
			}
		},
		want: map[string]string{"GET /cognito": byOnePool, "ANY /any/cognito": byOnePool},
	},
	{
		name: "api_with_auth_all_minimum (TOKEN)",
		also: []string{"api_rest_auth_disable_default_function_permissions"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				Authorizer: secureapi.TokenAuthorizer{Function: g.fn("Decide")},
				Routes:     g.table(nil, "GET /lambda-token", "ANY /any/lambda-token"),
			}
		},
		want: map[string]string{"GET /lambda-token": byDecision, "ANY /any/lambda-token": byDecision},
	},
	{
		name: "api_with_auth_all_minimum (REQUEST)",
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				Authorizer: secureapi.RequestAuthorizer{
					Function: g.fn("Decide"), IdentitySources: []secureapi.IdentitySource{secureapi.IdentityHeader("Authorization1")},
				},
				Routes: g.table(nil, "GET /lambda-request", "ANY /any/lambda-request"),
			}
		},
		want: map[string]string{"GET /lambda-request": byHeader, "ANY /any/lambda-request": byHeader},
	},
	{
		name: "api_with_auth_all_minimum (not cached)",
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				Authorizer: secureapi.RequestAuthorizer{Function: g.fn("Decide"), CacheTTL: secureapi.NoCache},
				Routes:     g.table(nil, "GET /not-cached-lambda-request"),
			}
		},
		want: map[string]string{"GET /not-cached-lambda-request": "REQUEST ttl=0"},
	},
	{
		name: "api_with_auth_explicit_inline_no_default",
		also: []string{"api_with_auth_no_default"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				Authorizers: map[string]secureapi.Authorizer{"pool": secureapi.CognitoAuthorizer{
					UserPools: []awscognito.IUserPool{g.pool("eu-west-1_one")},
				}},
				Routes: slices.Concat(g.public("GET /cognito/no-auth", "ANY /cognito/any/no-auth"),
					[]secureapi.Route{guarded(g, "pool", "GET /any/cognito"), guarded(g, "pool", "ANY /any/cognito")}),
			}
		},
		want: map[string]string{
			"GET /cognito/no-auth": "NONE", "ANY /cognito/any/no-auth": "NONE",
			"GET /any/cognito": byOnePool, "ANY /any/cognito": byOnePool,
		},
	},
	{
		name: "api_with_auth_with_default_scopes",
		also: []string{"api_with_auth_with_default_scopes_openapi", "state_machine_with_api_auth_default_scopes"},
		props: func(g *given) *secureapi.Props {
			first := secureapi.AnyScope("default.write", "default.read")
			second := secureapi.AnyScope("default.delete", "default.update")
			own := secureapi.AnyScope("overwritten.read", "overwritten.write")
			return &secureapi.Props{
				Authorizer: secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{g.pool("eu-west-1_one")}},
				Authorizers: map[string]secureapi.Authorizer{"second": secureapi.CognitoAuthorizer{
					UserPools: []awscognito.IUserPool{g.pool("eu-west-1_two")},
				}},
				DefaultAccess: []secureapi.Access{first},
				Routes: []secureapi.Route{
					guarded(g, "second", "GET /cognitoauthorizerwithdefaultscopes", second),
					secureapi.Handle("GET /cognitodefaultscopesdefaultauthorizer", g.fn("F")),
					secureapi.Handle("GET /cognitowithauthnone", g.fn("F"), open),
					secureapi.Handle("GET /cognitodefaultscopesoverwritten", g.fn("F"), own),
					guarded(g, "second", "GET /cognitoauthorizercopesoverwritten", own),
					secureapi.Handle("GET /cognitodefaultscopesnone", g.fn("F"), secureapi.AnyCaller()),
					guarded(g, "second", "GET /cognitodefaultauthdefaultscopesnone", secureapi.AnyCaller()),
				},
			}
		},
		want: map[string]string{
			"GET /cognitoauthorizerwithdefaultscopes":    bySecondPool + ` scopes=["default.delete","default.update"]`,
			"GET /cognitodefaultscopesdefaultauthorizer": byOnePool + ` scopes=["default.write","default.read"]`,
			"GET /cognitowithauthnone":                   "NONE",
			"GET /cognitodefaultscopesoverwritten":       byOnePool + ` scopes=["overwritten.read","overwritten.write"]`,
			"GET /cognitoauthorizercopesoverwritten":     bySecondPool + ` scopes=["overwritten.read","overwritten.write"]`,
			"GET /cognitodefaultscopesnone":              byOnePool,
			"GET /cognitodefaultauthdefaultscopesnone":   bySecondPool,
		},
	},
	{
		name: "api_with_aws_iam_auth_overrides",
		also: []string{"api_with_default_aws_iam_auth", "api_with_method_aws_iam_auth",
			"api_with_default_aws_iam_auth_and_no_auth_route"},
		props: func(g *given) *secureapi.Props {
			withOptions := func(pattern string, o *awsapigateway.LambdaIntegrationOptions) secureapi.Route {
				return secureapi.Route{Pattern: pattern, Function: g.fn("F"), IntegrationOptions: o}
			}
			return &secureapi.Props{
				Authorizer: secureapi.IAMAuthorizer{},
				Authorizers: map[string]secureapi.Authorizer{"pool": secureapi.CognitoAuthorizer{
					UserPools: []awscognito.IUserPool{g.pool("eu-west-1_one")},
				}},
				Routes: []secureapi.Route{
					guarded(g, "pool", "GET /MyFunctionMyCognitoAuth"),
					withOptions("GET /MyFunctionWithoutAuth", &awsapigateway.LambdaIntegrationOptions{
						CredentialsRole: g.role("AUTH_AWS_IAM"),
					}),
					secureapi.Handle("GET /MyFunctionNoneAuth", g.fn("F"), open),
					withOptions("GET /MyFunctionDefaultInvokeRole", &awsapigateway.LambdaIntegrationOptions{
						CredentialsPassthrough: jsii.Bool(true),
					}),
					secureapi.Handle("GET /MyFunctionNONEInvokeRole", g.fn("F")),
				},
			}
		},
		want: map[string]string{
			"GET /MyFunctionMyCognitoAuth":     byOnePool,
			"GET /MyFunctionWithoutAuth":       "AWS_IAM credentials=arn:aws:iam::123456789012:role/AUTH_AWS_IAM",
			"GET /MyFunctionNoneAuth":          "NONE",
			"GET /MyFunctionDefaultInvokeRole": "AWS_IAM credentials=arn:aws:iam::*:user/*",
			"GET /MyFunctionNONEInvokeRole":    "AWS_IAM",
		},
	},
	{
		name: "api_with_swagger_authorizer_none",
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{Routes: g.public("GET /cognito")}
		},
		want: map[string]string{"GET /cognito": "NONE"},
	},
	{
		name: "api_with_identity_intrinsic",
		props: func(g *given) *secureapi.Props {
			seconds := awscdk.Token_AsNumber(awscdk.Fn_ConditionIf(g.condition("isProd").LogicalId(), 3600, 0))
			return &secureapi.Props{Authorizer: secureapi.RequestAuthorizer{
				Function: g.fn("Decide"), IdentitySources: []secureapi.IdentitySource{secureapi.IdentityHeader("Accept")},
				CacheTTLSeconds: seconds,
			}}
		},
		want: map[string]string{"ANY /": `REQUEST header.Accept ttl={"Fn::If":["isProd",3600,0]} mock`},
	},
	{
		name: "api_with_any_method_in_swagger",
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				Authorizer: secureapi.RequestAuthorizer{
					Function: g.fn("Decide"), IdentitySources: []secureapi.IdentitySource{secureapi.IdentityHeader("Authorization")},
				},
				Routes: []secureapi.Route{secureapi.Integrate("ANY /", awsapigateway.NewHttpIntegration(
					jsii.String("https://www.alphavantage.co/"),
					&awsapigateway.HttpIntegrationProps{HttpMethod: jsii.String("ANY")}))},
				Stage: secureapi.Stage{Name: g.parameter("Stage")},
			}
		},
		want: map[string]string{"ANY /": "REQUEST header.Authorization ttl=300 http_proxy", "stage StageName": "Stage"},
	},
}

const bySecondPool = "COGNITO_USER_POOLS header.Authorization ttl=300 " +
	"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_two"
