//go:build unix

package lambdaruntime

import (
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"
)

// watchdog is a shell that knows the process groups of the pool. If this process ends without killing them, the shell
// kills them: its end of the pipe is closed then, for whatever reason. On Linux the kernel also kills the processes
// themselves (isolate), but not what they have started. Elsewhere the watchdog is the only safeguard.
//
// Without /bin/sh there is no watchdog, and everything else works.
type watchdog struct {
	mu    sync.Mutex
	began bool
	cmd   *exec.Cmd
	pipe  io.WriteCloser
}

// The script reads lines "+ group" and "- group", and keeps the groups as its arguments.
const watchdogScript = `
trap '' HUP INT TERM
while read -r op group; do
	case $op in
	+) set -- "$@" "$group" ;;
	-) n=$#
		while [ "$n" -gt 0 ]; do
			[ "$1" = "$group" ] || set -- "$@" "$1"
			shift
			n=$((n - 1))
		done ;;
	esac
done
for group; do kill -s KILL -- "-$group"; done
`

func newWatchdog() *watchdog { return &watchdog{} }

// begin starts the shell with the first group. The shell must not die with this process, nor with its process group.
func (w *watchdog) begin() {
	if w.began {
		return
	}
	w.began = true
	cmd := &exec.Cmd{
		Path:        "/bin/sh",
		Args:        []string{"sh", "-c", watchdogScript},
		Env:         []string{},
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true},
	}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return
	}
	if cmd.Start() == nil {
		w.cmd, w.pipe = cmd, pipe
	}
}

func (w *watchdog) add(group int)    { w.tell('+', group) }
func (w *watchdog) remove(group int) { w.tell('-', group) }

func (w *watchdog) tell(op rune, group int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	if w.pipe != nil {
		fmt.Fprintf(w.pipe, "%c %d\n", op, group) // one write; an error means that the watchdog is gone
	}
}

// close ends the watchdog, which then kills the groups that were not removed.
func (w *watchdog) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.began = true
	if w.cmd != nil {
		w.pipe.Close()
		w.cmd.Wait()
		w.cmd, w.pipe = nil, nil
	}
}
