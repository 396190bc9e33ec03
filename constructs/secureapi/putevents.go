package secureapi

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// PutEvents puts the body of each request on an Amazon EventBridge bus as the detail of an event, and answers 202 with
// the event's id: {"eventId": "..."}. No function runs.
//
//	secureapi.Integrate("POST /visits", secureapi.PutEvents(bus, "shop", "visit booked"), secureapi.AnyScope("visits"))
//
// The source and the detail type, by which rules match events, are those that the table says: at most 256 and 128
// bytes, without CDK tokens. The body has to be a JSON object, and without one the detail is {}: what EventBridge
// refuses as bad is answered with 400, any other failure with 500, and EventBridge's own words do not reach callers. A
// request with another Content-Type than application/json gets 415. The detail has nothing of the caller's identity:
// put a function in between if the consumer needs it.
//
// The body stands in the call as one JSON string: it cannot name another bus, source or detail type, or add an event.
//
// The bus may be of another stack, another region of the account, or another account, whose policy has to let the role
// put events. It writes an AWS::ApiGateway::Method with an integration of the type AWS, and an AWS::IAM::Role beside it
// that may put events on this bus alone. It panics if the source begins with "aws.", which EventBridge keeps for
// services of AWS.
//
// Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
func PutEvents(bus awsevents.IEventBus, source, detailType string) awsapigateway.Integration {
	if bus == nil {
		panic(errors.New("secureapi: PutEvents: the bus is nil: give it an awsevents.IEventBus"))
	}
	template, err := plan.PutEvents(*bus.EventBusArn(), source, detailType)
	if err != nil {
		panic(fmt.Errorf("secureapi: PutEvents: %w", err))
	}
	return newLateIntegration(func(method awsapigateway.Method) *awsapigateway.IntegrationConfig {
		config, _ := serviceCall{
			service:  "events",
			action:   "PutEvents",
			of:       bus.Env(),
			permits:  "events:PutEvents",
			resource: bus.EventBusArn(),
			// API Gateway sets neither for EventBridge.
			headers: map[string]string{
				"integration.request.header.X-Amz-Target": "'AWSEvents.PutEvents'",
				"integration.request.header.Content-Type": "'application/x-amz-json-1.1'",
			},
			template:  template,
			responses: answered("202", plan.EventPut),
		}.integrate(method)
		return config
	})
}
