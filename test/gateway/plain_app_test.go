package gateway

import (
	"path/filepath"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
)

// plainKey is the value of the API key of the plain app.
const plainKey = "a-key-of-a-customer-who-pays"

// newPlain makes a stack with only CDK's own constructs. Its API has the stage live. A second API, with a resource
// policy, has the stage fenced. The functions' executable is the file bootstrap in a folder, and the archive has a
// function in Python.
func newPlain(app awscdk.App, executable, archive string) {
	stack := awscdk.NewStack(app, jsii.String("Plain"), nil)
	function := func(id string) awslambda.Function {
		return awslambda.NewFunction(stack, &id, &awslambda.FunctionProps{
			Runtime: awslambda.Runtime_PROVIDED_AL2023(), Handler: jsii.String("bootstrap"),
			Code: awslambda.Code_FromAsset(jsii.String(filepath.Dir(executable)), nil),
		})
	}
	backend := awsapigateway.NewLambdaIntegration(function("Backend"), nil)
	check := function("Check")

	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{
		DeployOptions: &awsapigateway.StageOptions{StageName: jsii.String("live")},
		DefaultCorsPreflightOptions: &awsapigateway.CorsOptions{
			AllowOrigins: jsii.Strings("https://shop.example.com", "https://admin.example.com"),
			AllowMethods: jsii.Strings("GET", "POST"),
			MaxAge:       awscdk.Duration_Minutes(jsii.Number(5)),
		},
	})
	at := func(path string) awsapigateway.Resource { return api.Root().ResourceForPath(&path) }
	ttl := func(d time.Duration) awscdk.Duration { return awscdk.Duration_Seconds(jsii.Number(d.Seconds())) }

	token := &awsapigateway.MethodOptions{
		Authorizer: awsapigateway.NewTokenAuthorizer(stack, jsii.String("Token"), &awsapigateway.TokenAuthorizerProps{
			Handler: check, ResultsCacheTtl: ttl(10 * time.Minute), ValidationRegex: jsii.String("[a-z ]+"),
		}),
	}
	at("/token").AddMethod(jsii.String("GET"), backend, token)
	at("/token").AddMethod(jsii.String("POST"), backend, token)
	at("/files").AddProxy(&awsapigateway.ProxyResourceOptions{DefaultIntegration: backend, DefaultMethodOptions: token})

	request := &awsapigateway.MethodOptions{
		Authorizer: awsapigateway.NewRequestAuthorizer(stack, jsii.String("Request"), &awsapigateway.RequestAuthorizerProps{
			Handler: check, ResultsCacheTtl: ttl(time.Minute),
			IdentitySources: &[]*string{
				awsapigateway.IdentitySource_Header(jsii.String("X-Tenant")),
				awsapigateway.IdentitySource_QueryString(jsii.String("region")),
			},
		}),
	}
	at("/request").AddMethod(jsii.String("GET"), backend, request)
	at("/request").AddMethod(jsii.String("POST"), backend, request)

	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	pool.AddClient(jsii.String("Client"), nil)
	users := awsapigateway.NewCognitoUserPoolsAuthorizer(
		stack,
		jsii.String("Users"),
		&awsapigateway.CognitoUserPoolsAuthorizerProps{
			CognitoUserPools: &[]awscognito.IUserPool{pool},
		},
	)
	at("/users").AddMethod(jsii.String("GET"), backend, &awsapigateway.MethodOptions{Authorizer: users})
	at("/users").AddMethod(jsii.String("POST"), backend, &awsapigateway.MethodOptions{
		Authorizer:          users,
		AuthorizationScopes: jsii.Strings("shop/write"),
	})

	signed := &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM}
	at("/signed").AddMethod(jsii.String("POST"), backend, signed)
	awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()}).
		AddToPolicy(
			awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
				Actions:   jsii.Strings("execute-api:Invoke"),
				Resources: &[]*string{at("/signed").AddMethod(jsii.String("GET"), backend, signed).MethodArn()},
			}))

	at("/metered").AddMethod(jsii.String("GET"), backend, &awsapigateway.MethodOptions{ApiKeyRequired: jsii.Bool(true)})
	plan := api.AddUsagePlan(jsii.String("Plan"), &awsapigateway.UsagePlanProps{
		ApiStages: &[]*awsapigateway.UsagePlanPerApiStage{{Api: api, Stage: api.DeploymentStage()}},
	})
	plan.AddApiKey(api.AddApiKey(jsii.String("Key"), &awsapigateway.ApiKeyOptions{Value: jsii.String(plainKey)}), nil)
	api.AddApiKey(jsii.String("WithoutPlan"), &awsapigateway.ApiKeyOptions{Value: jsii.String(plainKey + "-one-day")})

	at("/mock").AddMethod(jsii.String("GET"), awsapigateway.NewMockIntegration(&awsapigateway.IntegrationOptions{
		RequestTemplates: &map[string]*string{"application/json": jsii.String(`{ "statusCode": 200 }`)},
		IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{
			StatusCode:        jsii.String("200"),
			ResponseTemplates: &map[string]*string{"application/json": jsii.String(`{"status":"up"}`)},
		}},
	}), &awsapigateway.MethodOptions{MethodResponses: &[]*awsapigateway.MethodResponse{{StatusCode: jsii.String("200")}}})

	// The archive has a function in Python.
	python := awslambda.NewFunction(stack, jsii.String("Python"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_PYTHON_3_13(), Handler: jsii.String("shop/app.handler"),
		Code: awslambda.Code_FromAsset(&archive, nil), Timeout: awscdk.Duration_Minutes(jsii.Number(1)),
	})
	at("/python").AddMethod(jsii.String("GET"), awsapigateway.NewLambdaIntegration(python, nil), nil)

	// The gateway cannot run these: a runtime that it does not know, and a web server on another machine.
	ruby := awslambda.NewFunction(stack, jsii.String("Ruby"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_RUBY_3_4(), Handler: jsii.String("index.handler"),
		Code: awslambda.Code_FromAsset(&archive, nil),
	})
	at("/ruby").AddMethod(jsii.String("GET"), awsapigateway.NewLambdaIntegration(ruby, nil), nil)
	at("/ruby/checked").AddMethod(jsii.String("GET"), backend, &awsapigateway.MethodOptions{
		Authorizer: awsapigateway.NewTokenAuthorizer(
			stack,
			jsii.String("RubyToken"),
			&awsapigateway.TokenAuthorizerProps{Handler: ruby},
		),
	})
	elsewhere := awsapigateway.NewHttpIntegration(jsii.String("https://example.com/"), nil)
	at("/elsewhere").AddMethod(jsii.String("GET"), elsewhere, nil)

	api.AddGatewayResponse(jsii.String("Unauthorized"), &awsapigateway.GatewayResponseOptions{
		Type:            awsapigateway.ResponseType_UNAUTHORIZED(),
		ResponseHeaders: &map[string]*string{"WWW-Authenticate": jsii.String("'Bearer'")},
		Templates: &map[string]*string{
			"application/json": jsii.String(`{"error":$context.error.messageString,"type":"$context.error.responseType"}`),
		},
	})
	api.AddGatewayResponse(jsii.String("Refused"), &awsapigateway.GatewayResponseOptions{
		Type:            awsapigateway.ResponseType_DEFAULT_4XX(),
		ResponseHeaders: &map[string]*string{"Access-Control-Allow-Origin": jsii.String("'*'")},
	})
	newFenced(stack, backend, check)
}

