package test

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// byKey returns a route that requires an API key.
var byKey = secureapi.KeyOnly("as in SAM's test")

var planSamples = []sample{
	{
		name: "api_with_apikey_default_override",
		also: []string{"api_with_apikey_required", "api_with_apikey_required_openapi_3"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{Routes: []secureapi.Route{
				secureapi.Handle("GET /ApiKeyDefault", g.fn("F"), byKey),
				secureapi.Handle("GET /ApiKeyTrue", g.fn("F"), byKey),
				secureapi.Handle("GET /ApiKeyFalse", g.fn("F"), open),
			}}
		},
		want: map[string]string{
			"GET /ApiKeyDefault": "NONE key", "GET /ApiKeyTrue": "NONE key", "GET /ApiKeyFalse": "NONE",
		},
	},
	{
		name: "api_with_apikey_source",
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				// An authorizer must return the key. SAM's API does not have one.
				Authorizer:   secureapi.TokenAuthorizer{Function: g.fn("Decide")},
				Routes:       g.table([]secureapi.Access{secureapi.APIKey()}, "GET /ApiKeyTrue"),
				RestApiProps: &awsapigateway.RestApiProps{ApiKeySourceType: awsapigateway.ApiKeySourceType_AUTHORIZER},
			}
		},
		want: map[string]string{"GET /ApiKeyTrue": byDecision + " key", "api ApiKeySourceType": "AUTHORIZER"},
	},
	{
		name: "api_with_usageplans",
		also: []string{"api_with_usageplans_intrinsics"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				Routes: []secureapi.Route{secureapi.Handle("GET /path/one", g.fn("F"), byKey)},
				UsagePlans: []secureapi.UsagePlan{{
					Name: "one", Keys: []secureapi.Key{{Name: "first"}},
				}},
			}
		},
		want: map[string]string{"GET /path/one": "NONE key", "plan one": "1 stages"},
	},
	{
		name: "api_with_usageplans_shared_attributes_two",
		also: []string{"api_with_usageplans_shared_attributes_three", "api_with_usageplans_shared_no_side_effect_1",
			"api_with_usageplans_shared_no_side_effect_2"},
		props: func(g *given) *secureapi.Props {
			other := secureapi.New(g.stack, "Other", &secureapi.Props{
				Routes: []secureapi.Route{secureapi.Handle("GET /path/one", g.fn("F"), byKey)},
				UsagePlans: []secureapi.UsagePlan{{
					Name: "shared", Keys: []secureapi.Key{{Name: "first"}},
				}},
			})
			return &secureapi.Props{
				Condition:  g.condition("C2"),
				Routes:     []secureapi.Route{secureapi.Handle("GET /path/two", g.fn("F"), byKey)},
				UsagePlans: []secureapi.UsagePlan{{Of: other.UsagePlan("shared")}},
			}
		},
		want: map[string]string{
			"GET /path/one": "NONE key", "GET /path/two": "NONE key if=C2", "plan shared": "2 stages",
		},
	},
}
