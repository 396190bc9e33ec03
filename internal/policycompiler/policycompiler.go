// Package policycompiler compiles an access table into the policy that a caching Lambda authorizer returns for the
// whole API. It also writes the policy for a single method.
//
// It runs in the authorizer. It does not read or evaluate policies. Package iampolicy does, and the tests here compare
// the policies with its decisions.
package policycompiler

import "errors"

// Errors for [errors.Is].
var (
	ErrARN      = errors.New("policycompiler: not the ARN of a REST API's method")
	ErrConflict = errors.New("policycompiler: no policy that may be cached allows just the permitted routes")
	ErrTooLarge = errors.New("policycompiler: the policy is too large")
)
