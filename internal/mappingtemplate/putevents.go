package mappingtemplate

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// PutEvents returns a mapping template that makes the call of Amazon EventBridge which puts one event on a bus.
// The body of the request is its detail. It is in a JSON string and cannot leave it, as in [StartExecution]. With a
// caller, the detail is what [payload] describes.
//
// Sources: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html and, for the
// longest source and detail type,
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_EventBridgeParameters.html
func PutEvents(bus, source, detailType string, caller *plan.Caller) (string, error) {
	from, err := eventField("source", source, 256)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(source, "aws.") {
		return "", fmt.Errorf("the source is %q, and EventBridge takes those that begin with aws. from services of AWS "+
			"alone: name your app, such as shop.api", source)
	}
	kind, err := eventField("detail type", detailType, 128)
	if err != nil {
		return "", err
	}
	set, detail := payload(caller)
	return set + `{"Entries": [{"EventBusName": "` + bus + `", "Source": ` + from + `, "DetailType": ` + kind + `, ` +
		`"Detail": "` + detail + `"}]}`, nil
}

// eventField returns a fixed field of an event as a JSON string for a template.
func eventField(name, value string, longest int) (string, error) {
	switch {
	case value == "":
		return "", fmt.Errorf("the %s is empty: rules match events by it, so name it", name)
	case cdktoken.Unresolved(value):
		return "", errors.New("the " + name + " holds a CDK token, whose value is not known here and could not be escaped " +
			"for the mapping template: write it out")
	case len(value) > longest:
		return "", fmt.Errorf("the %s has %d bytes: want at most %d", name, len(value), longest)
	}
	return jsonTemplate(value)
}

// EventPut is the response template for an event that EventBridge took. It answers with the event's ID.
// EventBridge answers 200 also to an event that it did not take, such as one whose detail is not a JSON object.
// Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
const EventPut = `#if($input.path('$.FailedEntryCount') == 0)
{"eventId": "$input.path('$.Entries[0].EventId')"}
#elseif($input.path('$.Entries[0].ErrorCode') == "MalformedDetail")
#set($context.responseOverride.status = 400)
{"message": "Bad Request"}
#else
#set($context.responseOverride.status = 500)
{"message": "Internal Server Error"}
#end
`
