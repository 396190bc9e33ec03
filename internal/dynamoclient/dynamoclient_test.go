package dynamoclient

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient/dynamotest"
)

func TestFromEnvironment(t *testing.T) {
	const endpoint = "http://127.0.0.1:8000"
	c, err := FromEnvironment(dynamotest.Environment(map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": endpoint}), "t")
	if err != nil || c.Table != "t" || c.Region != "eu-central-1" || c.Endpoint != endpoint {
		t.Fatalf("got %+v, %v", c, err)
	}
	keys, err := c.Credentials.Retrieve(t.Context())
	if err != nil || keys.AccessKeyID != "AKID" || keys.SecretAccessKey != "secret" ||
		keys.SessionToken != dynamotest.SessionToken {
		t.Errorf("got %v, %v", keys, err)
	}
	for _, name := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		_, err := FromEnvironment(dynamotest.Environment(map[string]string{name: ""}), "t")
		if err == nil || !strings.Contains(err.Error(), "dynamo: the environment variable "+name+" is not set") {
			t.Errorf("without %s: %v", name, err)
		}
	}
	if _, err := FromEnvironment(dynamotest.Environment(nil), ""); err == nil {
		t.Error("no error without a name")
	}
}

// apiError returns the SDK's error for an answer of DynamoDB.
type apiError struct{ code, message string }

func (e apiError) Error() string        { return e.code + ": " + e.message }
func (e apiError) ErrorCode() string    { return e.code }
func (e apiError) ErrorMessage() string { return e.message }

func TestExplain(t *testing.T) {
	api := func(code, message string) error {
		return fmt.Errorf("https response error: %w", apiError{code, message})
	}
	for _, tt := range []struct {
		name string
		err  error
		want string
		busy bool
	}{
		{"throttled", api("ThrottlingException", "slow down"), "dynamo: get: ThrottlingException", true},
		{"a message that names a table", api("ResourceNotFoundException", "no table orders"),
			"dynamo: get: ResourceNotFoundException: no table orders", false},
		{"a message that quotes the request", api("InvalidSignatureException", "the token is token"),
			"dynamo: get: InvalidSignatureException", false},
		{"no answer", fmt.Errorf("sending: %w", context.DeadlineExceeded), "dynamo: get: no answer in time", true},
		{"another error", errors.New("no route to host"), "dynamo: get: no route to host", false},
	} {
		got, busy := Explain("get", tt.err)
		if got == nil || got.Error() != tt.want || busy != tt.busy {
			t.Errorf("%s: got %v, %v, want %s, %v", tt.name, got, busy, tt.want, tt.busy)
		}
	}
	if got, busy := Explain("get", nil); got != nil || busy {
		t.Errorf("no error: got %v, %v", got, busy)
	}
}

func TestIsConditionFailed(t *testing.T) {
	failed := &types.ConditionalCheckFailedException{}
	if !IsConditionFailed(fmt.Errorf("put: %w", failed)) || IsConditionFailed(errors.New("another")) {
		t.Error("only a ConditionalCheckFailedException means that the condition was not met")
	}
}
