package mappingtemplate

import "github.com/gatehouse-cdk/gatehouse/internal/plan"

// StartExecution returns a mapping template that makes the call of AWS Step Functions which starts an execution
// of a state machine. The body of the request is its input, and the request's ID is its name. Each is in a JSON string
// and cannot leave it. With a caller, the input is what [payload] describes.
//
// The template reverts one escape: escapeJavaScript also escapes single quotes, and JSON has no such escape. The ID is
// escaped too, because callers may choose it by the header x-amzn-RequestId.
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
func StartExecution(machine string, caller *plan.Caller) string {
	set, input := payload(caller)
	return set + `{"stateMachineArn": "` + machine + `", "name": "` + requestID + `", "input": "` + input + `"}`
}

const requestID = "$util.escapeJavaScript($context.requestId)"

// ExecutionStarted is the response template for an execution that has begun.
const ExecutionStarted = `{"executionId": "` + requestID + `"}`

// SyncOutput is the response template for an execution that was waited for. It answers with the execution's
// output, or with an error that reveals no detail of it.
// Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
const SyncOutput = `#if($input.path('$.status') == "SUCCEEDED")
$input.path('$.output')
#elseif($input.path('$.status') == "TIMED_OUT")
#set($context.responseOverride.status = 504)
{"message": "Endpoint request timed out"}
#else
#set($context.responseOverride.status = 500)
{"message": "Internal Server Error"}
#end
`
