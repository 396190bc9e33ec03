package test

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func onePool(g *given) secureapi.Authorizer {
	return secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{g.pool("eu-west-1_one")}}
}

// user returns the model of SAM's tests.
func user() secureapi.BodySchema {
	return secureapi.Schema(map[string]any{
		"type": "object", "properties": map[string]any{"username": map[string]any{"type": "string"}},
	}).Named("User")
}

const userModel = `{"properties":{"username":{"type":"string"}},"type":"object"}`

// parametersChecked returns the options of a method for SAM's ValidateParameters.
func parametersChecked(checked bool, parameters ...string) *awsapigateway.MethodOptions {
	o := &awsapigateway.MethodOptions{RequestValidatorOptions: &awsapigateway.RequestValidatorOptions{
		ValidateRequestParameters: jsii.Bool(checked), ValidateRequestBody: jsii.Bool(false),
	}}
	if len(parameters) > 0 {
		o.RequestParameters = &map[string]*bool{}
		for _, p := range parameters {
			(*o.RequestParameters)[p] = jsii.Bool(true)
		}
	}
	return o
}

var bodySamples = []sample{
	{
		name: "api_request_model",
		also: []string{"api_request_model_openapi_3", "api_with_incompatible_stage_name"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				Authorizers: map[string]secureapi.Authorizer{"iam": secureapi.IAMAuthorizer{}},
				Routes: []secureapi.Route{
					secureapi.Handle("GET /", g.fn("F"), open, secureapi.DescribeBody(user())),
					guarded(g, "iam", "GET /iam", secureapi.DescribeBody(user())),
				},
				Stage: secureapi.Stage{Name: "hoge-fuga"},
			}
		},
		want: map[string]string{
			"GET /": "NONE model=User", "GET /iam": "AWS_IAM model=User", "model User": userModel,
			"stage StageName": "hoge-fuga",
		},
	},
	{
		name: "api_request_model_with_validator",
		also: []string{"api_request_model_with_validator_openapi_3"},
		props: func(g *given) *secureapi.Props {
			described := func(path string, o *awsapigateway.MethodOptions) secureapi.Route {
				return secureapi.Route{Pattern: "GET /" + path, Function: g.fn("F"), MethodOptions: o,
					Access: []secureapi.Access{open, secureapi.DescribeBody(user())}}
			}
			checked := func(path string, words ...secureapi.Access) secureapi.Route {
				return secureapi.Handle("GET /"+path, g.fn("F"), append(words, open, secureapi.Body(user()))...)
			}
			return &secureapi.Props{Routes: []secureapi.Route{
				checked("", secureapi.RequireQuery("type")), checked("mixin"), checked("only-body-true"),
				described("no-validation", parametersChecked(false)), described("only-body-false", parametersChecked(false)),
				described("only-request-false", parametersChecked(false)), described("only-request-true", parametersChecked(true)),
				described("not-defined", nil),
			}}
		},
		want: map[string]string{
			"GET /":                   "NONE model=User parameters=querystring.type=true checks body checks parameters",
			"GET /mixin":              "NONE model=User checks body",
			"GET /only-body-true":     "NONE model=User checks body",
			"GET /no-validation":      "NONE model=User",
			"GET /only-body-false":    "NONE model=User",
			"GET /only-request-false": "NONE model=User",
			"GET /only-request-true":  "NONE model=User checks parameters",
			"GET /not-defined":        "NONE model=User",
			"model User":              userModel,
		},
	},
	{
		name: "api_request_parameters_with_validator",
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				Models: []secureapi.BodySchema{user()},
				Routes: []secureapi.Route{{
					Pattern: "GET /only-body-false-and-validator", Function: g.fn("F"), Access: []secureapi.Access{open},
					MethodOptions: parametersChecked(false, "method.request.header.Authorization"),
					IntegrationOptions: &awsapigateway.LambdaIntegrationOptions{
						CacheKeyParameters: jsii.Strings("method.request.header.Authorization"),
					},
				}},
			}
		},
		want: map[string]string{
			"GET /only-body-false-and-validator": `NONE caching=["method.request.header.Authorization"] ` +
				"parameters=header.Authorization=true",
			"model User": userModel,
		},
	},
	{
		name: "api_merge_definitions_with_conflicting_request_models",
		also: []string{"api_merge_definitions_with_full_properties"},
		props: func(g *given) *secureapi.Props {
			const parameter = "method.request.querystring.type"
			return &secureapi.Props{
				Authorizer: onePool(g),
				Routes: []secureapi.Route{{
					Pattern: "GET /test", Function: g.fn("F"), Access: []secureapi.Access{secureapi.DescribeBody(user())},
					MethodOptions:      &awsapigateway.MethodOptions{RequestParameters: &map[string]*bool{parameter: jsii.Bool(true)}},
					IntegrationOptions: &awsapigateway.LambdaIntegrationOptions{CacheKeyParameters: jsii.Strings(parameter)},
				}},
			}
		},
		want: map[string]string{
			"GET /test":  byOnePool + ` caching=["method.request.querystring.type"] model=User parameters=querystring.type=true`,
			"model User": userModel,
		},
	},
	{
		name: "api_model_without_properties",
		props: func(*given) *secureapi.Props {
			return &secureapi.Props{Models: []secureapi.BodySchema{secureapi.Schema(map[string]any{
				"title": "MyModel", "type": "array", "items": map[string]any{"type": "integer"},
			})}}
		},
		want: map[string]string{
			"ANY /": "NONE mock", "model MyModel": `{"items":{"type":"integer"},"title":"MyModel","type":"array"}`,
		},
	},
}
