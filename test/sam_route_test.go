package test

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// openAs returns the facts of public methods.
func openAs(patterns ...string) map[string]string {
	out := map[string]string{}
	for _, p := range patterns {
		out[p] = "NONE"
	}
	return out
}

func (g *given) machine() secureapi.Route { return g.starts("POST /startMyExecution", open) }

func (g *given) starts(pattern string, words ...secureapi.Access) secureapi.Route {
	machine := once(g, "StateMachine", func(id *string) awsstepfunctions.StateMachine {
		return awsstepfunctions.NewStateMachine(g.stack, id, &awsstepfunctions.StateMachineProps{
			DefinitionBody: awsstepfunctions.DefinitionBody_FromChainable(
				awsstepfunctions.NewPass(g.stack, jsii.String("Hello"), nil)),
		})
	})
	return secureapi.Integrate(pattern, secureapi.StartExecution(machine), words...)
}

var routeSamples = []sample{
	{
		name: "implicit_api",
		also: []string{"implicit_api_with_serverless_rest_api_resource", "implicit_api_deletion_policy_precedence",
			"api_with_security_definition_and_components", "api_with_security_definition_and_no_components",
			"api_with_security_definition_and_none_components"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{Routes: g.public("POST /add", "POST /complete", "GET /getlist", "ANY /{proxy+}")}
		},
		want: openAs("POST /add", "POST /complete", "GET /getlist", "ANY /{proxy+}"),
	},
	{
		name: "api_with_path_parameters",
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{Routes: g.public("GET /{prameter}/resources")}
		},
		want: openAs("GET /{prameter}/resources"),
	},
	{
		name: "explicit_api",
		also: []string{"explicit_api_openapi_3", "function_with_alias_and_event_sources", "intrinsic_functions",
			"api_with_resource_refs", "explicit_api_with_invalid_events_config"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				Routes: g.public("GET /"),
				Stage:  secureapi.Stage{Name: g.parameter("MyStageName")},
				RestApiProps: &awsapigateway.RestApiProps{
					RestApiName: jsii.String("MyGetApi"),
					DeployOptions: &awsapigateway.StageOptions{Variables: &map[string]*string{
						"EndpointUri": jsii.String(g.parameter("something")), "EndpointUri2": jsii.String("http://example.com"),
					}},
				},
			}
		},
		want: plus(openAs("GET /"), map[string]string{
			"api Name": "MyGetApi", "stage StageName": "MyStageName",
			"stage Variables": `{"EndpointUri":{"Ref":"something"},"EndpointUri2":"http://example.com"}`,
		}),
	},
	{
		name: "explicit_api (without paths)",
		also: []string{"api_with_binary_media_types_definition_body", "connector_api_to_function"},
		props: func(*given) *secureapi.Props {
			return &secureapi.Props{RestApiProps: &awsapigateway.RestApiProps{BinaryMediaTypes: jsii.Strings("image/gif")}}
		},
		// AWS does not deploy an API without a method, so this one has a method that answers 404.
		want: map[string]string{"ANY /": "NONE mock", "api BinaryMediaTypes": `["image/gif"]`},
	},
	{
		name: "api_merge_definitions_with_existing_any_method",
		also: []string{"api_merge_definitions_with_any_method"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				CORS: &secureapi.CORS{AllowOrigins: []string{"*"}},
				Routes: []secureapi.Route{
					secureapi.Handle("ANY /test", g.fn("F"), open),
					secureapi.Integrate("GET /other", awsapigateway.NewHttpIntegration(jsii.String("https://example.com"),
						&awsapigateway.HttpIntegrationProps{HttpMethod: jsii.String("GET")}), open),
				},
			}
		},
		want: map[string]string{
			"ANY /test": "NONE", "GET /other": "NONE http_proxy",
			"OPTIONS /test":  "NONE origin='*' methods='DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT' headers='Content-Type'",
			"OPTIONS /other": "NONE origin='*' methods='GET' headers='Content-Type'",
		},
	},
	{
		name: "api_merge_definitions_with_conflicting_auth",
		also: []string{"api_merge_definitions_global", "api_merge_definitions_with_conflicting_methods",
			"api_merge_definitions_with_different_methods"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{Authorizer: onePool(g), Routes: g.table(nil, "GET /test")}
		},
		want: map[string]string{"GET /test": byOnePool},
	},
	{
		name: "state_machine_with_explicit_api",
		also: []string{"state_machine_with_implicit_api"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{Routes: []secureapi.Route{g.machine()}}
		},
		want: map[string]string{"POST /startMyExecution": startsBy("NONE")},
	},
	{
		name: "state_machine_with_api_authorizer_maximum",
		also: []string{"state_machine_with_api_authorizer"},
		props: func(g *given) *secureapi.Props {
			key, authorizers := secureapi.APIKey(), everyAuthorizer(g)
			delete(authorizers, "token")
			return &secureapi.Props{
				Authorizer: poolAuthorizer(g), Authorizers: authorizers,
				Routes: []secureapi.Route{
					g.starts("GET /", secureapi.KeyOnly("as in SAM's test")),
					g.starts("POST /users", secureapi.GuardedBy("pools"), key),
					g.starts("PATCH /users", secureapi.GuardedBy("uncached"), key),
					g.starts("DELETE /users", secureapi.GuardedBy("request"), key),
					g.starts("PUT /users", key),
				},
			}
		},
		want: map[string]string{
			"GET /": startsBy("NONE key"), "POST /users": startsBy(byPools + " key"),
			"PATCH /users": startsBy(byUncached + " key"), "DELETE /users": startsBy(byRequest + " key"),
			"PUT /users": startsBy(byPool + " key"),
		},
	},
	{
		name: "function_with_request_parameters",
		props: func(g *given) *secureapi.Props {
			const header = "method.request.header.Authorization"
			return &secureapi.Props{Routes: []secureapi.Route{{
				Pattern: "GET /", Function: g.fn("F"), Access: []secureapi.Access{open},
				MethodOptions:      &awsapigateway.MethodOptions{RequestParameters: &map[string]*bool{header: jsii.Bool(true)}},
				IntegrationOptions: &awsapigateway.LambdaIntegrationOptions{CacheKeyParameters: jsii.Strings(header)},
			}}}
		},
		want: map[string]string{
			"GET /": `NONE caching=["method.request.header.Authorization"] parameters=header.Authorization=true`,
		},
	},
	{
		name: "function_with_request_parameters (optional ones)",
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{Routes: []secureapi.Route{{
				Pattern: "GET /", Function: g.fn("F"), Access: []secureapi.Access{open},
				MethodOptions: &awsapigateway.MethodOptions{RequestParameters: &map[string]*bool{
					"method.request.querystring.type": jsii.Bool(false), "method.request.querystring.full.type": jsii.Bool(false),
				}},
			}}}
		},
		want: map[string]string{"GET /": "NONE parameters=querystring.full.type=false,querystring.type=false"},
	},
	{
		name: "a time-out and a stream", // settings of events in SAM's tests for functions
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{Routes: slices.Concat(
				[]secureapi.Route{{
					Pattern: "GET /slow", Function: g.fn("F"), Access: []secureapi.Access{open},
					IntegrationOptions: &awsapigateway.LambdaIntegrationOptions{Timeout: awscdk.Duration_Seconds(jsii.Number(5))},
				}},
				g.table([]secureapi.Access{open, secureapi.Streamed()}, "GET /stream"),
			)}
		},
		want: map[string]string{
			"GET /slow": "NONE timeout=5000", "GET /stream": "NONE timeout=900000 transfer=STREAM",
		},
	},
}

// startsBy returns the fact of a method that starts an execution.
func startsBy(guard string) string {
	return guard + " aws credentials=a role"
}
