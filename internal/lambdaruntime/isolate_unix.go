//go:build unix && !linux

package lambdaruntime

import (
	"os/exec"
	"syscall"
)

// isolate gives the process its own process group, so that it can be killed with its children and does not receive the
// terminal's Ctrl-C. If this process dies without closing the pool, the watchdog ends the group.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
