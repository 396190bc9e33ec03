package orders

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// MemoryStore keeps orders in memory, for tests and for trying the service out. In Lambda each execution environment
// would have orders of its own.
type MemoryStore struct {
	capacity int

	mu     sync.Mutex
	orders []Order // by descending ID
}

var _ Store = (*MemoryStore)(nil)

// NewMemoryStore returns a store for up to capacity orders, which refuses more with [ErrFull]. It panics if the
// capacity is less than 1.
func NewMemoryStore(capacity int) *MemoryStore {
	if capacity < 1 {
		panic(fmt.Sprintf("orders: a memory store for %d orders: want at least 1", capacity))
	}
	return &MemoryStore{capacity: capacity}
}

// find returns the index of an ID, or where it would be. The caller holds the lock.
func (s *MemoryStore) find(id string) (int, bool) {
	return slices.BinarySearchFunc(s.orders, id, func(o Order, id string) int { return strings.Compare(id, o.ID) })
}

// Create implements [Store].
func (s *MemoryStore) Create(_ context.Context, o Order) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, found := s.find(o.ID)
	if found {
		return ErrExists
	}
	if len(s.orders) >= s.capacity {
		return ErrFull
	}
	s.orders = slices.Insert(s.orders, i, clone(o))
	return nil
}

// Get implements [Store].
func (s *MemoryStore) Get(_ context.Context, id string) (Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, found := s.find(id)
	if !found {
		return Order{}, ErrNotFound
	}
	return clone(s.orders[i]), nil
}

// List implements [Store].
func (s *MemoryStore) List(_ context.Context, before string, limit int) ([]Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	start := 0
	if before != "" {
		i, found := s.find(before)
		if found {
			i++
		}
		start = i
	}
	var out []Order
	for _, o := range s.orders[start:min(start+limit, len(s.orders))] {
		out = append(out, clone(o))
	}
	return out, nil
}

// Delete implements [Store].
func (s *MemoryStore) Delete(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, found := s.find(id)
	switch {
	case !found:
		return ErrNotFound
	case s.orders[i].Status != Open:
		return ErrNotOpen
	}
	s.orders = slices.Delete(s.orders, i, i+1)
	return nil
}

func clone(o Order) Order {
	o.Lines = slices.Clone(o.Lines)
	return o
}
