package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp/cors"
)

// backendPackage is the function behind every route of the many stacks.
const backendPackage = "github.com/gatehouse-cdk/gatehouse/backend-fn"

// row is a route of the many stacks.
type row struct {
	verb, path, scope string // a route without a scope is public
}

// rows are the ten routes of each stack, by path and verb, as CDK's deployment depends on the order.
var rows = []row{
	{"GET", "/health", ""},
	{"GET", "/orders", "orders:read"},
	{"POST", "/orders", "orders:write"},
	{"DELETE", "/orders/{id}", "orders:write"},
	{"GET", "/orders/{id}", "orders:read"},
	{"PUT", "/orders/{id}", "orders:write"},
	{"GET", "/orders/{id}/items", "orders:read"},
	{"POST", "/orders/{id}/items", "orders:write"},
	{"GET", "/reports", "reports:read"},
	{"GET", "/reports/{id}", "reports:read"},
}

// newStacks makes so many stacks of these routes with Gatehouse.
func newStacks(app constructs.Construct, n int) {
	for i := range n {
		stack := awscdk.NewStack(app, jsii.String(fmt.Sprintf("Shop%03d", i)), nil)
		backend := gofunction.New(stack, "Backend", &gofunction.Props{Package: backendPackage})
		var routes []secureapi.Route
		for _, r := range rows {
			access := secureapi.Public("load balancers look here")
			if r.scope != "" {
				access = secureapi.AnyScope(r.scope)
			}
			routes = append(routes, secureapi.Handle(r.verb+" "+r.path, backend, access))
		}
		secureapi.New(stack, "Api", &secureapi.Props{
			Authorizer: secureapi.TokenAuthorizer{JWT: &secureapi.JWT{
				Issuers: []secureapi.Issuer{{URL: settings.Issuer, Audiences: []string{settings.Audience}}},
			}},
			Routes: routes,
			CORS:   &secureapi.CORS{AllowOrigins: settings.Origins},
		})
	}
}

// newDirectStacks makes the same stacks with CDK's L2 constructs, as one who knows them writes it: what the stacks
// share is made once, each function has one integration, and nothing is asked twice.
func newDirectStacks(app constructs.Construct, n int, built code) {
	config := authz.Config{Issuers: []authz.Issuer{{URL: settings.Issuer, Audiences: []string{settings.Audience}}}}
	allowed := []string{"Content-Type", "Authorization"}
	environment := func(variables map[string]string) map[string]*string {
		out := map[string]*string{}
		for name, value := range variables {
			out[name] = jsii.String(value)
		}
		return out
	}
	forBackend := environment(cors.Config{
		AllowOrigins: settings.Origins, AllowHeaders: allowed, AllowMethods: []string{"DELETE", "GET", "POST", "PUT"},
	}.Environment())
	forAuthorizer := environment(config.Environment())
	verbs := map[string][]string{}
	for _, r := range rows {
		verbs[r.path] = append(verbs[r.path], r.verb)
	}
	for i := range n {
		id := fmt.Sprintf("Shop%03d", i)
		stack := awscdk.NewStack(app, &id, nil)
		backend := newFunction(stack, "Backend", "backend-fn", built.backend, forBackend)
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
		authorizer := awsapigateway.NewTokenAuthorizer(api, jsii.String("Authorizer"), &awsapigateway.TokenAuthorizerProps{
			Handler:         newFunction(api, "AuthorizerFunction", "authorizer-fn", built.authorizer, forAuthorizer),
			IdentitySource:  awsapigateway.IdentitySource_Header(jsii.String("Authorization")),
			ResultsCacheTtl: awscdk.Duration_Seconds(jsii.Number(300)),
			ValidationRegex: jsii.String(secureapi.BearerJWT),
		})
		guarded := &awsapigateway.MethodOptions{
			AuthorizationType: awsapigateway.AuthorizationType_CUSTOM,
			Authorizer:        authorizer,
		}
		open := &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_NONE}
		integration := awsapigateway.NewLambdaIntegration(
			backend,
			&awsapigateway.LambdaIntegrationOptions{ScopePermissionToMethod: jsii.Bool(false)},
		)
		root := rest.Root()
		at := map[string]awsapigateway.Resource{}
		for _, r := range rows {
			resource := at[r.path]
			if resource == nil {
				resource = root.ResourceForPath(jsii.String(r.path))
				at[r.path] = resource
			}
			options := guarded
			if r.scope == "" {
				options = open
			}
			resource.AddMethod(jsii.String(r.verb), integration, options)
		}
		for _, r := range rows {
			if resource := at[r.path]; resource != nil {
				resource.AddCorsPreflight(&awsapigateway.CorsOptions{
					AllowOrigins: jsii.Strings(
						settings.Origins...), AllowHeaders: jsii.Strings(allowed...), AllowMethods: jsii.Strings(verbs[r.path]...),
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
		rest.LatestDeployment().Node().AddDependency(authorizer)
	}
}
