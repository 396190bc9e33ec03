//go:build lambda.norpc && !gatehouse_introspection

package authz

// asksIssuers reports that a function is built without introspection. What it guards is left out by the compiler.
const asksIssuers = false
