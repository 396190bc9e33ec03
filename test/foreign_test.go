package test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// TestForeignApps checks that the rules report nothing for CDK apps without Gatehouse. The apps follow the examples of
// https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigateway-readme.html. Handwritten templates are in
// internal/rules/testdata/foreign.
func TestForeignApps(t *testing.T) {
	for name, build := range map[string]func(app awscdk.App){
		"a proxy to one function":        foreignProxy,
		"an API with all of L2's guards": foreignGuards,
		"an API in nested stacks":        foreignNested,
		"an API used by another stack":   foreignStacks,
		"an OpenAPI document":            foreignSpec,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir})
			build(app)
			app.Synth(nil)
			assembly, err := cloudassembly.Read(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range rules.Check(assembly, rules.Options{Accepted: true}) {
				t.Errorf("%s %s: %s", f.Rule, f.ConstructPath, f.Message)
			}
		})
	}
}

func foreignStack(app awscdk.App, id string) awscdk.Stack {
	return awscdk.NewStack(
		app,
		&id,
		&awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("444455556666"), Region: jsii.String("us-east-1")}},
	)
}

func foreignFunction(scope constructs.Construct, id string) awslambda.Function {
	return awslambda.NewFunction(scope, &id, &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(), Handler: jsii.String("index.handler"),
		Code: awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({statusCode: 200})")),
	})
}

func foreignProxy(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Widgets"), nil)
	awsapigateway.NewLambdaRestApi(
		stack,
		jsii.String("Api"),
		&awsapigateway.LambdaRestApiProps{Handler: foreignFunction(stack, "Backend")},
	)
}

// foreignGuards has each kind of authorizer, CORS including errors, keys with a plan, and client certificates.
func foreignGuards(app awscdk.App) {
	stack := foreignStack(app, "Orders")
	f := foreignFunction(stack, "Backend")
	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{
		DisableExecuteApiEndpoint: jsii.Bool(true),
		DefaultIntegration:        awsapigateway.NewLambdaIntegration(f, nil),
		DefaultCorsPreflightOptions: &awsapigateway.CorsOptions{
			AllowOrigins: awsapigateway.Cors_ALL_ORIGINS(), AllowMethods: awsapigateway.Cors_ALL_METHODS(),
		},
		DomainName: &awsapigateway.DomainNameOptions{
			DomainName: jsii.String("api.example.com"),
			Certificate: awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
				jsii.String("arn:aws:acm:us-east-1:444455556666:certificate/1")),
			EndpointType: awsapigateway.EndpointType_REGIONAL,
			Mtls: &awsapigateway.MTLSConfig{
				Bucket: awss3.NewBucket(stack, jsii.String("Trust"), nil),
				Key:    jsii.String("ca.pem"),
			},
		},
	})
	cors := &map[string]*string{"Access-Control-Allow-Origin": jsii.String("'*'")}
	api.AddGatewayResponse(
		jsii.String("Default4xx"),
		&awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_DEFAULT_4XX(), ResponseHeaders: cors},
	)
	api.AddGatewayResponse(
		jsii.String("Unauthorized"),
		&awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_UNAUTHORIZED(), ResponseHeaders: cors},
	)
	users := awscognito.NewUserPool(stack, jsii.String("Users"), nil)
	for path, options := range map[string]*awsapigateway.MethodOptions{
		"open": nil,
		"keyed": {
			ApiKeyRequired: jsii.Bool(true),
		},
		"token": {Authorizer: awsapigateway.NewTokenAuthorizer(
			stack,
			jsii.String("Token"),
			&awsapigateway.TokenAuthorizerProps{
				Handler: foreignFunction(stack, "TokenGuard"), ResultsCacheTtl: awscdk.Duration_Minutes(jsii.Number(60)),
			},
		)},
		"request": {Authorizer: awsapigateway.NewRequestAuthorizer(
			stack,
			jsii.String("Request"),
			&awsapigateway.RequestAuthorizerProps{
				Handler:         foreignFunction(stack, "RequestGuard"),
				IdentitySources: &[]*string{awsapigateway.IdentitySource_Header(jsii.String("X-Tenant"))},
			},
		)},
		"cognito": {
			Authorizer: awsapigateway.NewCognitoUserPoolsAuthorizer(
				stack,
				jsii.String("Cognito"),
				&awsapigateway.CognitoUserPoolsAuthorizerProps{
					CognitoUserPools: &[]awscognito.IUserPool{users},
				},
			),
			AuthorizationType: awsapigateway.AuthorizationType_COGNITO, AuthorizationScopes: jsii.Strings("orders/read"),
		},
		"iam": {AuthorizationType: awsapigateway.AuthorizationType_IAM},
	} {
		api.Root().AddResource(jsii.String(path), nil).AddMethod(jsii.String("GET"), nil, options)
	}
	plan := api.AddUsagePlan(jsii.String("Plan"), &awsapigateway.UsagePlanProps{Name: jsii.String("partners")})
	plan.AddApiKey(api.AddApiKey(jsii.String("Key"), nil), nil)
	plan.AddApiStage(&awsapigateway.UsagePlanPerApiStage{Stage: api.DeploymentStage()})
}

