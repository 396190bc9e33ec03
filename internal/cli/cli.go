package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Main runs the command of the process's arguments and returns the status that the process exits with.
func Main() int { return run(context.Background(), process(), os.Args[1:]) }

// endings are the signals that end "gatehouse dev" after it has tidied up, and any other command at once: Ctrl-C, SIGTERM, and the end of the terminal,
// except under nohup, which has the last one ignored.
func endings() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}
