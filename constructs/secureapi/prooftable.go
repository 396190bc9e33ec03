package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// ProofTable remembers used DPoP proofs in a DynamoDB table for all instances of the included function, so that a
// copied request cannot be repeated. Each request makes one conditional write. If the table cannot be reached, requests
// are denied with a 500. The replicas of a global table learn about a proof a little later, and until then accept it
// once each.
type ProofTable struct {
	// Table is the table, with the partition key "pk" of type String, no sort key, and "ttl" as its TTL attribute. Several
	// APIs can share one. Default: the stack creates a table that is billed per request and deleted with the stack.
	Table awsdynamodb.ITable
}

// plan describes the table in plain values. It returns nil for nil.
func (p *ProofTable) plan() *plan.ProofTable {
	switch {
	case p == nil:
		return nil
	case p.Table == nil:
		return &plan.ProofTable{}
	}
	return &plan.ProofTable{Name: *p.Table.Node().Path(), Keys: keysOf(p.Table)}
}

// proofActions are what the included function does with the table.
var proofActions = []string{"dynamodb:PutItem"}

// made returns the given table, or creates one for a guard. Proofs are worthless after some minutes, so it is not
// retained.
func (p *ProofTable) made(s *site, g *plan.Guard) awsdynamodb.ITable {
	if p.Table != nil {
		return p.Table
	}
	return awsdynamodb.NewTableV2(s.scope, jsii.String(g.IDOf("ProofTable")), &awsdynamodb.TablePropsV2{
		PartitionKey: &awsdynamodb.Attribute{
			Name: jsii.String(settings.TablePartitionKey), Type: awsdynamodb.AttributeType_STRING,
		},
		TimeToLiveAttribute: jsii.String(settings.TableTimeAttribute),
		Billing:             awsdynamodb.Billing_OnDemand(nil),
		RemovalPolicy:       awscdk.RemovalPolicy_DESTROY,
	})
}

// grantProofs lets a function write to a table of proofs.
func grantProofs(table awsdynamodb.ITable, grantee awsiam.IGrantable) {
	table.Grant(grantee, *jsii.Strings(proofActions...)...)
	if key := table.EncryptionKey(); key != nil {
		key.GrantEncryptDecrypt(grantee)
	}
}
