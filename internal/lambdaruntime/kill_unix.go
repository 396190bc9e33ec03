//go:build unix

package lambdaruntime

import (
	"os"
	"os/exec"
	"syscall"
)

// killGroup kills the process and whatever it has started in its group. What moved to a session of its own (setsid)
// gets away.
func killGroup(cmd *exec.Cmd) {
	syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // the error says that nothing is left
}

// terminate asks the process, and not its children, to end.
func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
