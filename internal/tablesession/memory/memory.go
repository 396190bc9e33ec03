// Package memory stores the items of package tablesession in memory. It is for tests, and for "gatehouse dev", where
// the login and the guard are two processes that share one table over loopback HTTP.
//
// Its contents are lost when the process ends. It is not for functions on Lambda, where each environment would have
// sessions of its own. The functions import it only in files with the build tag gatehouse_host.
package memory

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// Table is a table in memory. It is safe for concurrent use. It must be created by [New].
type Table struct {
	now func() time.Time

	mu    sync.Mutex
	items map[tablesession.Key]*tablesession.Item
	puts  int
}

var _ tablesession.Table = (*Table)(nil)

// sweepAfter is the number of writes after which expired items are removed.
const sweepAfter = 1000

// New returns an empty table. The clock now decides which items have expired and are removed. Default: [time.Now].
func New(now func() time.Time) *Table {
	if now == nil {
		now = time.Now
	}
	return &Table{now: now, items: map[tablesession.Key]*tablesession.Item{}}
}

func clone(item *tablesession.Item) *tablesession.Item {
	if item == nil {
		return nil
	}
	c := *item
	c.Data, c.Ends = bytes.Clone(item.Data), time.Unix(item.Ends.Unix(), 0)
	return &c
}

// Get implements [tablesession.Table].
func (t *Table) Get(ctx context.Context, keys ...tablesession.Key) ([]*tablesession.Item, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	items := make([]*tablesession.Item, len(keys))
	for i, key := range keys {
		items[i] = clone(t.items[key])
	}
	return items, nil
}

// version returns the version of the item with a key, or 0.
func (t *Table) version(key tablesession.Key) int64 {
	if there := t.items[key]; there != nil {
		return there.Version
	}
	return 0
}

// Put implements [tablesession.Table].
func (t *Table) Put(ctx context.Context, item *tablesession.Item, version int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.version(item.Key) != version {
		return tablesession.ErrConflict
	}
	if t.puts++; t.puts%sweepAfter == 0 {
		now := t.now()
		for key, there := range t.items {
			if there.Ends.Before(now) {
				delete(t.items, key)
			}
		}
	}
	t.items[item.Key] = clone(item)
	return nil
}

// Delete implements [tablesession.Table].
func (t *Table) Delete(ctx context.Context, key tablesession.Key, version int64) (*tablesession.Item, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if version != 0 && t.version(key) != version {
		return nil, tablesession.ErrConflict
	}
	there := t.items[key]
	delete(t.items, key)
	return there, nil
}

// Query implements [tablesession.Table].
func (t *Table) Query(ctx context.Context, partition string) ([]*tablesession.Item, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var items []*tablesession.Item
	for key, item := range t.items {
		if key.Partition == partition {
			items = append(items, clone(item))
		}
	}
	slices.SortFunc(items, func(a, b *tablesession.Item) int { return cmp.Compare(a.Sort, b.Sort) })
	return items, nil
}
