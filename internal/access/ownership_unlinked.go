//go:build lambda.norpc && !gatehouse_ownership

package access

// Ownership reports that a function is built without requirements on parameters of paths: it refuses a table with them.
const Ownership = false
