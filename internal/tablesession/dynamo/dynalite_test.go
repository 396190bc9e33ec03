package dynamo

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/tabletest"
)

// dynaliteScript serves an empty DynamoDB (https://github.com/architect/dynalite) on a free port of 127.0.0.1, says
// which, and ends with its standard input, so that it cannot outlive the test.
const dynaliteScript = `
const server = require('dynalite')({createTableMs: 0, deleteTableMs: 0})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.on('end', () => process.exit()).resume()`

// newTable makes a table as a stack does, from the constants of package tablesession.
func newTable(t *testing.T, endpoint, name string) *Table {
	t.Helper()
	c, err := FromEnvironment(environment(map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": endpoint}), name)
	if err != nil {
		t.Fatal(err)
	}
	c.Timeout = time.Minute // of a busy machine
	table := New(c)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err = table.client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:   &name,
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String(tablesession.PartitionKey), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String(tablesession.SortKey), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String(tablesession.PartitionKey), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String(tablesession.SortKey), KeyType: types.KeyTypeRange},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	wait := dynamodb.NewTableExistsWaiter(table.client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 5*time.Millisecond, 50*time.Millisecond
	})
	if err := wait.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &name}, time.Minute); err != nil {
		t.Fatal(err)
	}
	return table
}

func TestDynalite(t *testing.T) {
	endpoint, tables := "http://127.0.0.1:"+nodepeer.Start(t, dynaliteScript, []string{"dynalite"}).Ready, 0
	table := func(t *testing.T) *Table {
		tables++
		return newTable(t, endpoint, fmt.Sprintf("sessions-%d", tables))
	}
	tabletest.Run(t, func(t *testing.T) tablesession.Table { return table(t) })
	t.Run("a session in two environments", func(t *testing.T) {
		one := table(t)
		other := *one
		flow(t, newStore(t, one), newStore(t, &other), func(string) {})
	})
}
