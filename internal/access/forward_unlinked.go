//go:build lambda.norpc && !gatehouse_session

package access

// Forwarding reports that a function is built without sessions: it refuses a table that hands their tokens on.
const Forwarding = false
