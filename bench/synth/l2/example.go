package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/shape"
)

// newExample makes the example's stack as an experienced CDK user writes it without Gatehouse. The construct IDs are
// the same as Gatehouse's, so that the logical IDs are the same.
func newExample(scope constructs.Construct, id string, words shape.Words, built code) {
	stack := awscdk.NewStack(scope, &id, nil)
	attribute := func(name string) *awsdynamodb.Attribute {
		return &awsdynamodb.Attribute{Name: &name, Type: awsdynamodb.AttributeType_STRING}
	}
	table := awsdynamodb.NewTableV2(stack, jsii.String("Table"), &awsdynamodb.TablePropsV2{
		PartitionKey: attribute("pk"),
		SortKey:      attribute("sk"),
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: jsii.Bool(true),
		},
	})
	backend := newFunction(
		stack,
		"Backend",
		"backend-fn",
		built.backend,
		map[string]*string{"ORDERS_TABLE": table.TableName()},
	)
	table.Grant(backend, *jsii.Strings(words.TableActions...)...)

	api := constructs.NewConstruct(stack, jsii.String("Api"))
	accessLog := awslogs.NewLogGroup(
		api,
		jsii.String("AccessLog"),
		&awslogs.LogGroupProps{Retention: awslogs.RetentionDays_THREE_MONTHS},
	)
	rest := awsapigateway.NewRestApi(api, jsii.String("RestApi"), &awsapigateway.RestApiProps{
		RestApiName:    jsii.String("Orders-Api"),
		CloudWatchRole: jsii.Bool(false),
		EndpointConfiguration: &awsapigateway.EndpointConfiguration{
			Types: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		},
		DeployOptions: &awsapigateway.StageOptions{
			StageName:            jsii.String("prod"),
			ThrottlingRateLimit:  jsii.Number(1000),
			ThrottlingBurstLimit: jsii.Number(500),
			AccessLogDestination: awsapigateway.NewLogGroupLogDestination(accessLog),
			AccessLogFormat:      awsapigateway.AccessLogFormat_Custom(jsii.String(accessLogFormat)),
		},
	})
	authorizer := awsapigateway.NewTokenAuthorizer(api, jsii.String("Authorizer"), &awsapigateway.TokenAuthorizerProps{
		Handler:         newFunction(api, "AuthorizerFunction", "authorizer-fn", built.authorizer, texts(words.Authorizer)),
		IdentitySource:  awsapigateway.IdentitySource_Header(jsii.String("Authorization")),
		ResultsCacheTtl: awscdk.Duration_Seconds(jsii.Number(300)),
		ValidationRegex: jsii.String(words.ValidationExpression),
	})
	for _, m := range []struct {
		verb, path string
	}{{"GET", "/health"}, {"GET", "/orders"}, {"POST", "/orders"}, {"DELETE", "/orders/{id}"}, {"GET", "/orders/{id}"}} {
		options := &awsapigateway.MethodOptions{
			AuthorizationType: awsapigateway.AuthorizationType_CUSTOM,
			Authorizer:        authorizer,
		}
		if m.path == "/health" {
			options = &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_NONE}
		}
		integration := awsapigateway.NewLambdaIntegration(
			backend,
			&awsapigateway.LambdaIntegrationOptions{ScopePermissionToMethod: jsii.Bool(false)},
		)
		rest.Root().ResourceForPath(&m.path).AddMethod(&m.verb, integration, options)
	}
	for _, p := range []struct {
		path  string
		verbs []string
	}{{"/health", []string{"GET"}}, {"/orders", []string{"GET", "POST"}}, {"/orders/{id}", []string{"DELETE", "GET"}}} {
		rest.Root().ResourceForPath(&p.path).AddCorsPreflight(&awsapigateway.CorsOptions{
			AllowOrigins: jsii.Strings(words.Origins...), AllowHeaders: jsii.Strings("Content-Type", "Authorization"),
			AllowMethods: jsii.Strings(
				p.verbs...), ExposeHeaders: jsii.Strings("Location"), MaxAge: awscdk.Duration_Seconds(jsii.Number(600)),
		})
	}
	headers := &map[string]*string{
		"Access-Control-Allow-Origin": jsii.String("'" + words.Origins[0] + "'"), "Vary": jsii.String("'Origin'"),
		"Access-Control-Expose-Headers": jsii.String("'Location'"),
	}
	rest.AddGatewayResponse(
		jsii.String("Default4xx"),
		&awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_DEFAULT_4XX(), ResponseHeaders: headers},
	)
	rest.AddGatewayResponse(
		jsii.String("Default5xx"),
		&awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_DEFAULT_5XX(), ResponseHeaders: headers},
	)
	for name, value := range words.Backend {
		backend.AddEnvironment(jsii.String(name), jsii.String(value), nil)
	}
	deployment := rest.LatestDeployment()
	deployment.Node().AddDependency(authorizer)
}

// newFunction makes a Go function from a built executable.
func newFunction(scope constructs.Construct, id, pkg, dir string, environment map[string]*string) awslambda.Function {
	return awslambda.NewFunction(scope, &id, &awslambda.FunctionProps{
		Runtime:       awslambda.Runtime_PROVIDED_AL2023(),
		Architecture:  awslambda.Architecture_ARM_64(),
		Handler:       jsii.String("bootstrap"),
		Code:          awslambda.AssetCode_FromAsset(&dir, nil),
		Description:   jsii.String("github.com/gatehouse-cdk/gatehouse/" + pkg),
		Environment:   &environment,
		MemorySize:    jsii.Number(256),
		Timeout:       awscdk.Duration_Seconds(jsii.Number(10)),
		LoggingFormat: awslambda.LoggingFormat_JSON,
		LogGroup: awslogs.NewLogGroup(scope, jsii.String(id+"Logs"), &awslogs.LogGroupProps{
			Retention:     awslogs.RetentionDays_THREE_MONTHS,
			RemovalPolicy: awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE,
		}),
	})
}

const accessLogFormat = `{"requestId":"$context.requestId","extendedRequestId":"$context.extendedRequestId",` +
	`"time":"$context.requestTime","ip":"$context.identity.sourceIp","verb":"$context.httpMethod",` +
	`"route":"$context.resourcePath","path":"$context.path","status":"$context.status",` +
	`"principal":"$context.authorizer.principalId","subject":"$context.authorizer.claims.sub",` +
	`"caller":"$context.identity.userArn","account":"$context.identity.accountId",` +
	`"apiKeyId":"$context.identity.apiKeyId","wafStatus":"$context.waf.status",` +
	`"wafAnswer":"$context.wafResponseCode","authenticateStatus":"$context.authenticate.status",` +
	`"authorizerRequestId":"$context.authorizer.requestId",` +
	`"authorizerInvocation":"$context.authorizer.integrationStatus",` +
	`"authorizerStatus":"$context.authorizer.status","authorizerError":"$context.authorizer.error",` +
	`"authorizerLatency":"$context.authorizer.latency","authorizeStatus":"$context.authorize.status",` +
	`"error":"$context.error.message","errorType":"$context.error.responseType",` +
	`"integrationRequestId":"$context.integration.requestId",` +
	`"integrationStatus":"$context.integration.status","integrationError":"$context.integration.error",` +
	`"integrationLatency":"$context.integration.latency","latency":"$context.responseLatency",` +
	`"length":"$context.responseLength","trace":"$context.xrayTraceId"}`
