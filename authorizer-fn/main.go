// Command authorizer-fn is the Lambda authorizer that the constructs build. Package authz decides, configured by the
// environment and the access table beside the binary. For sessions in a table, use command authorizer-fn/table.
package main

import "github.com/gatehouse-cdk/gatehouse/authorizer-fn/internal/start"

func main() { start.Authorizer() }
