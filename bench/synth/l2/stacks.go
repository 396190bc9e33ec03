package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/program"
	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/shape"
)

// newStacks makes the stacks of a shape with CDK's L2 constructs, as an experienced CDK user writes them. It makes
// common values and each function's integration once, and calls no getter twice.
func newStacks(app constructs.Construct, spec shape.Shape, words shape.Words, built code) {
	table := spec.Table()
	verbs := map[string][]string{} // by path, in their order
	for _, r := range table {
		verbs[r.Path] = append(verbs[r.Path], r.Verb)
	}
	forBackend := map[string]*string{}
	if spec.CORS {
		forBackend = texts(words.Backend)
	}
	forAuthorizer := texts(words.Authorizer)
	for i := range spec.Each() {
		id := shape.StackID(i)
		stack := awscdk.NewStack(app, &id, nil)
		integrations := make([]awsapigateway.Integration, spec.Functions)
		for n := range integrations {
			var backend awslambda.Function
			if spec.Builds() {
				backend = newFunction(stack, shape.BackendID(n), "backend-fn", built.backend, forBackend)
			} else {
				backend = program.NewInline(stack, shape.BackendID(n), &forBackend)
			}
			integrations[n] = awsapigateway.NewLambdaIntegration(
				backend,
				&awsapigateway.LambdaIntegrationOptions{ScopePermissionToMethod: jsii.Bool(false)},
			)
		}
		var pool awscognito.UserPool
		var decide awslambda.Function
		switch spec.Authorizer {
		case shape.Cognito:
			pool = program.NewPool(stack)
		case shape.Own:
			decide = program.NewInline(stack, "Decide", nil)
		}
		api := constructs.NewConstruct(stack, jsii.String("Api"))
		rest := awsapigateway.NewRestApi(api, jsii.String("RestApi"), &awsapigateway.RestApiProps{
			RestApiName:    jsii.String(id + "-Api"),
			CloudWatchRole: jsii.Bool(false),
			EndpointConfiguration: &awsapigateway.EndpointConfiguration{
				Types: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
			},
			DeployOptions: &awsapigateway.StageOptions{
				StageName:            jsii.String("prod"),
				ThrottlingRateLimit:  jsii.Number(1000),
				ThrottlingBurstLimit: jsii.Number(500),
				AccessLogDestination: awsapigateway.NewLogGroupLogDestination(awslogs.NewLogGroup(api, jsii.String("AccessLog"),
					&awslogs.LogGroupProps{Retention: awslogs.RetentionDays_THREE_MONTHS})),
				AccessLogFormat: awsapigateway.AccessLogFormat_Custom(jsii.String(accessLogFormat)),
			},
		})
		var authorizer awsapigateway.Authorizer
		kind := awsapigateway.AuthorizationType_CUSTOM
		if spec.Authorizer == shape.Cognito {
			kind = awsapigateway.AuthorizationType_COGNITO
			authorizer = awsapigateway.NewCognitoUserPoolsAuthorizer(api, jsii.String("Authorizer"),
				&awsapigateway.CognitoUserPoolsAuthorizerProps{
					CognitoUserPools: &[]awscognito.IUserPool{pool},
					IdentitySource:   awsapigateway.IdentitySource_Header(jsii.String("Authorization")),
					ResultsCacheTtl:  awscdk.Duration_Seconds(jsii.Number(300)),
				})
		} else {
			if decide == nil {
				decide = newFunction(api, "AuthorizerFunction", "authorizer-fn", built.authorizer, forAuthorizer)
			}
			authorizer = awsapigateway.NewTokenAuthorizer(api, jsii.String("Authorizer"), &awsapigateway.TokenAuthorizerProps{
				Handler:         decide,
				IdentitySource:  awsapigateway.IdentitySource_Header(jsii.String("Authorization")),
				ResultsCacheTtl: awscdk.Duration_Seconds(jsii.Number(300)),
				ValidationRegex: jsii.String(words.ValidationExpression),
			})
		}
		guarded := &awsapigateway.MethodOptions{AuthorizationType: kind, Authorizer: authorizer}
		open := &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_NONE}
		root := rest.Root()
		at := map[string]awsapigateway.Resource{}
		for n, r := range table {
			resource := at[r.Path]
			if resource == nil {
				resource = root.ResourceForPath(jsii.String(r.Path))
				at[r.Path] = resource
			}
			options := guarded
			switch {
			case r.Scope == "":
				options = open
			case spec.Authorizer == shape.Cognito:
				options = &awsapigateway.MethodOptions{
					AuthorizationType: kind, Authorizer: authorizer, AuthorizationScopes: jsii.Strings(r.Scope),
				}
			}
			resource.AddMethod(jsii.String(r.Verb), integrations[n%len(integrations)], options)
		}
		rest.LatestDeployment().Node().AddDependency(authorizer)
		if !spec.CORS {
			continue
		}
		for _, r := range table {
			if resource := at[r.Path]; resource != nil {
				resource.AddCorsPreflight(&awsapigateway.CorsOptions{
					AllowOrigins: jsii.Strings(words.Origins...),
					AllowHeaders: jsii.Strings("Content-Type", "Authorization"),
					AllowMethods: jsii.Strings(verbs[r.Path]...),
				})
				at[r.Path] = nil
			}
		}
		headers := &map[string]*string{
			"Access-Control-Allow-Origin": jsii.String("'" + words.Origins[0] + "'"), "Vary": jsii.String("'Origin'"),
		}
		rest.AddGatewayResponse(
			jsii.String("Default4xx"),
			&awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_DEFAULT_4XX(), ResponseHeaders: headers},
		)
		rest.AddGatewayResponse(
			jsii.String("Default5xx"),
			&awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_DEFAULT_5XX(), ResponseHeaders: headers},
		)
	}
}
