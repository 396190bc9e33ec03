// Package tabletest has the tests that every implementation of [tablesession.Table] must pass.
//
//	func TestTable(t *testing.T) {
//		tabletest.Run(t, func(*testing.T) tablesession.Table { return memory.New(nil) })
//	}
//
// With -short it skips tests of items of more than 100 KB. It does not test features of one implementation.
package tabletest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// data compares an item's data as a whole, because cmp takes seconds to find the differences in long data.
var data = cmp.Comparer(bytes.Equal)

// Item returns an item of a partition.
func Item(partition, sort string, version int64) *tablesession.Item {
	return &tablesession.Item{
		Key: tablesession.Key{Partition: partition, Sort: sort}, Version: version, Generation: 1_700_000_000_000,
		Ends: time.Unix(4_000_000_000, 0), Data: []byte("\x00 bytes \xff of version " + fmt.Sprint(version)),
	}
}

// Run runs every case against its own empty table, which open creates.
func Run(t *testing.T, open func(t *testing.T) tablesession.Table) {
	for _, tt := range []struct {
		name, why string
		do        func(t *testing.T, table checked)
	}{
		{"an item comes back as it went in", "every field is kept", func(t *testing.T, table checked) {
			item := Item("p", "s", 1)
			table.put(item, 0, nil)
			table.want(item, item.Key)
		}},
		{"an item without data", "generations have none", func(t *testing.T, table checked) {
			item := Item("p", "s", 1)
			item.Data, item.Generation = nil, 0
			table.put(item, 0, nil)
			table.want(item, item.Key)
		}},
		{"an item of a third of a MB", "the largest session has some 320 KB", func(t *testing.T, table checked) {
			item := Item("p", "s", 1)
			item.Data = bytes.Repeat([]byte{0, 0xff}, 160<<10)
			table.put(item, 0, nil)
			table.want(item, item.Key)
		}},
		{"several items", "in the order of the keys, with nil for a missing item", func(t *testing.T, table checked) {
			a, b := Item("p", "a", 1), Item("q", "b", 3)
			table.put(a, 0, nil)
			table.put(b, 0, nil)
			missing := tablesession.Key{Partition: "p", Sort: "b"}
			got, err := table.Get(t.Context(), b.Key, missing, a.Key)
			if d := cmp.Diff([]*tablesession.Item{b, nil, a}, got, data); d != "" || err != nil {
				t.Error(err, d)
			}
		}},
		{"put over an item", "only with the item's version", func(t *testing.T, table checked) {
			table.put(Item("p", "s", 1), 0, nil)
			table.put(Item("p", "s", 2), 0, tablesession.ErrConflict)
			table.put(Item("p", "s", 3), 2, tablesession.ErrConflict)
			table.want(Item("p", "s", 1), Item("p", "s", 1).Key)
			table.put(Item("p", "s", 2), 1, nil)
			table.put(Item("p", "s", 2), 1, tablesession.ErrConflict)
			table.want(Item("p", "s", 2), Item("p", "s", 2).Key)
		}},
		{"put with a version, without an item", "a deleted item does not return", func(t *testing.T, table checked) {
			table.put(Item("p", "s", 2), 1, tablesession.ErrConflict)
			table.want(nil, Item("p", "s", 2).Key)
		}},
		{"delete", "returns the deleted item", func(t *testing.T, table checked) {
			item := Item("p", "s", 7)
			table.put(item, 0, nil)
			table.delete(item.Key, 6, nil, tablesession.ErrConflict)
			table.want(item, item.Key)
			table.delete(item.Key, 7, item, nil)
			table.want(nil, item.Key)
			table.delete(item.Key, 7, nil, tablesession.ErrConflict)
			table.delete(item.Key, 0, nil, nil)
			table.put(item, 0, nil)
			table.delete(item.Key, 0, item, nil)
			table.want(nil, item.Key)
		}},
		{"query", "one partition, in the order of the sort keys", func(t *testing.T, table checked) {
			var want []*tablesession.Item
			for _, sort := range []string{"a", "b", "session#1", "session#2"} {
				want = append(want, Item("p", sort, 1))
			}
			for _, i := range []int{2, 0, 3, 1} {
				table.put(want[i], 0, nil)
			}
			table.put(Item("p2", "c", 1), 0, nil)
			table.put(Item("P", "d", 1), 0, nil)
			for partition, want := range map[string][]*tablesession.Item{"p": want, "q": nil} {
				got, err := table.Query(t.Context(), partition)
				if d := cmp.Diff(want, got, data); d != "" || err != nil {
					t.Error(err, d)
				}
			}
		}},
		{"a query of more than 1 MB", "DynamoDB returns pages", func(t *testing.T, table checked) {
			for i := range 8 {
				item := Item("p", fmt.Sprint(i), 1)
				item.Data = bytes.Repeat([]byte{'x'}, 200<<10)
				table.put(item, 0, nil)
			}
			if got, err := table.Query(t.Context(), "p"); len(got) != 8 || err != nil {
				t.Errorf("%d items, %v", len(got), err)
			}
		}},
		{"concurrent writers", "one of them succeeds", func(t *testing.T, table checked) {
			table.put(Item("p", "s", 1), 0, nil)
			var wg sync.WaitGroup
			errs := make([]error, 8)
			for i := range errs {
				wg.Go(func() { errs[i] = table.Put(t.Context(), Item("p", "s", 2), 1) })
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else if !errors.Is(err, tablesession.ErrConflict) {
					t.Error(err)
				}
			}
			if won != 1 {
				t.Errorf("%d writers won, want 1", won)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if testing.Short() && strings.Contains(tt.name, "MB") {
				t.Skip("it takes seconds under the race detector")
			}
			tt.do(t, checked{open(t), t})
			if t.Failed() {
				t.Log(tt.why)
			}
		})
	}
}

// checked is a table with methods that check results.
type checked struct {
	tablesession.Table
	t *testing.T
}

func (c checked) put(item *tablesession.Item, version int64, want error) {
	c.t.Helper()
	if err := c.Put(c.t.Context(), item, version); !errors.Is(err, want) {
		c.t.Errorf("put over version %d: got %v, want %v", version, err, want)
	}
}

func (c checked) want(item *tablesession.Item, key tablesession.Key) {
	c.t.Helper()
	got, err := c.Get(c.t.Context(), key)
	if err != nil {
		c.t.Error(err)
		return
	}
	if d := cmp.Diff([]*tablesession.Item{item}, got, data); d != "" {
		c.t.Errorf("%v: %s", key, d)
	}
}

func (c checked) delete(key tablesession.Key, version int64, want *tablesession.Item, wantErr error) {
	c.t.Helper()
	got, err := c.Delete(c.t.Context(), key, version)
	if d := cmp.Diff(want, got, data); d != "" || !errors.Is(err, wantErr) {
		c.t.Errorf("delete version %d: got %v, want %v: %s", version, err, wantErr, d)
	}
}
