package orders_test

import (
	"errors"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/internal/storetest"
	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
)

func TestMemoryStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) orders.Store { return orders.NewMemoryStore(100) })
}

func TestMemoryStoreIsBounded(t *testing.T) {
	s := orders.NewMemoryStore(2)
	for i := range 2 {
		if err := s.Create(t.Context(), storetest.Order(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Create(t.Context(), storetest.Order(2)); !errors.Is(err, orders.ErrFull) {
		t.Errorf("got %v, want ErrFull", err)
	}
	if err := s.Create(t.Context(), storetest.Order(1)); !errors.Is(err, orders.ErrExists) {
		t.Errorf("got %v, want ErrExists, because a repeated order needs no room", err)
	}
	if err := s.Delete(t.Context(), storetest.Order(0).ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), storetest.Order(2)); err != nil {
		t.Errorf("after a deletion: got %v, want room for an order", err)
	}
}

func TestMemoryStoreOfNoCapacityPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("NewMemoryStore(0) did not panic")
		}
	}()
	orders.NewMemoryStore(0)
}
