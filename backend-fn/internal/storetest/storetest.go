// Package storetest tests that a store of orders does what [orders.Store] says, the same for every store.
//
//	func TestMemoryStore(t *testing.T) {
//		storetest.Run(t, func(*testing.T) orders.Store { return orders.NewMemoryStore(100) })
//	}
//
// It does not test what only one store can do, such as being full or out of reach.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
)

// Order makes the nth order: the higher n, the newer it is, and the higher its id.
func Order(n int) orders.Order {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(n) * 1001 * time.Millisecond)
	return orders.Order{
		ID:       fmt.Sprintf("%08x-%04x-7000-8000-%012x", at.UnixMilli()>>16, at.UnixMilli()&0xffff, n),
		Customer: fmt.Sprintf("customer-%d", n),
		Lines: []orders.Line{
			{SKU: "tea-1", Quantity: int64(n + 1), UnitPrice: 1_000_000_000},
			{SKU: "cup:2", Quantity: 1, UnitPrice: 0},
		},
		Currency:  "EUR",
		Status:    orders.Open,
		CreatedAt: at,
		CreatedBy: "user-1",
	}
}

// Run runs every case against an empty store of its own, which open makes.
func Run(t *testing.T, open func(t *testing.T) orders.Store) {
	ctx := context.Background()
	for _, tt := range []struct {
		name, why string
		holds     []orders.Order // what is in the store before
		do        func(t *testing.T, s orders.Store)
	}{
		{"an order comes back as it went in", "every field is kept", nil, func(t *testing.T, s orders.Store) {
			create(t, s, Order(1))
			wantStored(t, s, Order(1))
		}},
		{"an order without a creator", "public routes have no caller", nil, func(t *testing.T, s orders.Store) {
			o := Order(1)
			o.CreatedBy = ""
			create(t, s, o)
			wantStored(t, s, o)
		}},
		{"text that needs escaping", "a principal is whatever the issuer says", nil, func(t *testing.T, s orders.Store) {
			o := Order(1)
			o.CreatedBy = "auth0|\"<ünï>\\ \u2028😀"
			create(t, s, o)
			wantStored(t, s, o)
		}},
		{"get a missing order", "", holding(2), func(t *testing.T, s orders.Store) {
			_, err := s.Get(ctx, Order(3).ID)
			wantError(t, err, orders.ErrNotFound)
		}},
		{
			"create over an order with the same content",
			"the service decides what a repetition means",
			holding(1),
			func(t *testing.T, s orders.Store) {
				wantError(t, s.Create(ctx, Order(0)), orders.ErrExists)
			},
		},
		{"create over an order with other content", "what is there stays", holding(1), func(t *testing.T, s orders.Store) {
			o := Order(0)
			o.Customer = "another-customer"
			wantError(t, s.Create(ctx, o), orders.ErrExists)
			wantStored(t, s, Order(0))
		}},
		{"delete", "and the others stay", holding(3), func(t *testing.T, s orders.Store) {
			wantError(t, s.Delete(ctx, Order(1).ID), nil)
			_, err := s.Get(ctx, Order(1).ID)
			wantError(t, err, orders.ErrNotFound)
			list(t, s, "", 10, Order(2), Order(0))
		}},
		{"delete twice", "the second finds nothing", holding(1), func(t *testing.T, s orders.Store) {
			wantError(t, s.Delete(ctx, Order(0).ID), nil)
			wantError(t, s.Delete(ctx, Order(0).ID), orders.ErrNotFound)
		}},
		{"delete what was never there", "", holding(1), func(t *testing.T, s orders.Store) {
			wantError(t, s.Delete(ctx, Order(7).ID), orders.ErrNotFound)
		}},
		{"delete a shipped order", "it is on its way", []orders.Order{shipped(0)}, func(t *testing.T, s orders.Store) {
			wantError(t, s.Delete(ctx, Order(0).ID), orders.ErrNotOpen)
			wantStored(t, s, shipped(0))
		}},
		{"create again after deleting", "the id is free", holding(1), func(t *testing.T, s orders.Store) {
			wantError(t, s.Delete(ctx, Order(0).ID), nil)
			create(t, s, Order(0))
			wantStored(t, s, Order(0))
		}},
		{"list nothing", "an empty store is no error", nil, func(t *testing.T, s orders.Store) {
			list(t, s, "", 10)
		}},
		{
			"list the newest first",
			"not in the order they came",
			[]orders.Order{Order(1), Order(3), Order(0), Order(2)},
			func(t *testing.T, s orders.Store) {
				list(t, s, "", 10, Order(3), Order(2), Order(1), Order(0))
			},
		},
		{"list as many as asked for", "", holding(5), func(t *testing.T, s orders.Store) {
			list(t, s, "", 2, Order(4), Order(3))
		}},
		{"list exactly all", "", holding(3), func(t *testing.T, s orders.Store) {
			list(t, s, "", 3, Order(2), Order(1), Order(0))
		}},
		{"list before an order", "the order itself is not in it", holding(5), func(t *testing.T, s orders.Store) {
			list(t, s, Order(3).ID, 2, Order(2), Order(1))
		}},
		{"list before the oldest", "nothing is left", holding(3), func(t *testing.T, s orders.Store) {
			list(t, s, Order(0).ID, 2)
		}},
		{"list before an order that is gone", "a page goes on where it was", holding(4), func(t *testing.T, s orders.Store) {
			wantError(t, s.Delete(ctx, Order(2).ID), nil)
			list(t, s, Order(2).ID, 10, Order(1), Order(0))
		}},
		{
			"list past what one read gives",
			"a page of DynamoDB's may hold fewer than the limit",
			holding(30),
			func(t *testing.T, s orders.Store) {
				var all []orders.Order
				for i := 29; i >= 0; i-- {
					all = append(all, Order(i))
				}
				list(t, s, "", 30, all...)
				list(t, s, "", 100, all...)
			},
		},
		{"a change of the result", "the store keeps its own copy", holding(1), func(t *testing.T, s orders.Store) {
			o, _ := s.Get(ctx, Order(0).ID)
			o.Lines[0].Quantity = 99
			page, _ := s.List(ctx, "", 1)
			page[0].Lines[1].Quantity = 99
			wantStored(t, s, Order(0))
		}},
		{"many create one id at once", "one of them wins", nil, func(t *testing.T, s orders.Store) {
			errs := atOnce(10, func() error { return s.Create(ctx, Order(0)) })
			if errs[nil] != 1 || errs[orders.ErrExists] != 9 {
				t.Errorf("got %v, want one success and nine times ErrExists", errs)
			}
		}},
		{"many delete one id at once", "one of them wins", holding(1), func(t *testing.T, s orders.Store) {
			errs := atOnce(10, func() error { return s.Delete(ctx, Order(0).ID) })
			if errs[nil] != 1 || errs[orders.ErrNotFound] != 9 {
				t.Errorf("got %v, want one success and nine times ErrNotFound", errs)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t)
			for _, o := range tt.holds {
				create(t, s, o)
			}
			tt.do(t, s)
			if t.Failed() && tt.why != "" {
				t.Log("because:", tt.why)
			}
		})
	}
}

