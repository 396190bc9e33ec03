package matrix

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// TestManagedPolicies has managed policies that are not about calls, and a policy of the account with the same name.
func TestManagedPolicies(t *testing.T) {
	const custom = "arn:aws:iam::123456789012:policy/AWSLambdaBasicExecutionRole"
	got := principalOf(&API{}, &apimodel.Principal{Managed: []string{
		"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
		"arn:aws-cn:iam::aws:policy/AWSXRayDaemonWriteAccess",
		custom,
	}}).Managed
	if !slices.Equal(got, []string{custom}) {
		t.Errorf("got %q", got)
	}
}

// TestPoliciesThatAreNotKnown has a role with a boundary. The matrix keeps its policies, so that their changes are
// visible.
func TestPoliciesThatAreNotKnown(t *testing.T) {
	got := principalOf(&API{ARN: "arn:aws:execute-api:us-east-1:123456789012:abc"}, &apimodel.Principal{
		Err: errors.New("a boundary"),
		Policies: []json.RawMessage{json.RawMessage(`{"Statement":{"Effect":"Allow","Action":"execute-api:Invoke",` +
			`"Resource":"*"}}`)},
	})
	if got.Policy.NotKnown != "a boundary" || len(got.Policy.Statements) != 1 || got.MayCall != nil {
		t.Errorf("got %+v", got)
	}
}
