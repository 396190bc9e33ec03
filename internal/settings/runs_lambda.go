//go:build !gatehouse_host

package settings

// RunsHere reports whether the function was built for a developer's machine. A function that was built for Lambda uses
// only https, and nothing in its environment changes that.
const RunsHere = false
