//go:build lambda.norpc && !gatehouse_session

package access

// Forwarding is false in a function that is built without sessions. Such a function refuses a table with
// [Rule.Forward].
const Forwarding = false
