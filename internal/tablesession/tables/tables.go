// Package tables opens tables of sessions for functions: tables of Amazon DynamoDB and, on a developer's machine, those
// that "gatehouse dev" has in memory. A program that imports it links the client of DynamoDB.
package tables

import (
	"github.com/gatehouse-cdk/gatehouse/internal/dynamoclient"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/driver"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/dynamo"
)

func init() { driver.Open = Open }

// Open opens the table with a name, using a function's environment. It fetches nothing yet.
func Open(getenv func(string) string, name string) (tablesession.Table, error) {
	if table, err := hostTable(getenv); table != nil || err != nil {
		return table, err
	}
	config, err := dynamoclient.FromEnvironment(getenv, name)
	if err != nil {
		return nil, err
	}
	return dynamo.New(config), nil
}
