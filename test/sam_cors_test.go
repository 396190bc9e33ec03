package test

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// cors returns the props of an API of one function with CORS.
func cors(allowed secureapi.CORS, patterns ...string) func(g *given) *secureapi.Props {
	return func(g *given) *secureapi.Props {
		return &secureapi.Props{CORS: &allowed, Routes: g.public(patterns...)}
	}
}

// If only origins are configured, SAM's preflights allow the verbs of the path and OPTIONS, and no headers. Gatehouse's
// allow the verbs of the table, because a page does not need permission for OPTIONS, and the headers that calls need.
var corsSamples = []sample{
	{
		name: "api_with_cors",
		also: []string{"api_with_cors_openapi_3"},
		props: cors(secureapi.CORS{
			AllowOrigins: []string{"https://www.amazon.com"}, AllowMethods: []string{"GET", "PUT"},
			AllowHeaders: []string{"X-Token"}, AllowCredentials: true,
		}, "POST /add", "ANY /{proxy+}"),
		want: map[string]string{
			"POST /add": "NONE", "ANY /{proxy+}": "NONE",
			"OPTIONS /add":      "NONE origin='https://www.amazon.com' methods='GET,PUT' headers='X-Token' credentials='true'",
			"OPTIONS /{proxy+}": "NONE origin='https://www.amazon.com' methods='GET,PUT' headers='X-Token' credentials='true'",
		},
	},
	{
		name: "api_with_cors_and_only_origins",
		also: []string{"api_with_cors_no_definitionbody", "api_with_cors_and_only_credentials_false",
			"api_with_open_api_version", "api_with_open_api_version_2"},
		props: cors(secureapi.CORS{AllowOrigins: []string{"https://www.amazon.com"}}, "GET /", "POST /"),
		want: map[string]string{
			"GET /": "NONE", "POST /": "NONE",
			"OPTIONS /": "NONE origin='https://www.amazon.com' methods='GET,POST' headers='Content-Type'",
		},
	},
	{
		name:  "api_with_cors_and_only_methods",
		props: cors(secureapi.CORS{AllowOrigins: []string{"*"}, AllowMethods: []string{"PATCH"}}, "GET /"),
		want:  map[string]string{"GET /": "NONE", "OPTIONS /": "NONE origin='*' methods='PATCH' headers='Content-Type'"},
	},
	{
		name:  "api_with_cors_and_only_headers",
		props: cors(secureapi.CORS{AllowOrigins: []string{"*"}, AllowHeaders: []string{"X-Token"}}, "GET /"),
		want:  map[string]string{"GET /": "NONE", "OPTIONS /": "NONE origin='*' methods='GET' headers='X-Token'"},
	},
	{
		name:  "api_with_cors_and_only_maxage",
		props: cors(secureapi.CORS{AllowOrigins: []string{"*"}, MaxAge: 600 * time.Second}, "POST /add"),
		want: map[string]string{
			"POST /add":    "NONE",
			"OPTIONS /add": "NONE origin='*' methods='POST' headers='Content-Type' age='600'",
		},
	},
	{
		name: "api_with_cors_and_auth_no_preflight_auth",
		also: []string{"api_with_cors_and_auth_preflight_auth"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				CORS: &secureapi.CORS{AllowOrigins: []string{"https://www.amazon.com"}},
				Authorizer: secureapi.RequestAuthorizer{
					Function: g.fn("Decide"), IdentitySources: []secureapi.IdentitySource{secureapi.IdentityHeader("Authorization1")},
				},
				Routes: g.table(nil, "GET /", "POST /"),
			}
		},
		want: map[string]string{
			"GET /": byHeader, "POST /": byHeader, "OPTIONS /": "NONE origin='https://www.amazon.com' " +
				"methods='GET,POST' headers='Content-Type,Authorization1'",
		},
	},
	{
		name: "api_with_cors_and_apikey",
		also: []string{"api_with_cors_and_apikey_defined_at_api_level"},
		props: func(g *given) *secureapi.Props {
			options := &awsapigateway.LambdaIntegrationOptions{CredentialsRole: g.role("ApiGatewayLambdaRole")}
			key := []secureapi.Access{secureapi.KeyOnly("as in SAM's test")}
			return &secureapi.Props{
				CORS: &secureapi.CORS{AllowOrigins: []string{"https://www.amazon.com"}, MaxAge: 10 * time.Minute},
				Routes: []secureapi.Route{
					{Pattern: "GET /apione", Function: g.fn("F"), Access: key, IntegrationOptions: options},
					{Pattern: "GET /apitwo", Function: g.fn("F"), Access: key, IntegrationOptions: options},
				},
				RestApiProps: &awsapigateway.RestApiProps{RestApiName: jsii.String("keys")},
			}
		},
		want: map[string]string{
			"GET /apione": "NONE key credentials=arn:aws:iam::123456789012:role/ApiGatewayLambdaRole",
			"GET /apitwo": "NONE key credentials=arn:aws:iam::123456789012:role/ApiGatewayLambdaRole",
			"OPTIONS /apione": "NONE origin='https://www.amazon.com' methods='GET' " +
				"headers='Content-Type,X-Api-Key' age='600'",
			"OPTIONS /apitwo": "NONE origin='https://www.amazon.com' methods='GET' " +
				"headers='Content-Type,X-Api-Key' age='600'",
		},
	},
}
