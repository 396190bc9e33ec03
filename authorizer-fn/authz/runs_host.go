//go:build gatehouse_host

package authz

// runsHere reports whether the function was built for a developer's machine, where it may take keys from a development
// issuer on the loopback interface.
const runsHere = true
