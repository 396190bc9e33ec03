//go:build !gatehouse_host

package login

// runsHere reports whether the function was built for a developer's machine. What is built for Lambda talks https
// alone, and nothing in its environment changes that.
const runsHere = false
