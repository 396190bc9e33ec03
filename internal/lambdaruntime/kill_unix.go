//go:build unix

package lambdaruntime

import (
	"os"
	"os/exec"
	"syscall"
)

// killGroup kills the process and everything that it has started in its group. A descendant that moved to its own
// session (setsid) survives.
func killGroup(cmd *exec.Cmd) {
	syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // an error means that nothing is left
}

// terminate asks the process, and not its children, to end.
func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