// foreignNested follows the integration test of https://github.com/aws/aws-cdk with an API in several nested stacks.
func foreignNested(app awscdk.App) {
	root := awscdk.NewStack(app, jsii.String("Root"), nil)
	api := awsapigateway.NewRestApi(root, jsii.String("Api"), &awsapigateway.RestApiProps{Deploy: jsii.Bool(false)})
	api.Root().AddMethod(jsii.String("ANY"), nil, nil)
	for _, name := range []string{"Pets", "Books"} {
		nested := awscdk.NewNestedStack(root, jsii.String(name), nil)
		imported := awsapigateway.RestApi_FromRestApiAttributes(nested, jsii.String("Api"), &awsapigateway.RestApiAttributes{
			RestApiId: api.RestApiId(), RootResourceId: api.RestApiRootResourceId(),
		})
		imported.Root().
			AddResource(&name, nil).
			AddMethod(jsii.String("GET"), awsapigateway.NewLambdaIntegration(foreignFunction(nested, "Backend"), nil), nil)
	}
}

// foreignStacks has functions in one stack, the API in a second, and further methods in a third.
func foreignStacks(app awscdk.App) {
	functions := foreignStack(app, "Functions")
	f := foreignFunction(functions, "Backend")
	gateway := foreignStack(app, "Gateway")
	api := awsapigateway.NewRestApi(
		gateway,
		jsii.String("Api"),
		&awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)},
	)
	api.Root().
		AddMethod(jsii.String("GET"), awsapigateway.NewHttpIntegration(jsii.String("https://example.com"), nil), nil)
	more := foreignStack(app, "More")
	imported := awsapigateway.RestApi_FromRestApiAttributes(more, jsii.String("Api"), &awsapigateway.RestApiAttributes{
		RestApiId: api.RestApiId(), RootResourceId: api.RestApiRootResourceId(),
	})
	imported.Root().
		AddResource(jsii.String("more"), nil).
		AddMethod(jsii.String("POST"), awsapigateway.NewLambdaIntegration(f, nil), nil)
}

func foreignSpec(app awscdk.App) {
	stack := foreignStack(app, "Pets")
	awsapigateway.NewSpecRestApi(stack, jsii.String("Api"), &awsapigateway.SpecRestApiProps{
		ApiDefinition: awsapigateway.ApiDefinition_FromInline(map[string]any{
			"openapi": "3.0.2", "info": map[string]any{"title": "Pets", "version": "1.0"},
			"paths": map[string]any{"/pets": map[string]any{"get": map[string]any{
				"responses":                       map[string]any{"200": map[string]any{"description": "pets"}},
				"x-amazon-apigateway-integration": map[string]any{"type": "mock"},
			}}},
		}),
	})
}
