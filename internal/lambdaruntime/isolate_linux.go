package lambdaruntime

import (
	"os/exec"
	"syscall"
)

// isolate gives the process a process group of its own, so that it can be killed with its children and does not get the
// terminal's Ctrl-C, and has the kernel kill it when this process dies in whatever way.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
