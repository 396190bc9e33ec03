// Command table is the Lambda authorizer for sessions in a table of Amazon DynamoDB: authorizer-fn, with a client of
// DynamoDB linked in. The tags authz.SessionTag and authz.TableTag go with it.
package main

import "github.com/gatehouse-cdk/gatehouse/authorizer-fn/internal/start"

func main() { start.Authorizer() }
