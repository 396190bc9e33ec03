package command

import (
	"os"
	"os/signal"
	"syscall"
)

// Endings are the signals that stop a command: Ctrl-C, SIGTERM, and the end of the terminal unless that is ignored, as
// under nohup. "gatehouse dev" stops after it has cleaned up; other commands stop at once.
func Endings() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}