func holding(n int) []orders.Order {
	var all []orders.Order
	for i := range n {
		all = append(all, Order(i))
	}
	return all
}

func shipped(n int) orders.Order {
	o := Order(n)
	o.Status = orders.Shipped
	return o
}

func create(t *testing.T, s orders.Store, o orders.Order) {
	t.Helper()
	if err := s.Create(context.Background(), o); err != nil {
		t.Fatalf("create %s: %v", o.ID, err)
	}
}

func wantStored(t *testing.T, s orders.Store, o orders.Order) {
	t.Helper()
	got, err := s.Get(context.Background(), o.ID)
	if err != nil {
		t.Fatalf("get %s: %v", o.ID, err)
	}
	if diff := cmp.Diff(o, got); diff != "" {
		t.Errorf("get %s (-want +got):\n%s", o.ID, diff)
	}
}

func list(t *testing.T, s orders.Store, before string, limit int, want ...orders.Order) {
	t.Helper()
	got, err := s.List(context.Background(), before, limit)
	if err != nil {
		t.Fatalf("list before %q, %d: %v", before, limit, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("list before %q, %d (-want +got):\n%s", before, limit, diff)
	}
}

func wantError(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("got error %v, want %v", got, want)
	}
}

// atOnce counts the errors of n calls by the sentinel they match.
func atOnce(n int, call func() error) map[error]int {
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs = map[error]int{}
	)
	for range n {
		wg.Go(func() {
			err := call()
			for _, known := range []error{orders.ErrExists, orders.ErrNotFound, orders.ErrNotOpen} {
				if errors.Is(err, known) {
					err = known
				}
			}
			mu.Lock()
			defer mu.Unlock()
			errs[err]++
		})
	}
	wg.Wait()
	return errs
}
