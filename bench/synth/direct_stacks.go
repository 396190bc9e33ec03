package main

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp/cors"
)

// newDirectStacks makes the same stacks with CDK's L2 constructs, as one who knows them writes it: what the stacks
// share is made once, each function has one integration, and nothing is asked twice.
func newDirectStacks(app constructs.Construct, of shape, built code) {
	config := authz.Config{Issuers: []authz.Issuer{{URL: settings.Issuer, Audiences: []string{settings.Audience}}}}
	allowed := []string{"Content-Type", "Authorization"}
	environment := func(variables map[string]string) map[string]*string {
		out := map[string]*string{}
		for name, value := range variables {
			out[name] = jsii.String(value)
		}
		return out
	}
	table := of.table()
	verbs := map[string][]string{} // by path, in their order
	var every []string             // in their order
	for _, r := range table {
		verbs[r.path] = append(verbs[r.path], r.verb)
		every = append(every, r.verb)
	}
	slices.Sort(every)
	forBackend := map[string]*string{}
	if of.cors {
		forBackend = environment(cors.Config{
			AllowOrigins: settings.Origins, AllowHeaders: allowed, AllowMethods: slices.Compact(every),
		}.Environment())
	}
	forAuthorizer := environment(config.Environment())
	for i := range of.each() {
		id := fmt.Sprintf("Shop%03d", i)
		stack := awscdk.NewStack(app, &id, nil)
		integrations := make([]awsapigateway.Integration, of.functions)
		for n := range integrations {
			var backend awslambda.Function
			if of.builds() {
				backend = newFunction(stack, backendID(n), "backend-fn", built.backend, forBackend)
			} else {
				backend = newInline(stack, backendID(n), &forBackend)
			}
			integrations[n] = awsapigateway.NewLambdaIntegration(
				backend,
				&awsapigateway.LambdaIntegrationOptions{ScopePermissionToMethod: jsii.Bool(false)},
			)
		}
		var pool awscognito.UserPool
		var decide awslambda.Function
		switch of.authorizer {
		case cognito:
			pool = newPool(stack)
		case own:
			decide = newInline(stack, "Decide", nil)
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
		if of.authorizer == cognito {
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
				ValidationRegex: jsii.String(secureapi.BearerJWT),
			})
		}
		guarded := &awsapigateway.MethodOptions{AuthorizationType: kind, Authorizer: authorizer}
		open := &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_NONE}
		root := rest.Root()
		at := map[string]awsapigateway.Resource{}
		for n, r := range table {
			resource := at[r.path]
			if resource == nil {
				resource = root.ResourceForPath(jsii.String(r.path))
				at[r.path] = resource
			}
			options := guarded
			switch {
			case r.scope == "":
				options = open
			case of.authorizer == cognito:
				options = &awsapigateway.MethodOptions{
					AuthorizationType: kind, Authorizer: authorizer, AuthorizationScopes: jsii.Strings(r.scope),
				}
			}
			resource.AddMethod(jsii.String(r.verb), integrations[n%len(integrations)], options)
		}
		rest.LatestDeployment().Node().AddDependency(authorizer)
		if !of.cors {
			continue
		}
		for _, r := range table {
			if resource := at[r.path]; resource != nil {
				resource.AddCorsPreflight(&awsapigateway.CorsOptions{
					AllowOrigins: jsii.Strings(settings.Origins...),
					AllowHeaders: jsii.Strings(allowed...),
					AllowMethods: jsii.Strings(verbs[r.path]...),
				})
				at[r.path] = nil
			}
		}
		headers := &map[string]*string{
			"Access-Control-Allow-Origin": jsii.String("'" + settings.Origins[0] + "'"), "Vary": jsii.String("'Origin'"),
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
