// Command shop makes the assembly in internal/cloudassembly/testdata/shop, which was made with aws-cdk-lib 2.270.0. It
// uses no construct of Gatehouse, so that the local gateway is tested with an ordinary CDK app. It is in this folder,
// because packages in internal may not load CDK.
//
//	go run ./test/shop DIR
//
// It needs files with any content in the folders fn/token and fn/backend of the working directory. From its output, the
// metadata was removed, and the parts for the deployment: Lambda permissions, rules, the roles of CDK's bootstrap
// stack, and the mail texts of the user pools.
package main

import (
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	gw "github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

var s, b = jsii.String, jsii.Bool

func n(v float64) *float64 { return &v }

func fn(scope constructs.Construct, id, dir string, env map[string]*string) awslambda.Function {
	if env == nil {
		env = map[string]*string{}
	}
	return awslambda.NewFunction(scope, &id, &awslambda.FunctionProps{
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Handler:      s("bootstrap"),
		Architecture: awslambda.Architecture_ARM_64(),
		Code:         awslambda.Code_FromAsset(s(dir), nil),
		Environment:  &env,
		Timeout:      awscdk.Duration_Seconds(n(10)),
		MemorySize:   n(256),
	})
}

type shared struct {
	pool   awscognito.UserPool
	client awscognito.UserPoolClient
	server awscognito.UserPoolResourceServer
	scope  awscognito.ResourceServerScope
	table  awsdynamodb.TableV2
	auth   awslambda.Function
	stack  awscdk.Stack
}

func sharedStack(scope constructs.Construct, id string) shared {
	st := awscdk.NewStack(scope, &id, nil)
	pool := awscognito.NewUserPool(st, s("Users"), &awscognito.UserPoolProps{UserPoolName: s("people")})
	read := awscognito.NewResourceServerScope(
		&awscognito.ResourceServerScopeProps{ScopeName: s("read"), ScopeDescription: s("See orders")},
	)
	server := pool.AddResourceServer(
		s("Orders"),
		&awscognito.UserPoolResourceServerOptions{Identifier: s("orders"), Scopes: &[]awscognito.ResourceServerScope{read}},
	)
	client := pool.AddClient(s("Web"), &awscognito.UserPoolClientOptions{
		AccessTokenValidity: awscdk.Duration_Minutes(n(30)),
		OAuth: &awscognito.OAuthSettings{
			Flows: &awscognito.OAuthFlows{AuthorizationCodeGrant: b(true)},
			Scopes: &[]awscognito.OAuthScope{
				awscognito.OAuthScope_OPENID(),
				awscognito.OAuthScope_ResourceServer(server, read),
			},
			CallbackUrls: jsii.Strings("http://localhost:3000/"),
		},
	})
	awscognito.NewUserPoolGroup(st, s("Admins"), &awscognito.UserPoolGroupProps{UserPool: pool, GroupName: s("admins")})
	table := awsdynamodb.NewTableV2(
		st,
		s("Table"),
		&awsdynamodb.TablePropsV2{
			PartitionKey: &awsdynamodb.Attribute{Name: s("pk"), Type: awsdynamodb.AttributeType_STRING},
		},
	)
	secret := awssecretsmanager.NewSecret(st, s("Signing"), nil)
	auth := fn(
		st,
		"Authorizer",
		"fn/token",
		map[string]*string{
			"ISSUER": pool.UserPoolProviderUrl(),
			"SECRET": secret.SecretArn(),
			"CLIENT": client.UserPoolClientId(),
		},
	)
	secret.GrantRead(auth, nil)
	return shared{pool, client, server, read, table, auth, st}
}

func apiStack(scope constructs.Construct, id string, sh shared) gw.RestApi {
	st := awscdk.NewStack(scope, &id, nil)
	backend := fn(st, "Backend", "fn/backend", map[string]*string{"TABLE": sh.table.TableName(), "REGION": st.Region()})
	sh.table.GrantReadWriteData(backend)
	node := awslambda.NewFunction(
		st,
		s("Inline"),
		&awslambda.FunctionProps{
			Runtime: awslambda.Runtime_NODEJS_22_X(),
			Handler: s("index.handler"),
			Code:    awslambda.Code_FromInline(s("exports.handler = async () => 1;")),
		},
	)
	alias := awslambda.NewAlias(
		st,
		s("Live"),
		&awslambda.AliasProps{AliasName: s("live"), Version: backend.CurrentVersion()},
	)

	api := gw.NewRestApi(st, s("Api"), &gw.RestApiProps{
		RestApiName:        s("orders"),
		BinaryMediaTypes:   jsii.Strings("image/png"),
		MinCompressionSize: awscdk.Size_Bytes(n(1024)),
		ApiKeySourceType:   gw.ApiKeySourceType_HEADER,
		CloudWatchRole:     b(false),
		Policy: awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
			awsiam.NewPolicyStatement(
				&awsiam.PolicyStatementProps{
					Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
					Actions:    jsii.Strings("execute-api:Invoke"),
					Resources:  jsii.Strings("execute-api:/*"),
				},
			),
			awsiam.NewPolicyStatement(
				&awsiam.PolicyStatementProps{
					Effect:     awsiam.Effect_DENY,
					Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
					Actions:    jsii.Strings("execute-api:Invoke"),
					Resources:  jsii.Strings("execute-api:/*"),
					Conditions: &map[string]any{"NotIpAddress": map[string]any{"aws:SourceIp": []string{"203.0.113.0/24"}}},
				},
			),
		}}),
		DeployOptions: &gw.StageOptions{
			StageName:            s("v1"),
			Variables:            &map[string]*string{"color": s("blue"), "table": sh.table.TableName()},
			ThrottlingRateLimit:  n(100),
			ThrottlingBurstLimit: n(50),
			MethodOptions: &map[string]*gw.MethodDeploymentOptions{
				"/orders/{id}/GET": {ThrottlingRateLimit: n(5), ThrottlingBurstLimit: n(2)},
			},
		},
	})
	role := awsiam.NewRole(
		st,
		s("InvokeRole"),
		&awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(s("apigateway.amazonaws.com"), nil)},
	)
	local := fn(st, "LocalAuthorizer", "fn/token", nil)
	token := gw.NewTokenAuthorizer(
		st,
		s("Token"),
		&gw.TokenAuthorizerProps{
			Handler:         local,
			ValidationRegex: s("^Bearer .+$"),
			ResultsCacheTtl: awscdk.Duration_Minutes(n(10)),
		},
	)
	request := gw.NewRequestAuthorizer(
		st,
		s("Request"),
		&gw.RequestAuthorizerProps{
			Handler:    sh.auth,
			AssumeRole: role,
			IdentitySources: &[]*string{
				gw.IdentitySource_Header(s("X-Tenant")),
				gw.IdentitySource_QueryString(s("sig")),
				gw.IdentitySource_StageVariable(s("color")),
				gw.IdentitySource_Context(s("identity.sourceIp")),
			},
		},
	)
	plain := gw.NewRequestAuthorizer(
		st,
		s("Uncached"),
		&gw.RequestAuthorizerProps{
			Handler:         sh.auth,
			IdentitySources: &[]*string{},
			ResultsCacheTtl: awscdk.Duration_Seconds(n(0)),
			AssumeRole:      role,
		},
	)
	pools := gw.NewCognitoUserPoolsAuthorizer(
		st,
		s("Pools"),
		&gw.CognitoUserPoolsAuthorizerProps{CognitoUserPools: &[]awscognito.IUserPool{sh.pool}},
	)

	lambda := gw.NewLambdaIntegration(
		backend,
		&gw.LambdaIntegrationOptions{AllowTestInvoke: b(false), Timeout: awscdk.Duration_Seconds(n(5))},
	)
	live := gw.NewLambdaIntegration(alias, &gw.LambdaIntegrationOptions{AllowTestInvoke: b(false)})
	orders := api.Root().AddResource(s("orders"), nil)
	orders.AddCorsPreflight(&gw.CorsOptions{
		AllowOrigins:     jsii.Strings("https://shop.example.com", "https://admin.example.com"),
		AllowMethods:     jsii.Strings("GET", "POST"),
		AllowCredentials: b(true),
		MaxAge:           awscdk.Duration_Minutes(n(10)),
	})
	validator := api.AddRequestValidator(
		s("Parameters"),
		&gw.RequestValidatorOptions{ValidateRequestParameters: b(true), ValidateRequestBody: b(true)},
	)
	model := api.AddModel(
		s("Order"),
		&gw.ModelOptions{
			ModelName: s("Order"),
			Schema:    &gw.JsonSchema{Type: gw.JsonSchemaType_OBJECT, Required: jsii.Strings("item")},
		},
	)
	orders.AddMethod(s("GET"), lambda, &gw.MethodOptions{Authorizer: token, ApiKeyRequired: b(true)})
	orders.AddMethod(
		s("POST"),
		live,
		&gw.MethodOptions{
			Authorizer:       request,
			RequestValidator: validator,
			RequestModels:    &map[string]gw.IModel{"application/json": model},
			RequestParameters: &map[string]*bool{
				"method.request.querystring.dry": b(true),
				"method.request.header.X-Trace":  b(false),
			},
		},
	)
	order := orders.AddResource(s("{id}"), nil)
	order.AddMethod(
		s("GET"),
		lambda,
		&gw.MethodOptions{
			Authorizer:          pools,
			AuthorizationScopes: &[]*string{awscognito.OAuthScope_ResourceServer(sh.server, sh.scope).ScopeName()},
		},
	)
	order.AddMethod(s("DELETE"), lambda, &gw.MethodOptions{AuthorizationType: gw.AuthorizationType_IAM})
	order.AddMethod(s("PUT"), lambda, &gw.MethodOptions{Authorizer: plain})
	api.Root().
		AddResource(s("files"), nil).
		AddResource(s("{proxy+}"), nil).
		AddMethod(s("ANY"), gw.NewLambdaIntegration(node, &gw.LambdaIntegrationOptions{
			AllowTestInvoke:        b(false),
			CredentialsPassthrough: b(true),
		}), &gw.MethodOptions{AuthorizationType: gw.AuthorizationType_IAM})
	api.Root().AddResource(s("health"), nil).AddMethod(s("GET"), gw.NewMockIntegration(&gw.IntegrationOptions{
		RequestTemplates: &map[string]*string{
			"application/json": s(`{"statusCode": 200}`),
		}, PassthroughBehavior: gw.PassthroughBehavior_NEVER,
		IntegrationResponses: &[]*gw.IntegrationResponse{
			{StatusCode: s("200"), ResponseTemplates: &map[string]*string{"application/json": s(`{"ok": true}`)}},
		},
	}), &gw.MethodOptions{MethodResponses: &[]*gw.MethodResponse{{StatusCode: s("200")}}})
	api.Root().
		AddResource(s("elsewhere"), nil).
		AddMethod(s("GET"), gw.NewHttpIntegration(s("https://www.example.com/"), nil), nil)
	api.Root().
		AddResource(s("queue"), nil).
		AddMethod(s("POST"), gw.NewAwsIntegration(&gw.AwsIntegrationProps{
			Service:               s("sqs"),
			Path:                  s("123456789012/q"),
			IntegrationHttpMethod: s("POST"),
		}), nil)
	api.AddGatewayResponse(
		s("Denied"),
		&gw.GatewayResponseOptions{Type: gw.ResponseType_ACCESS_DENIED(), StatusCode: s("403"),
			ResponseHeaders: &map[string]*string{
				"Access-Control-Allow-Origin": s("'https://shop.example.com'"),
			}, Templates: &map[string]*string{"application/json": s(`{"message":$context.error.messageString,` +
				`"type":"$context.error.responseType"}`)}},
	)
	api.AddGatewayResponse(
		s("Default4XX"),
		&gw.GatewayResponseOptions{
			Type:            gw.ResponseType_DEFAULT_4XX(),
			ResponseHeaders: &map[string]*string{"Vary": s("'Origin'")},
		},
	)
	key := api.AddApiKey(s("PartnerKey"), &gw.ApiKeyOptions{ApiKeyName: s("partner")})
	plan := api.AddUsagePlan(
		s("Plan"),
		&gw.UsagePlanProps{
			Name:     s("partners"),
			Throttle: &gw.ThrottleSettings{RateLimit: n(10), BurstLimit: n(2)},
			Quota:    &gw.QuotaSettings{Limit: n(1000), Period: gw.Period_DAY},
		},
	)
	plan.AddApiKey(key, nil)
	plan.AddApiStage(&gw.UsagePlanPerApiStage{Stage: api.DeploymentStage()})
	return api
}

