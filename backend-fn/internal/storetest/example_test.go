package storetest_test

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/internal/storetest"
	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
)

// It wants a test, so this is compiled here and runs in the tests of the stores.
func ExampleRun() {
	_ = func(t *testing.T) { // func TestMemoryStore(t *testing.T)
		storetest.Run(t, func(*testing.T) orders.Store { return orders.NewMemoryStore(100) })
	}
}
