// Package memory keeps the items of package tablesession in memory: for tests, and for "gatehouse dev", where the login
// and the guard are two processes that share one table over loopback HTTP.
//
// What it holds is lost when the process ends. It is not for functions on Lambda: each of their environments would have
// sessions of its own. Their mains import it in files with the build tag gatehouse_host alone.
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

// Table is a table in memory. Any number of goroutines may use it. The zero value does not serve: make one with [New].
type Table struct {
	now func() time.Time

	mu    sync.Mutex
	items map[tablesession.Key]*tablesession.Item
	puts  int
}

var _ tablesession.Table = (*Table)(nil)

// sweepAfter is after how many writes expired items are removed.
const sweepAfter = 1000

// New makes an empty table. now is the clock by which items are removed whose time is over. Default: [time.Now].
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

// version is that of the item with a key; 0 for none.
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
