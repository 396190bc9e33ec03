//go:build unix

package cdkapp

import (
	"os/exec"
	"syscall"
)

// group puts a command into its own process group, so that everything that it starts can be ended with it. A Ctrl-C in
// the terminal then reaches only this process, which ends the group.
func group(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}

// killGroup ends what is left of the group, if anything.
func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}
