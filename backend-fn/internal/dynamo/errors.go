package dynamo

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient"
)

// explain converts an error of the SDK into one of the service's errors, or into one that can be logged.
func explain(call string, err error) error {
	explained, busy := dynamoclient.Explain(call, err)
	if busy {
		return fmt.Errorf("%w: %w", explained, orders.ErrBusy)
	}
	return explained
}

func badItem(id, format string, a ...any) error {
	return fmt.Errorf("dynamo: the item %q is not an order: %s", id, fmt.Sprintf(format, a...))
}
