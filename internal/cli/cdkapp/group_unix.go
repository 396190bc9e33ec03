//go:build unix

package cdkapp

import (
	"os/exec"
	"syscall"
)

// group puts a command into a process group of its own, so that all that it starts can be ended with it. A Ctrl-C in
// the terminal then reaches this process alone, which ends the group.
func group(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}

// killGroup ends what is left of the group; there may be nothing.
func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}
