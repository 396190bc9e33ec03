// Package policycompiler compiles an access table into the policy that a caching Lambda authorizer returns for the
// whole API, and writes the policy for a single method.
//
// It runs in the authorizer. It does not read or evaluate policies: package iampolicy does, and the tests here compare
// the policies with what its evaluator decides.
package policycompiler

import "errors"

// Sentinels for [errors.Is].
var (
	ErrARN      = errors.New("policycompiler: not the ARN of a REST API's method")
	ErrConflict = errors.New("policycompiler: no policy that may be cached allows just the permitted routes")
	ErrTooLarge = errors.New("policycompiler: the policy is too large")
)
