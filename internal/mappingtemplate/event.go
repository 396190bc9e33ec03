package mappingtemplate

import "github.com/gatehouse-cdk/gatehouse/internal/plan"

// Event returns a mapping template whose output is the event of an asynchronous invocation: the body of the request,
// which Lambda refuses if it is not JSON, or what [payload] describes.
func Event(caller *plan.Caller) string {
	if caller == nil {
		return "$input.body"
	}
	return envelope(caller, func(name, value string) string { return `"` + name + `": "` + inString(value) + `"` }, `"`)
}

// Invoked is the response template for an asynchronous invocation.
const Invoked = `{"requestId": "` + requestID + `"}`
