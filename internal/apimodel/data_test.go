package apimodel

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

func TestData(t *testing.T) {
	m := Read(parse(t, `{"Resources": {
	  "T": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "orders", "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "at", "AttributeType": "N"}],
	    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]}},
	  "S": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "key", "SecretString": "hush"}}}}`), cloudassembly.Options{})
	table := m.Tables[0]
	if table.Name != "orders" || len(table.Keys) != 2 || table.Keys[0] != (TableKey{"pk", "S", false}) ||
		table.Keys[1] != (TableKey{"at", "N", true}) {
		t.Errorf("got %+v", table)
	}
	if s := m.Secrets[0]; s.Name != "key" || s.Value != "hush" || s.Generated {
		t.Errorf("got %+v", s)
	}
	problems(t, m, nil)
}
