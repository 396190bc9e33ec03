// Package dynamo stores the items of package tablesession in a DynamoDB table.
//
//	config, err := dynamoclient.FromEnvironment(os.Getenv, "sessions")
//	store, err := tablesession.New(tablesession.Options{Table: dynamo.New(config), ...})
//
// All reads are strongly consistent. All writes name the version that they replace, so that a request that the SDK
// repeats changes nothing twice. An item is written as a whole, because DynamoDB charges a write by the item's size,
// whichever attributes it changes.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
//
// The package does not create the table: a stack does, with the attributes that package tablesession names. It does not
// create the client: package dynamoclient does.
package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// Table is a [tablesession.Table] in DynamoDB. It is created by [New].
type Table struct {
	client  *dynamodb.Client
	name    string
	timeout time.Duration
}

var _ tablesession.Table = (*Table)(nil)

// New returns a table without contacting it. By default a call takes at most 3 s, including retries.
func New(c dynamoclient.Config) *Table {
	if c.Timeout == 0 {
		// An authorizer has to answer within seconds. A healthy table answers within milliseconds.
		c.Timeout = 3 * time.Second
	}
	return &Table{client: c.Client(), name: c.Table, timeout: c.Timeout}
}

// unprocessedPause is the pause after which the rest of a batch is requested again, if DynamoDB has not processed all
// of it.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
const unprocessedPause = 50 * time.Millisecond

// Get implements [tablesession.Table].
func (t *Table) Get(ctx context.Context, keys ...tablesession.Key) ([]*tablesession.Item, error) {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	rest := &types.KeysAndAttributes{ConsistentRead: aws.Bool(true)}
	for _, k := range keys {
		rest.Keys = append(rest.Keys, key(k))
	}
	found := map[tablesession.Key]*tablesession.Item{}
	for d := unprocessedPause; ; d *= 2 {
		out, err := t.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{t.name: *rest},
		})
		if err != nil {
			return nil, explain("get", err)
		}
		for _, attributes := range out.Responses[t.name] {
			item, err := fromAttributes(attributes)
			if err != nil {
				return nil, err
			}
			found[item.Key] = item
		}
		more, ok := out.UnprocessedKeys[t.name]
		if !ok || len(more.Keys) == 0 {
			break
		}
		rest.Keys = more.Keys
		timer := time.NewTimer(d)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, explain("get", ctx.Err())
		}
	}
	items := make([]*tablesession.Item, len(keys))
	for i, k := range keys {
		items[i] = found[k]
	}
	return items, nil
}

// condition requires the item to have a version, or to be missing for version 0.
func condition(version int64) (expression *string, names map[string]string, values attributes) {
	if version == 0 {
		return aws.String("attribute_not_exists(#v)"), map[string]string{"#v": versionAttribute}, nil
	}
	return aws.String("#v = :v"), map[string]string{"#v": versionAttribute}, attributes{":v": number(version)}
}

// Put implements [tablesession.Table].
func (t *Table) Put(ctx context.Context, item *tablesession.Item, version int64) error {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	in := &dynamodb.PutItemInput{TableName: &t.name, Item: toAttributes(item)}
	in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues = condition(version)
	_, err := t.client.PutItem(ctx, in)
	return explain("put", err)
}

// Delete implements [tablesession.Table].
func (t *Table) Delete(ctx context.Context, k tablesession.Key, version int64) (*tablesession.Item, error) {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	in := &dynamodb.DeleteItemInput{TableName: &t.name, Key: key(k), ReturnValues: types.ReturnValueAllOld}
	if version != 0 {
		in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues = condition(version)
	}
	out, err := t.client.DeleteItem(ctx, in)
	if err != nil {
		return nil, explain("delete", err)
	}
	if len(out.Attributes) == 0 {
		return nil, nil
	}
	return fromAttributes(out.Attributes)
}

// Query implements [tablesession.Table].
func (t *Table) Query(ctx context.Context, partition string) ([]*tablesession.Item, error) {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	in := &dynamodb.QueryInput{
		TableName:                 &t.name,
		KeyConditionExpression:    aws.String("#p = :p"),
		ExpressionAttributeNames:  map[string]string{"#p": tablesession.PartitionKey},
		ExpressionAttributeValues: attributes{":p": text(partition)},
		ConsistentRead:            aws.Bool(true),
	}
	var items []*tablesession.Item
	for {
		out, err := t.client.Query(ctx, in)
		if err != nil {
			return nil, explain("query", err)
		}
		for _, attributes := range out.Items {
			item, err := fromAttributes(attributes)
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		// A response has at most 1 MB.
		// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return items, nil
		}
	}
}
