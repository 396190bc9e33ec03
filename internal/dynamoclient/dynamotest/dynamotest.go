// Package dynamotest helps to test packages that use a DynamoDB table, with dynalite (see package nodepeer) or with a
// fake.
package dynamotest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// SessionToken is the session token of [Environment].
const SessionToken = "FQoGZXIvYXdzEXAMPLETOKEN"

// Environment returns the environment of a function in Lambda, with some variables changed.
func Environment(changes map[string]string) func(string) string {
	env := map[string]string{
		"AWS_REGION":            "eu-central-1",
		"AWS_ACCESS_KEY_ID":     "AKID",
		"AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_SESSION_TOKEN":     SessionToken,
	}
	maps.Copy(env, changes)
	return func(name string) string { return env[name] }
}

// RetryWithoutDelay returns the SDK's default retryer with a delay of one nanosecond.
func RetryWithoutDelay() aws.RetryerV2 {
	return retry.AddWithMaxBackoffDelay(retry.NewStandard(), 1).(aws.RetryerV2)
}

// CreateTable creates a table as a stack does. Its keys are strings.
func CreateTable(t *testing.T, client *dynamodb.Client, name, partitionKey, sortKey string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:   &name,
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: &partitionKey, AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: &sortKey, AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: &partitionKey, KeyType: types.KeyTypeHash},
			{AttributeName: &sortKey, KeyType: types.KeyTypeRange},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	wait := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 5*time.Millisecond, 50*time.Millisecond
	})
	if err := wait.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &name}, time.Minute); err != nil {
		t.Fatal(err)
	}
}

// Input decodes a request's input and returns its action. It reports unknown members, and a request without the
// credentials of [Environment].
func Input(t testing.TB, r *http.Request, input any) (action string) {
	action, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB_20120810.")
	auth := r.Header.Get("Authorization")
	if !ok || r.Method != "POST" || !strings.Contains(auth, "Credential=AKID/") ||
		!strings.Contains(auth, "/eu-central-1/dynamodb/") {
		t.Errorf("%s %s, target %q, authorization %q", r.Method, r.URL, r.Header.Get("X-Amz-Target"), auth)
	}
	if got := r.Header.Get("X-Amz-Security-Token"); got != SessionToken {
		t.Errorf("%s with session token %q", action, got)
	}
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(input); err != nil {
		t.Errorf("%s: %v", action, err)
	}
	return action
}

// Reply returns an answer with a body in JSON.
func Reply(status int, body any) *http.Response {
	b, _ := json.Marshal(body)
	return &http.Response{
		StatusCode: status,
		Header:     http.Header{"Content-Type": {"application/x-amz-json-1.0"}, "X-Amzn-Requestid": {"REQUEST-1"}},
		Body:       io.NopCloser(bytes.NewReader(b)),
	}
}

// Fault returns an answer with an exception.
func Fault(status int, code, message string) *http.Response {
	return Reply(status, map[string]string{"__type": "com.amazonaws.dynamodb.v20120810#" + code, "message": message})
}
