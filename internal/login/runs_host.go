//go:build gatehouse_host

package login

// runsHere reports whether the function was built for a developer's machine, where the provider may be the development
// issuer on the loopback interface.
const runsHere = true
