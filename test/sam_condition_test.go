package test

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// conditional returns a route to a function. Both exist only if the condition with the function's name holds.
func (g *given) conditional(pattern, name string, words ...secureapi.Access) secureapi.Route {
	f, c := g.fn("F"+name), g.condition(name)
	f.Node().DefaultChild().(awscdk.CfnResource).CfnOptions().SetCondition(c)
	return secureapi.Handle(pattern, f, append(words, secureapi.OnlyIf(c))...)
}

// whole returns the condition of SAM's implicit API: at least one condition of its functions holds.
func (g *given) whole(names ...string) awscdk.CfnCondition {
	var conditions []awscdk.ICfnConditionExpression
	for _, n := range names {
		conditions = append(conditions, g.condition(n))
	}
	return awscdk.NewCfnCondition(g.stack, jsii.String("ServerlessRestApiCondition"),
		&awscdk.CfnConditionProps{Expression: awscdk.Fn_ConditionOr(conditions...)})
}

var conditionSamples = []sample{
	{
		name: "implicit_and_explicit_api_with_conditions",
		also: []string{"state_machine_with_condition_and_events"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				Condition: g.whole("First", "Second"),
				Routes: []secureapi.Route{
					g.conditional("GET /implicit/hello1", "First", open), g.conditional("GET /implicit/hello2", "Second", open),
				},
			}
		},
		want: map[string]string{
			"api":                  "ServerlessRestApiCondition",
			"GET /implicit/hello1": "NONE if=ServerlessRestApiCondition+First",
			"GET /implicit/hello2": "NONE if=ServerlessRestApiCondition+Second",
		},
	},
	{
		name: "implicit_api_with_many_conditions",
		props: func(g *given) *secureapi.Props {
			p := &secureapi.Props{}
			var names []string
			for i := range 9 {
				name := fmt.Sprintf("Cond%d", i)
				p.Routes = append(p.Routes, g.conditional(fmt.Sprintf("POST /sub%d", i), name, open))
				names = append(names, name)
			}
			p.Condition = g.whole(names...)
			return p
		},
		want: manyConditions,
	},
	{
		name: "api_with_auth_and_conditions_all_max",
		also: []string{"implicit_api_with_auth_and_conditions_max"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				Authorizer: poolAuthorizer(g), Authorizers: everyAuthorizer(g),
				Routes: []secureapi.Route{
					secureapi.Handle("GET /", g.fn("F"), open),
					guarded(g, "pools", "POST /users"), guarded(g, "token", "GET /users"),
					g.conditional("PATCH /users", "PathCondition", secureapi.GuardedBy("uncached")),
					g.conditional("DELETE /users", "PathCondition", secureapi.GuardedBy("request")),
					g.conditional("PUT /users", "PathCondition"),
				},
			}
		},
		want: map[string]string{
			"GET /": "NONE", "POST /users": byPools, "GET /users": byToken,
			"PATCH /users": byUncached + " if=PathCondition", "DELETE /users": byRequest + " if=PathCondition",
			"PUT /users": byPool + " if=PathCondition",
		},
	},
	{
		name: "api_with_cors_and_conditions_no_definitionbody",
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				CORS: &secureapi.CORS{AllowOrigins: []string{"https://www.example.com"}},
				Routes: []secureapi.Route{
					secureapi.Handle("DELETE /", g.fn("F"), open),
					g.conditional("GET /", "MyCondition", open), g.conditional("POST /", "MyCondition", open),
				},
			}
		},
		want: map[string]string{
			"DELETE /": "NONE", "GET /": "NONE if=MyCondition", "POST /": "NONE if=MyCondition",
			"OPTIONS /": "NONE origin='https://www.example.com' methods='DELETE,GET,POST' headers='Content-Type'",
		},
	},
	{
		name: "api_rest_paths_with_if_condition_openapi",
		also: []string{"api_rest_paths_with_if_condition_swagger"},
		props: func(g *given) *secureapi.Props {
			uri := awscdk.Fn_ConditionIf(g.condition("FalseCondition").LogicalId(), "https://www.otherURI.co/",
				"https://www.alphavantage.co/").ToString()
			return &secureapi.Props{
				Authorizer: ofPaths(g),
				Routes: []secureapi.Route{secureapi.Integrate("POST /post", awsapigateway.NewHttpIntegration(uri,
					&awsapigateway.HttpIntegrationProps{HttpMethod: jsii.String("POST")}), secureapi.APIKey())},
			}
		},
		want: map[string]string{"POST /post": byPaths + " key http_proxy"},
	},
	{
		name: "api_rest_paths_with_if_condition_openapi_no_value_else_case",
		also: []string{"api_rest_paths_with_if_condition_openapi_no_value_then_case",
			"api_rest_paths_with_if_condition_swagger_no_value_else_case",
			"api_rest_paths_with_if_condition_swagger_no_value_then_case"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				CORS:       &secureapi.CORS{AllowOrigins: []string{"https://www.amazon.com"}},
				Authorizer: ofPaths(g),
				Routes: []secureapi.Route{secureapi.Integrate("POST /post",
					awsapigateway.NewHttpIntegration(jsii.String("https://www.otherURI.co/"),
						&awsapigateway.HttpIntegrationProps{HttpMethod: jsii.String("POST")}),
					secureapi.APIKey(), secureapi.OnlyIf(g.condition("FalseCondition")))},
			}
		},
		want: map[string]string{
			"POST /post": byPaths + " key http_proxy if=FalseCondition", "OPTIONS /post": "NONE " +
				"origin='https://www.amazon.com' methods='POST' headers='Content-Type,Authorization,X-Api-Key'",
		},
	},
}

// manyConditions returns the facts of routes that each have a condition.
var manyConditions = func() map[string]string {
	out := map[string]string{"api": "ServerlessRestApiCondition"}
	for i := range 9 {
		out[fmt.Sprintf("POST /sub%d", i)] = fmt.Sprintf("NONE if=ServerlessRestApiCondition+Cond%d", i)
	}
	return out
}()

// ofPaths returns the authorizer of SAM's tests of conditional paths.
func ofPaths(g *given) secureapi.Authorizer {
	return secureapi.TokenAuthorizer{
		Function: g.fn("Decide"), InvokeRole: g.role("MyAuthFnRole"), CacheTTL: 37 * time.Second,
	}
}

const byPaths = "TOKEN header.Authorization ttl=37 by role"
