package tablesession

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// The attributes of the table that a stack creates: both keys are strings, and the last one is where DynamoDB finds
// the time from which it may remove an item.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
const (
	PartitionKey  = settings.TablePartitionKey
	SortKey       = settings.TableSortKey
	TimeAttribute = settings.TableTimeAttribute
)

// ErrConflict is returned by a [Table] for an item that has another version than the one that was given.
var ErrConflict = errors.New("tablesession: the item has another version")

// Key is where an item is. Items of one partition are returned by one query.
type Key struct{ Partition, Sort string }

// Item is what a table holds.
type Item struct {
	Key

	// Version is 1 or more, and another one after each write.
	Version int64

	// Generation is that of the subject or, of a session, the one that the subject had when the session began.
	Generation int64

	// Ends is when the item counts no more, in whole seconds: the table may remove it then.
	Ends time.Time

	// Data is the rest; nil for none.
	Data []byte
}

// Table is a table of items. A call that returns an error other than [ErrConflict] may have been carried out: the
// answer alone may be lost. Reads see every write that was answered before.
type Table interface {
	// Get returns the items that have these keys, in their order; nil for one that is not there.
	Get(ctx context.Context, keys ...Key) ([]*Item, error)

	// Put writes an item if the one that is there has a version, which is 0 where there must not be one.
	Put(ctx context.Context, item *Item, version int64) error

	// Delete removes an item, if it has a version or the version is 0, and returns it; nil if it is not there.
	Delete(ctx context.Context, key Key, version int64) (*Item, error)

	// Query returns all items of a partition in the order of their sort keys.
	Query(ctx context.Context, partition string) ([]*Item, error)
}
