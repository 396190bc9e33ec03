// Package authztest surrounds an authorizer in tests and benchmarks: an issuer that signs tokens and publishes its keys, the
// events that API Gateway sends, and Lambda's Runtime API for a built function.
//
// It does not decide anything, and nothing of it is for use outside of tests: its private keys are made from their names,
// so that anybody can make them.
package authztest
