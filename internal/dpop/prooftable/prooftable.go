// Package prooftable remembers used DPoP proofs in a DynamoDB table, for all instances of a function.
//
// It writes one item for each proof and reads none. The table has a partition key and a TTL attribute, which package
// settings names; a stack creates it.
package prooftable

import (
	"context"
	"crypto/rand"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatehouse-cdk/gatehouse/internal/dpop"
	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// timeout is how long a call takes at most, including retries. An authorizer has to answer within seconds.
const timeout = 3 * time.Second

// callAttribute names the call that wrote an item. If the answer to a call is lost, the SDK repeats the call, and the
// item that it finds is its own.
const callAttribute = "call"

// Table is a [dpop.Table] in DynamoDB.
type Table struct {
	client  *dynamodb.Client
	name    string
	timeout time.Duration
}

var _ dpop.Table = (*Table)(nil)

// Open returns the table with a name, using a function's environment. It does not contact the table.
func Open(getenv func(string) string, name string) (dpop.Table, error) {
	config, err := dynamoclient.FromEnvironment(getenv, name)
	if err != nil {
		return nil, err
	}
	return newTable(config), nil
}

func newTable(c dynamoclient.Config) *Table {
	if c.Timeout == 0 {
		c.Timeout = timeout
	}
	return &Table{client: c.Client(), name: c.Table, timeout: c.Timeout}
}

// Use implements [dpop.Table] by a conditional write, which DynamoDB carries out for one of several callers alone.
// DynamoDB deletes the item some time after until; a proof that is used again later is too old anyway.
// Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html and
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
func (t *Table) Use(ctx context.Context, id string, until time.Time) (first bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	call := &types.AttributeValueMemberS{Value: rand.Text()}
	_, err = t.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &t.name,
		Item: map[string]types.AttributeValue{
			settings.TablePartitionKey:  &types.AttributeValueMemberS{Value: id},
			settings.TableTimeAttribute: &types.AttributeValueMemberN{Value: strconv.FormatInt(until.Unix(), 10)},
			callAttribute:               call,
		},
		ConditionExpression:       aws.String("attribute_not_exists(#id) OR #call = :call"),
		ExpressionAttributeNames:  map[string]string{"#id": settings.TablePartitionKey, "#call": callAttribute},
		ExpressionAttributeValues: map[string]types.AttributeValue{":call": call},
	})
	if dynamoclient.IsConditionFailed(err) {
		return false, nil
	}
	err, _ = dynamoclient.Explain("put", err)
	return err == nil, err
}
