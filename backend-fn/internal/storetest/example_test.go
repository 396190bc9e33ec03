package storetest_test

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/internal/storetest"
	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
)

// The example compiles but does not run, because Run needs a *testing.T. The tests of the stores call Run.
func ExampleRun() {
	_ = func(t *testing.T) { // func TestMemoryStore(t *testing.T)
		storetest.Run(t, func(*testing.T) orders.Store { return orders.NewMemoryStore(100) })
	}
}
