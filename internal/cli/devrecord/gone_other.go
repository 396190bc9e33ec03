//go:build !unix

package devrecord

// Gone reports whether the record's process is known to have ended. Only its address says so here.
func (r Record) Gone() bool { return false }
