package tablesession

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// The attributes of the table that a stack creates. Both keys are strings. DynamoDB reads from the last attribute when
// it may remove an item.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
const (
	PartitionKey  = settings.TablePartitionKey
	SortKey       = settings.TableSortKey
	TimeAttribute = settings.TableTimeAttribute
)

// ErrConflict is returned by a [Table] if the item does not have the given version.
var ErrConflict = errors.New("tablesession: the item has another version")

// Key is the key of an item. One query returns all items of a partition.
type Key struct{ Partition, Sort string }

// Item is an item of a table.
type Item struct {
	Key

	// Version is at least 1, and changes with each write.
	Version int64

	// Generation is the generation of a subject. In a session's item, it is the subject's generation at the session's
	// beginning.
	Generation int64

	// Ends is when the item expires, in whole seconds. The table may remove it then.
	Ends time.Time

	// Data is the rest. It may be nil.
	Data []byte
}

// Table is a table of items. A call that returns an error other than [ErrConflict] may still have been carried out,
// because only its answer was lost. Reads see every write that was answered before.
type Table interface {
	// Get returns the items with these keys in order. A missing item is nil.
	Get(ctx context.Context, keys ...Key) ([]*Item, error)

	// Put writes an item if the existing one has the given version. Version 0 means that there must not be one.
	Put(ctx context.Context, item *Item, version int64) error

	// Delete removes an item and returns it, or nil if it does not exist. If the given version is not 0, the item must
	// have it.
	Delete(ctx context.Context, key Key, version int64) (*Item, error)

	// Query returns all items of a partition, in the order of their sort keys.
	Query(ctx context.Context, partition string) ([]*Item, error)
}
