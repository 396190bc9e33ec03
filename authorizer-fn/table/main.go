// Command table is the Lambda authorizer for sessions or used DPoP proofs in a table of Amazon DynamoDB. It is
// authorizer-fn with a client of DynamoDB linked in. Build it with the tags authz.SessionTag and authz.TableTag, or
// authz.BindingTag and authz.ProofTableTag.
package main

import "github.com/gatehouse-cdk/gatehouse/authorizer-fn/internal/start"

func main() { start.Authorizer() }
