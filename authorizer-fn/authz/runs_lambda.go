//go:build !gatehouse_host

package authz

// runsHere reports whether the function was built for a developer's machine. What is built for Lambda takes keys over
// https alone, and nothing in its environment changes that.
const runsHere = false
