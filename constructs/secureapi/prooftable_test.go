package secureapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// proven makes an API whose tokens are bound by DPoP, with a table of used proofs.
func proven(stack awscdk.Stack, table *secureapi.ProofTable) {
	provenWith(stack, &secureapi.JWT{ProofTable: table})
}

// provenWith makes an API whose tokens are bound by DPoP, with these settings.
func provenWith(stack awscdk.Stack, jwt *secureapi.JWT) {
	jwt.Issuers = []secureapi.Issuer{{URL: "https://id.example.com", Audiences: []string{"a"}, DPoPBound: true}}
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.RequestAuthorizer{
			JWT:      jwt,
			CacheTTL: secureapi.NoCache,
		},
		Routes: []secureapi.Route{secureapi.Integrate("GET /orders", secureapi.Respond(200, "orders"))},
	})
}

// TestProofTable makes a table whose items expire, and lets the function write to it alone.
func TestProofTable(t *testing.T) {
	stack := newStack()
	proven(stack, &secureapi.ProofTable{})
	tables := resources(stack, "AWS::DynamoDB::GlobalTable")
	if len(tables) != 1 {
		t.Fatalf("%d tables", len(tables))
	}
	id := ""
	for name, table := range tables {
		id = name
		delete(table, "Replicas")
		if diff := cmp.Diff(map[string]any{
			"AttributeDefinitions":    []any{map[string]any{"AttributeName": "pk", "AttributeType": "S"}},
			"BillingMode":             "PAY_PER_REQUEST",
			"KeySchema":               []any{map[string]any{"AttributeName": "pk", "KeyType": "HASH"}},
			"TimeToLiveSpecification": map[string]any{"AttributeName": "ttl", "Enabled": true},
		}, table); diff != "" {
			t.Errorf("the table: %s", diff)
		}
	}
	config := one(t, environmentOf(t, stack, "GATEHOUSE_AUTHORIZER"))
	if config["proofTable"] != "<"+id+">" || config["perRequest"] != true {
		t.Errorf("the configuration is %v", config)
	}
	want := []string{"dynamodb:PutItem <" + id + ".Arn>"}
	if diff := cmp.Diff(want, mayDo(t, stack, "ApiAuthorizerFunction")); diff != "" {
		t.Errorf("the function may: %s", diff)
	}
}

// TestGivenProofTable uses a table of the app's own, and refuses one with other keys.
func TestGivenProofTable(t *testing.T) {
	table := func(stack awscdk.Stack, key string) *secureapi.ProofTable {
		return &secureapi.ProofTable{Table: awsdynamodb.NewTable(stack, jsii.String("Proofs"), &awsdynamodb.TableProps{
			PartitionKey:        &awsdynamodb.Attribute{Name: &key, Type: awsdynamodb.AttributeType_STRING},
			TimeToLiveAttribute: jsii.String("ttl"),
		})}
	}
	stack := newStack()
	proven(stack, table(stack, "pk"))
	if config := one(t, environmentOf(t, stack, "GATEHOUSE_AUTHORIZER")); !strings.HasPrefix(
		config["proofTable"].(string), "<Proofs") {
		t.Errorf("the configuration is %v", config)
	}
	defer func() {
		if text := fmt.Sprint(recover()); !strings.Contains(text, `has the partition key "id": want "pk"`) {
			t.Errorf("got %q", text)
		}
	}()
	stack = newStack()
	proven(stack, table(stack, "id"))
}
