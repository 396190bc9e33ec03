package mapping_test

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// A 401 of the gateway, with the header that the API's gateway response gives it.
func ExampleResponses_Answer() {
	responses, problems := mapping.NewResponses([]*apimodel.GatewayResponse{{
		Type:       "DEFAULT_4XX",
		Parameters: map[string]string{"gatewayresponse.header.Access-Control-Allow-Origin": "'https://shop.example.com'"},
	}})
	answer := responses.Answer(
		&mapping.Failure{Type: mapping.Unauthorized, Message: "Unauthorized"},
		&mapping.Source{Request: &exchange.Request{Verb: "GET", Path: "/orders"}},
	)
	fmt.Println(len(problems), answer.Status, string(answer.Body))
	fmt.Println(answer.Headers.Get("Access-Control-Allow-Origin"), answer.Headers.Get("x-amzn-ErrorType"))
	// Output:
	// 0 401 {"message":"Unauthorized"}
	// https://shop.example.com UnauthorizedException
}

// A CORS preflight as CDK makes it. Reading an unsupported template is an error; it never gives a wrong answer.
func ExampleNewIntegration() {
	method := &apimodel.Method{
		Verb: "OPTIONS", Path: "/orders",
		Integration: apimodel.Integration{
			Type:             apimodel.IntegrationMock,
			RequestTemplates: map[string]string{"application/json": "{ statusCode: 200 }"},
			Responses: []apimodel.IntegrationResponse{{
				StatusCode: "204",
				Parameters: map[string]string{"method.response.header.Access-Control-Allow-Methods": "'GET,POST'"},
			}},
		},
		Responses: []apimodel.MethodResponse{{
			StatusCode: "204",
			Parameters: map[string]bool{"method.response.header.Access-Control-Allow-Methods": true},
		}},
	}
	mock, err := mapping.NewIntegration(method, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, failure := mock.Mock(&mapping.Source{Request: &exchange.Request{Verb: "OPTIONS", Path: "/orders"}})
	fmt.Println(answer.Status, answer.Headers.Get("Access-Control-Allow-Methods"), failure == nil)
	// Output: 204 GET,POST true
}
