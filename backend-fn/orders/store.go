package orders

import (
	"context"
	"errors"
)

// The errors of a store for which the service has its own answer. For any other error the client gets a 500, and the
// log has the error.
var (
	ErrNotFound = errors.New("no such order")
	ErrExists   = errors.New("an order has this id")
	ErrNotOpen  = errors.New("the order is no longer open")
	ErrFull     = errors.New("the store is full")
	ErrBusy     = errors.New("the store is busy")
)

// Store stores orders. Package storetest tests what every store must do. Stores are safe for concurrent use. Their
// errors contain neither tokens nor credentials, because they are logged.
type Store interface {
	// Create adds an order. It fails with ErrExists if there is an order with its ID, whatever its content, or with
	// ErrFull.
	Create(ctx context.Context, o Order) error

	// Get returns an order, or fails with ErrNotFound.
	Get(ctx context.Context, id string) (Order, error)

	// List returns the orders with IDs before the given one, or from the newest if before is empty, sorted by descending
	// ID. It returns as many as limit, and fewer only if there are no more.
	List(ctx context.Context, before string, limit int) ([]Order, error)

	// Delete removes an open order. It fails with ErrNotFound or ErrNotOpen.
	Delete(ctx context.Context, id string) error
}

// TableVariable is the environment variable with the name of the DynamoDB table for orders. If it is unset, the
// function keeps them in memory.
const TableVariable = "ORDERS_TABLE"

// The DynamoDB table's primary key; both are strings. They are not in package dynamo, so that a stack that creates the
// table needs no AWS SDK.
const (
	PartitionKey = "pk"
	SortKey      = "sk"
)

// TableActions returns the only IAM actions on the table that the service needs.
func TableActions() []string {
	return []string{"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Query"}
}
