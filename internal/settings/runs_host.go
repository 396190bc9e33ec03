//go:build gatehouse_host

package settings

// RunsHere reports whether the function was built for a developer's machine. Its issuers may then be those of
// "gatehouse dev" on the loopback interface.
const RunsHere = true
