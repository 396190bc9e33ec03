//go:build unix

package devrecord

import "syscall"

// Gone reports whether the record's process is known to have ended.
func (r Record) Gone() bool { return r.PID > 0 && syscall.Kill(r.PID, 0) == syscall.ESRCH }
