//go:build lambda.norpc && !gatehouse_introspection

package authz

// asksIssuers is false in a function that is built without introspection. The compiler then leaves out what it guards.
const asksIssuers = false
