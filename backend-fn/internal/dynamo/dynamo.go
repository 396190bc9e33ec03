// Package dynamo stores orders in a DynamoDB table.
//
//	table, err := dynamo.FromEnvironment(os.Getenv)
//	service := orders.New(dynamo.New(table), orders.Options{})
//
// All orders are in one partition, sorted by their IDs, which begin with the time. Listing the newest is one Query
// without a second index. Reads are strongly consistent, so an order is visible as soon as its creation was answered.
// The price is the throughput of one partition, 1,000 small writes and 3,000 small reads a second. A larger shop adds
// the month, which the ID contains, to the partition key.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
//
// The package does not create the table: a stack does, with the key in package orders. It does not create the client:
// package dynamoclient does.
package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient"
)

// Store is an [orders.Store] in a table. It is created by [New].
type Store struct {
	client  *dynamodb.Client
	table   string
	timeout time.Duration
}

var _ orders.Store = (*Store)(nil)

// New returns a store without contacting the table. By default a call takes at most 5 s, including retries.
func New(c dynamoclient.Config) *Store {
	if c.Timeout == 0 {
		// This is below API Gateway's 29 seconds, so that the service itself can tell the client that it is busy.
		c.Timeout = 5 * time.Second
	}
	return &Store{client: c.Client(), table: c.Table, timeout: c.Timeout}
}

// Create implements [orders.Store].
func (s *Store) Create(ctx context.Context, o orders.Order) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:           &s.table,
		Item:                toItem(o),
		ConditionExpression: aws.String("attribute_not_exists(" + orders.SortKey + ")"),
	})
	if dynamoclient.IsConditionFailed(err) {
		return orders.ErrExists
	}
	return explain("create", err)
}

// Get implements [orders.Store].
func (s *Store) Get(ctx context.Context, id string) (orders.Order, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	return s.get(ctx, id)
}

func (s *Store) get(ctx context.Context, id string) (orders.Order, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &s.table,
		Key:            key(id),
		ConsistentRead: aws.Bool(true),
	})
	switch {
	case err != nil:
		return orders.Order{}, explain("get", err)
	case len(out.Item) == 0:
		return orders.Order{}, orders.ErrNotFound
	}
	return fromItem(out.Item)
}

// List implements [orders.Store].
func (s *Store) List(ctx context.Context, before string, limit int) ([]orders.Order, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	condition := orders.PartitionKey + " = :pk"
	values := map[string]types.AttributeValue{":pk": text(partition)}
	if before != "" {
		condition += " AND " + orders.SortKey + " < :before"
		values[":before"] = text(before)
	}
	var (
		found []orders.Order
		from  map[string]types.AttributeValue
	)
	for {
		out, err := s.client.Query(ctx, &dynamodb.QueryInput{
			TableName:                 &s.table,
			KeyConditionExpression:    &condition,
			ExpressionAttributeValues: values,
			ExclusiveStartKey:         from,
			ScanIndexForward:          aws.Bool(false),
			ConsistentRead:            aws.Bool(true),
			Limit:                     aws.Int32(int32(limit - len(found))),
		})
		if err != nil {
			return nil, explain("list", err)
		}
		for _, item := range out.Items {
			o, err := fromItem(item)
			if err != nil {
				return nil, err
			}
			found = append(found, o)
		}
		// A response has at most 1 MB, so it may stop short of the limit with more to come.
		// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
		from = out.LastEvaluatedKey
		if len(from) == 0 || len(found) >= limit {
			return found, nil
		}
	}
}

// Delete implements [orders.Store].
func (s *Store) Delete(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:                 &s.table,
		Key:                       key(id),
		ConditionExpression:       aws.String("#status = :open"),
		ExpressionAttributeNames:  map[string]string{"#status": "status"}, // a reserved word
		ExpressionAttributeValues: map[string]types.AttributeValue{":open": text(string(orders.Open))},
	})
	if !dynamoclient.IsConditionFailed(err) {
		return explain("delete", err)
	}
	// The condition also fails for a missing item, so check which it was. If the order is open now, it was created in the
	// meantime, and the requested order was missing.
	switch there, err := s.get(ctx, id); {
	case err != nil:
		return err
	case there.Status == orders.Open:
		return orders.ErrNotFound
	}
	return orders.ErrNotOpen
}
