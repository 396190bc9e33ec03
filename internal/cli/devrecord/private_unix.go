//go:build unix

package devrecord

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// private refuses what belongs to another user, and what others can read or write.
func private(path string, info fs.FileInfo) error {
	if open := info.Mode().Perm() & 0o077; open != 0 {
		return fmt.Errorf(
			"%w: %s has mode %04o, so other users have access to it: delete it",
			ErrExposed,
			path,
			info.Mode().Perm(),
		)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("%w: %s belongs to the user id %d, and this process runs as %d: delete it",
			ErrExposed, path, stat.Uid, os.Geteuid())
	}
	return nil
}

// Gone reports whether the record's process is known to have ended.
func (r Record) Gone() bool { return r.PID > 0 && syscall.Kill(r.PID, 0) == syscall.ESRCH }
