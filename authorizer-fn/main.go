// Command authorizer-fn is the Lambda authorizer that the constructs build: package authz decides, the environment and
// the access table beside the binary say how. Command authorizer-fn/table is the one for sessions in a table.
package main

import "github.com/gatehouse-cdk/gatehouse/authorizer-fn/internal/start"

func main() { start.Authorizer() }
