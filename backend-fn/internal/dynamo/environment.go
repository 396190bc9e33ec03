package dynamo

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient"
)

// FromEnvironment reads the configuration from the environment that Lambda gives a function, and the table's name from
// [orders.TableVariable], which the stack sets.
func FromEnvironment(getenv func(string) string) (dynamoclient.Config, error) {
	table := getenv(orders.TableVariable)
	if table == "" {
		return dynamoclient.Config{}, fmt.Errorf("dynamo: the environment variable %s is not set: the stack sets it",
			orders.TableVariable)
	}
	c, err := dynamoclient.FromEnvironment(getenv, table)
	if err != nil {
		return c, fmt.Errorf("%w, or unset %s to keep orders in memory", err, orders.TableVariable)
	}
	return c, nil
}
