// Command table is the Lambda function that logs users in and keeps their sessions in a table of Amazon DynamoDB. It is
// login-fn with a client of DynamoDB linked in.
package main

import (
	"github.com/gatehouse-cdk/gatehouse/internal/login"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/tables"
	"github.com/gatehouse-cdk/gatehouse/login-fn/internal/start"
)

func main() { start.Login(login.Options{Sessions: login.InTable(tables.Open)}) }