// newFenced makes the second API. It denies a range of addresses, and one path also to this machine.
func newFenced(stack awscdk.Stack, backend awsapigateway.Integration, check awslambda.Function) {
	statement := func(effect awsiam.Effect, resource, cidr string) awsiam.PolicyStatement {
		s := awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Effect: effect, Principals: &[]awsiam.IPrincipal{awsiam.NewStarPrincipal()},
			Actions: jsii.Strings("execute-api:Invoke"), Resources: &[]*string{&resource},
		})
		if cidr != "" {
			s.AddCondition(jsii.String("IpAddress"), map[string]string{"aws:SourceIp": cidr})
		}
		return s
	}
	api := awsapigateway.NewRestApi(stack, jsii.String("Fenced"), &awsapigateway.RestApiProps{
		DeployOptions: &awsapigateway.StageOptions{StageName: jsii.String("fenced")},
		Policy: awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
			statement(awsiam.Effect_ALLOW, "execute-api:/*", ""),
			statement(awsiam.Effect_DENY, "execute-api:/*", "203.0.113.0/24"),
			statement(awsiam.Effect_DENY, "execute-api:/fenced/GET/internal", "127.0.0.0/8"),
		}}),
	})
	token := &awsapigateway.MethodOptions{
		Authorizer: awsapigateway.NewTokenAuthorizer(
			stack,
			jsii.String("FencedToken"),
			&awsapigateway.TokenAuthorizerProps{Handler: check},
		),
	}
	for path, options := range map[string]*awsapigateway.MethodOptions{"/open": nil, "/token": token, "/internal": token} {
		api.Root().ResourceForPath(&path).AddMethod(jsii.String("GET"), backend, options)
	}
}
