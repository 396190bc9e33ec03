// Package driver is how a program that opens sessions finds their table without linking a client of DynamoDB. Package
// tables has one.
package driver

import "github.com/gatehouse-cdk/gatehouse/internal/tablesession"

// Open opens the table of a name, as the environment of a function says. It is nil in a program that links no client.
var Open func(getenv func(string) string, name string) (tablesession.Table, error)

// Variable is the environment variable by which "gatehouse dev" tells a function of a table in its memory: a URL of the
// loopback interface. A function that was built for Lambda does not look at it.
const Variable = "GATEHOUSE_SESSION_TABLE"
