//go:build lambda.norpc && !gatehouse_ownership

package access

// Ownership is false in a function that is built without requirements on parameters of paths. Such a function refuses a
// table with them.
const Ownership = false
