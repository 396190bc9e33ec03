//go:build !gatehouse_host

package settings

// RunsHere reports whether the function was built for a developer's machine. What is built for Lambda talks https
// alone, and nothing in its environment changes that.
const RunsHere = false
