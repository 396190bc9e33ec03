//go:build unix

package gofunction

import "syscall"

// All tests and CDK's engine run with a strict umask, because the modes of assets must not depend on it.
func init() { syscall.Umask(0o077) }
