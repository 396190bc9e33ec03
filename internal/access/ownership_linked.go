//go:build !lambda.norpc || gatehouse_ownership

package access

// Ownership reports whether this program supports requirements on parameters of paths. The included authorizer leaves
// their code out if no route needs it, because it would be a fiftieth larger. Programs that are not functions always
// support them.
const Ownership = true
