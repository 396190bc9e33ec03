package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/memory"
)

var errLost = errors.New("the connection broke")

// fault is a fault of the table, which the model has to find.
type fault int

const (
	sound         fault = iota
	staleReads          // a read may return the item before the last write
	blindWrites         // a write replaces an item of any version
	revivingPuts        // a write with a version succeeds if there is no item
	eagerRemovals       // expired items are removed too early
)

// table is a table in memory whose calls take time and may be lost.
type table struct {
	*memory.Table
	fault      fault
	before     map[tablesession.Key]*tablesession.Item
	partitions []string
}

func newTable(f fault) *table {
	return &table{
		Table: memory.New(func() time.Time { return began }), fault: f,
		before: map[tablesession.Key]*tablesession.Item{},
	}
}

// call makes a call. Other actors may run before and after it. The call or its answer may be lost.
func call[T any](ctx context.Context, name string, removal bool, do func() (T, error)) (T, error) {
	a, none := actorOf(ctx), *new(T)
	w := a.w
	a.park(0)
	lose := 0
	switch {
	case w.final:
	case w.now.After(w.outageFrom) && w.now.Before(w.outageUntil), removal && a.env.removesNothing:
		lose = 1 + w.rng.IntN(2)
		if removal && a.env.removesNothing {
			lose = 1
		}
	case w.faults > 0 && w.chance(30):
		w.faults--
		lose = 1 + w.rng.IntN(2)
	}
	if lose == 1 {
		a.faulted = true
		w.log(a, "%s is lost", name)
		return none, errLost
	}
	out, err := do()
	w.log(a, "%s: %v", name, err)
	a.park(0)
	if lose == 2 {
		a.faulted = true
		w.log(a, "the answer to %s is lost", name)
		return none, errLost
	}
	return out, err
}

func (t *table) Get(ctx context.Context, keys ...tablesession.Key) ([]*tablesession.Item, error) {
	return call(ctx, "get "+short(keys[0].Sort), false, func() ([]*tablesession.Item, error) {
		items, err := t.Table.Get(ctx, keys...)
		if t.fault == staleReads {
			for i, key := range keys {
				if before, ok := t.before[key]; ok && actorOf(ctx).w.chance(3) {
					items[i] = before
				}
			}
		}
		return items, err
	})
}

func (t *table) Put(ctx context.Context, item *tablesession.Item, version int64) error {
	_, err := call(ctx, "put "+short(item.Sort), false, func() (any, error) {
		there, _ := t.Table.Get(ctx, item.Key)
		switch {
		case t.fault == blindWrites && there[0] != nil:
			version = there[0].Version
		case t.fault == revivingPuts && there[0] == nil:
			version = 0
		}
		err := t.Table.Put(ctx, item, version)
		if err == nil {
			t.before[item.Key] = there[0]
			if !slices.Contains(t.partitions, item.Partition) {
				t.partitions = append(t.partitions, item.Partition)
			}
		}
		return nil, err
	})
	return err
}

func (t *table) Delete(ctx context.Context, key tablesession.Key, version int64) (*tablesession.Item, error) {
	return call(ctx, "delete "+short(key.Sort), true, func() (*tablesession.Item, error) {
		gone, err := t.Table.Delete(ctx, key, version)
		if err == nil && gone != nil {
			t.before[key] = gone
		}
		return gone, err
	})
}

func (t *table) Query(ctx context.Context, partition string) ([]*tablesession.Item, error) {
	return call(ctx, "query "+short(partition), false, func() ([]*tablesession.Item, error) {
		return t.Table.Query(ctx, partition)
	})
}

// short returns the start of a key, for the trace.
func short(key string) string { return key[:min(len(key), 16)] }

// sweep removes expired items, as DynamoDB does some time after they expire.
func (t *table) sweep(now time.Time) {
	if t.fault == eagerRemovals {
		now = now.Add(9 * time.Minute)
	}
	ctx := context.Background()
	for _, p := range t.partitions {
		items, _ := t.Table.Query(ctx, p)
		for _, item := range items {
			if item.Ends.Before(now) {
				_, _ = t.Table.Delete(ctx, item.Key, 0)
			}
		}
	}
}
