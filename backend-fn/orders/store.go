package orders

import (
	"context"
	"errors"
)

// The errors of a store that the service has its own answer to. Any other is a fault: the client gets a 500 and the log
// gets the error.
var (
	ErrNotFound = errors.New("no such order")
	ErrExists   = errors.New("an order has this id")
	ErrNotOpen  = errors.New("the order is no longer open")
	ErrFull     = errors.New("the store is full")
	ErrBusy     = errors.New("the store is busy")
)

// Store keeps orders. Package storetest says in tests what every store must do. Stores are safe for concurrent use, and
// their errors hold neither tokens nor credentials, since they are logged.
type Store interface {
	// Create adds an order, or fails with ErrExists if there is one with its id, whatever its content, or with ErrFull.
	Create(ctx context.Context, o Order) error

	// Get reads an order, or fails with ErrNotFound.
	Get(ctx context.Context, id string) (Order, error)

	// List gives the orders with ids before the given one, or from the newest if before is empty, in falling order of
	// their ids. It gives as many as limit, and fewer only if there are no more.
	List(ctx context.Context, before string, limit int) ([]Order, error)

	// Delete removes an order that is open, or fails with ErrNotFound or ErrNotOpen.
	Delete(ctx context.Context, id string) error
}

// TableVariable is the environment variable with the name of the DynamoDB table that package dynamo keeps orders in.
// Where it is unset, the function keeps them in memory.
const TableVariable = "ORDERS_TABLE"

// The DynamoDB table's primary key: both are strings. They are here and not in package dynamo so that a stack which
// creates the table needs no AWS SDK.
const (
	PartitionKey = "pk"
	SortKey      = "sk"
)

// TableActions are the IAM actions on the table that the service needs, and no more.
func TableActions() []string {
	return []string{"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Query"}
}
