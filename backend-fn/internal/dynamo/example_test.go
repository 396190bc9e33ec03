package dynamo_test

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/internal/dynamo"
	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
)

// In a function's main, read the table's name, which the stack sets, and the region and credentials, which Lambda sets.
// New does not call DynamoDB.
func ExampleNew() {
	getenv := func(name string) string { // in a function, use os.Getenv
		return map[string]string{
			"ORDERS_TABLE":          "orders",
			"AWS_REGION":            "eu-central-1",
			"AWS_ACCESS_KEY_ID":     "id",
			"AWS_SECRET_ACCESS_KEY": "secret",
		}[name]
	}

	table, err := dynamo.FromEnvironment(getenv)
	if err != nil {
		fmt.Println(err)
		return
	}
	var store orders.Store = dynamo.New(table)
	_ = orders.New(store, orders.Options{}) // the http.Handler
	fmt.Println(table.Table, table.Region)
	// Output: orders eu-central-1
}
