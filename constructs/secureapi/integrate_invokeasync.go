package secureapi

import (
	"errors"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/mappingtemplate"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// InvokeAsync invokes a function with the body of each request as its event, and answers 202 before the function has
// run: {"requestId": "..."}, the request's ID, which access logs show too. Use it for work that takes longer than the
// 29 seconds that API Gateway waits, such as a durable function. [Handle] waits for the function's answer.
//
//	secureapi.Integrate("POST /reports", secureapi.InvokeAsync(reports), secureapi.AnyScope("reports:write"))
//
// The body has to be JSON, otherwise the answer is 400; without a body the event is {}. API Gateway answers 415 if the
// Content-Type is not application/json. The event is not that of a proxy integration: it has neither path nor headers.
// With [ForwardCaller], it has the caller and the body as a text. A function with Lambda's tenant isolation needs a
// [Tenant] on the route. Lambda accepts events of up to 1 MB.
//
// Lambda retries a function that fails, twice by default, and then drops the event. To keep such events, set OnFailure
// on the function. The caller does not learn how the function ended.
//
// InvokeAsync writes an AWS::ApiGateway::Method with an AWS integration whose X-Amz-Invocation-Type is Event, and an
// AWS::IAM::Role that may invoke this function only. The function may be a version or an alias, and in another stack.
//
// Sources:
//   - https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-integration-async.html
//   - https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html (retries)
//   - https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (1 MB for asynchronous invocations)
func InvokeAsync(function awslambda.IFunction) awsapigateway.Integration {
	if function == nil {
		panic(errors.New("secureapi: InvokeAsync: the function is nil: give it an awslambda.IFunction"))
	}
	late := newLateIntegration(func(method awsapigateway.Method, caller *plan.Caller) *awsapigateway.IntegrationConfig {
		config, _ := serviceCall{
			service:  "lambda",
			path:     "2015-03-31/functions/" + *function.FunctionArn() + "/invocations",
			of:       function.Env(),
			permits:  "lambda:InvokeFunction",
			resource: function.FunctionArn(),
			headers:  map[string]string{"integration.request.header.X-Amz-Invocation-Type": "'Event'"},
			template: mappingtemplate.Event(caller),
			// A response is selected by the error message of a function, and an asynchronous one has no message.
			// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html
			responses: []*awsapigateway.IntegrationResponse{{
				StatusCode:        jsii.String("202"),
				ResponseTemplates: mapFor(map[string]string{"application/json": mappingtemplate.Invoked}),
			}},
		}.integrate(method)
		return config
	})
	late.invokes = true
	return late
}
