package secureapi

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"

	"github.com/gatehouse-cdk/gatehouse/internal/mappingtemplate"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// PutEvents sends the body of each request to an Amazon EventBridge bus as the detail of an event, and answers 202 with
// the event's ID: {"eventId": "..."}. No function runs.
//
//	secureapi.Integrate("POST /visits", secureapi.PutEvents(bus, "shop", "visit booked"), secureapi.AnyScope("visits"))
//
// The table sets the source and the detail type, which rules match: at most 256 and 128 bytes, without CDK tokens. The
// body has to be a JSON object; without a body the detail is {}. For another body, and if EventBridge answers 400, the
// answer is 400; any other failure is a 500. Callers do not see EventBridge's own message. API Gateway answers 415 if
// the Content-Type is not application/json. With [ForwardCaller], the detail has the caller and the body as a text.
//
// The call holds the body as one JSON string, so a body cannot choose another bus, source or detail type, or add an
// event.
//
// The bus may be in another stack, in another region of the account, or in another account whose policy allows the role
// to put events. PutEvents writes an AWS::ApiGateway::Method with an AWS integration, and an AWS::IAM::Role that may
// put events on this bus only. It panics if the source begins with "aws.", which EventBridge reserves for AWS services.
//
// Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
func PutEvents(bus awsevents.IEventBus, source, detailType string) awsapigateway.Integration {
	if bus == nil {
		panic(errors.New("secureapi: PutEvents: the bus is nil: give it an awsevents.IEventBus"))
	}
	template := func(caller *plan.Caller) string {
		text, err := mappingtemplate.PutEvents(*bus.EventBusArn(), source, detailType, caller)
		if err != nil {
			panic(fmt.Errorf("secureapi: PutEvents: %w", err))
		}
		return text
	}
	template(nil) // an error belongs to the line that calls PutEvents
	return newLateIntegration(func(method awsapigateway.Method, caller *plan.Caller) *awsapigateway.IntegrationConfig {
		config, _ := serviceCall{
			service:  "events",
			action:   "PutEvents",
			of:       bus.Env(),
			permits:  "events:PutEvents",
			resource: bus.EventBusArn(),
			// API Gateway sets neither header for EventBridge.
			headers: map[string]string{
				"integration.request.header.X-Amz-Target": "'AWSEvents.PutEvents'",
				"integration.request.header.Content-Type": "'application/x-amz-json-1.1'",
			},
			template:  template(caller),
			responses: serviceResponses("202", mappingtemplate.EventPut),
		}.integrate(method)
		return config
	})
}
