package plan

// StartExecution is a mapping template: it makes the call of AWS Step Functions that starts an execution of a state
// machine, with the body of a request as its input and the id of the request as its name. Each stands in a JSON string,
// which it cannot leave: escapeJavaScript also escapes single quotes, which JSON does not know, so that these are taken
// back. The id is escaped too, as callers may choose it by the header x-amzn-RequestId.
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
func StartExecution(machine string) string {
	return `{"stateMachineArn": "` + machine + `", "name": "` + requestID + `", ` +
		`"input": "` + bodyInString + `"}`
}

// bodyInString is the body of a request for a place within the quotes of a JSON string.
const bodyInString = `$util.escapeJavaScript($input.body).replaceAll("\\'", "'")`

const requestID = "$util.escapeJavaScript($context.requestId)"

// ExecutionStarted is the response template for an execution that has begun.
const ExecutionStarted = `{"executionId": "` + requestID + `"}`

// SyncOutput is the response template for an execution that was waited for: its output, or an error without its words.
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
