//go:build unix && !linux

package lambdaruntime

import (
	"os/exec"
	"syscall"
)

// isolate gives the process a process group of its own, so that it can be killed with its children and does not get the
// terminal's Ctrl-C. When this process dies without closing the pool, the watchdog ends the group.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
