//go:build !lambda.norpc || gatehouse_session

package access

// Forwarding reports whether this program supports [Rule.Forward]. Programs that are not functions always do.
const Forwarding = true
