//go:build lambda.norpc && !gatehouse_session

package authz

// keepsSessions is false in a function that is built without sessions. The compiler then leaves out what it guards.
const keepsSessions = false
