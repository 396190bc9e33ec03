package apimodel

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

func TestTables(t *testing.T) {
	m := Read(parse(t, `{"Resources": {
	  "G": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": {"TableName": "stock"}},
	  "T": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "orders"}}}}`), cloudassembly.Options{})
	if len(m.Tables) != 2 || m.Tables[0].Name != "orders" || m.Tables[1].Name != "stock" {
		t.Errorf("got %+v", m.Tables)
	}
	problems(t, m, nil)
}
