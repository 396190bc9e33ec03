package lambdaruntime

import (
	"os/exec"
	"syscall"
)

// isolate gives the process its own process group, so that it can be killed with its children and does not receive the
// terminal's Ctrl-C. It also makes the kernel kill the process when this process dies for any reason.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
