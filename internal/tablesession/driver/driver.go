// Package driver lets a program that opens sessions find their table without linking a client of DynamoDB. Package
// tables provides one.
package driver

import "github.com/gatehouse-cdk/gatehouse/internal/tablesession"

// Open opens the table with a name, using a function's environment. It is nil in a program that links no client.
var Open func(getenv func(string) string, name string) (tablesession.Table, error)

// Variable is the environment variable by which "gatehouse dev" gives a function a table in its own memory. It is a URL
// of the loopback interface. A function that was built for Lambda ignores it.
const Variable = "GATEHOUSE_SESSION_TABLE"
