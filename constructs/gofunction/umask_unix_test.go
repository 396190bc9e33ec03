//go:build unix

package gofunction

import "syscall"

// All tests run with the strictest umask, that of the CDK process included, as modes must not depend on it.
func init() { syscall.Umask(0o077) }
