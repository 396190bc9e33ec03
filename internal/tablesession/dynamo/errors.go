package dynamo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// telling are the codes whose messages name a table, an action or a role, and no more.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
var telling = []string{"AccessDeniedException", "ResourceNotFoundException", "ValidationException"}

// explain turns an error of the SDK into [tablesession.ErrConflict], or into one that can be logged. Of other codes it
// keeps no message: the one about a wrong signature quotes the request, session token included.
func explain(call string, err error) error {
	switch {
	case err == nil:
		return nil
	case isConditionFailed(err):
		return tablesession.ErrConflict
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		return fmt.Errorf("dynamo: %s: no answer in time", call)
	}
	var api interface { // smithy.APIError
		ErrorCode() string
		ErrorMessage() string
	}
	if !errors.As(err, &api) {
		return fmt.Errorf("dynamo: %s: %w", call, err)
	}
	text := api.ErrorCode()
	if slices.Contains(telling, text) {
		text += ": " + api.ErrorMessage()
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) && response.ServiceRequestID() != "" {
		text += " (request " + response.ServiceRequestID() + ")"
	}
	return fmt.Errorf("dynamo: %s: %s", call, text)
}
