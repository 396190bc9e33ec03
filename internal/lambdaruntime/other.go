//go:build !unix

package lambdaruntime

import (
	"os"
	"os/exec"
)

// Without process groups, only the process itself is killed. If this process dies without closing the pool, the
// connections to the Runtime API break, and a runtime that waits for work ends with an error.

func isolate(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) { cmd.Process.Kill() }

func terminate(p *os.Process) error { return p.Signal(os.Interrupt) }

type watchdog struct{}

func newWatchdog() *watchdog { return nil }

func (*watchdog) add(int)    {}
func (*watchdog) remove(int) {}
func (*watchdog) close()     {}
