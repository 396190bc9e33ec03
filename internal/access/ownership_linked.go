//go:build !lambda.norpc || gatehouse_ownership

package access

// Ownership reports whether this program knows requirements on parameters of paths. Without them, what they take is not
// linked into the included authorizer, which would be a fiftieth larger. Programs that are not functions always know
// them.
const Ownership = true
