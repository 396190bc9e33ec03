// Package private checks that a file is private to the user of this process: that no other user can read or change it.
//
//	info, err := file.Stat()
//	if err := private.Check(path, info); err != nil {
//		return fmt.Errorf("%w: delete it", err)
//	}
//
// It looks at one file or folder, not at those above it, and not at access control lists. On Windows it accepts every
// file: a user's cache folder is the user's alone there.
package private

import (
	"fmt"
	"io/fs"
	"os"
	"runtime"
)

// Check reports why the file at path, which info describes, is not private: its mode gives other users access, or it
// belongs to another user. The caller adds the way out.
func Check(path string, info fs.FileInfo) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s has mode %04o, so other users have access to it", path, mode)
	}
	if owner, ok := owner(info); ok && owner != os.Geteuid() {
		return fmt.Errorf("%s belongs to the user id %d, and this process runs as %d", path, owner, os.Geteuid())
	}
	return nil
}
