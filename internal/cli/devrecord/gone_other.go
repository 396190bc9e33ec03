//go:build !unix

package devrecord

// Gone always returns false: on this system, only the record's address shows whether the process has ended.
func (r Record) Gone() bool { return false }