func nestedRoutes(scope constructs.Construct, id string, api gw.RestApi, sh shared) {
	st := awscdk.NewStack(scope, &id, nil)
	// Routes of an API of another stack, in a nested CloudFormation stack, which reads a weak reference.
	nested := awscdk.NewNestedStack(st, s("Routes"), nil)
	f := fn(
		nested,
		"Admin",
		"fn/backend",
		map[string]*string{"POOL": awscdk.Stack_ConsumeReference(sh.pool.UserPoolId(), awscdk.ReferenceStrength_WEAK)},
	)
	imported := gw.RestApi_FromRestApiAttributes(
		nested,
		s("Imported"),
		&gw.RestApiAttributes{RestApiId: api.RestApiId(), RootResourceId: api.RestApiRootResourceId()},
	)
	imported.Root().
		AddResource(s("admin"), nil).
		AddMethod(
			s("GET"),
			gw.NewLambdaIntegration(f, &gw.LambdaIntegrationOptions{AllowTestInvoke: b(false)}),
			&gw.MethodOptions{AuthorizationType: gw.AuthorizationType_IAM},
		)
}

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: s(os.Args[1]), AnalyticsReporting: b(false), TreeMetadata: b(false)})
	sh := sharedStack(app, "Shared")
	api := apiStack(app, "Shop", sh)
	nestedRoutes(app, "More", api, sh)
	stage := awscdk.NewStage(
		app,
		s("Prod"),
		&awscdk.StageProps{Env: &awscdk.Environment{Account: s("111122223333"), Region: s("eu-west-1")}},
	)
	people := sharedStack(stage, "Shared")
	st := awscdk.NewStack(stage, s("Shop"), nil)
	small := gw.NewRestApi(st, s("Api"), &gw.RestApiProps{CloudWatchRole: b(false)})
	pools := gw.NewCognitoUserPoolsAuthorizer(
		st,
		s("Pools"),
		&gw.CognitoUserPoolsAuthorizerProps{CognitoUserPools: &[]awscognito.IUserPool{people.pool}},
	)
	small.Root().
		AddMethod(
			s("GET"),
			gw.NewLambdaIntegration(
				fn(st, "Backend", "fn/backend", nil),
				&gw.LambdaIntegrationOptions{AllowTestInvoke: b(false)},
			),
			&gw.MethodOptions{Authorizer: pools},
		)
	app.Synth(nil)
}
