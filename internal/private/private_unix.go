//go:build unix

package private

import (
	"io/fs"
	"syscall"
)

// owner is the user id of a file's owner.
func owner(info fs.FileInfo) (id int, ok bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}
