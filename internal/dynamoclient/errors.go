package dynamoclient

import (
	"context"
	"errors"
	"fmt"
	"slices"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// busyCodes are the codes with which DynamoDB asks for patience, after the SDK's own repetitions.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
var busyCodes = []string{
	"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded", "InternalServerError",
	"ServiceUnavailable", "TransactionConflictException",
}

// telling are the codes whose messages name a table, an action or a role, and no more.
var telling = []string{"AccessDeniedException", "ResourceNotFoundException", "ValidationException"}

// Explain turns an error of the SDK in a call into one that can be logged, and reports whether the same call may
// succeed later. Of codes that it does not know it keeps no message: the one about a wrong signature quotes the
// request, session token included.
func Explain(call string, err error) (explained error, busy bool) {
	if err == nil {
		return nil, false
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("dynamo: %s: no answer in time", call), true
	}
	var api interface { // smithy.APIError
		ErrorCode() string
		ErrorMessage() string
	}
	if !errors.As(err, &api) {
		return fmt.Errorf("dynamo: %s: %w", call, err), false
	}
	text := api.ErrorCode()
	if slices.Contains(telling, text) {
		text += ": " + api.ErrorMessage()
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) && response.ServiceRequestID() != "" {
		text += " (request " + response.ServiceRequestID() + ")"
	}
	return fmt.Errorf("dynamo: %s: %s", call, text), slices.Contains(busyCodes, api.ErrorCode())
}

// IsConditionFailed reports whether a write's condition did not hold.
func IsConditionFailed(err error) bool {
	var failed *types.ConditionalCheckFailedException
	return errors.As(err, &failed)
}
