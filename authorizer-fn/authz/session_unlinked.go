//go:build lambda.norpc && !gatehouse_session

package authz

// keepsSessions reports that a function is built without sessions. What it guards is left out by the compiler.
const keepsSessions = false
