package lambdaruntime

import (
	"os/exec"
	"runtime"
)

// starter starts processes from one thread that lives as long as the pool.
//
// On Linux a child asks to be killed when its parent dies (isolate). For the kernel, the parent is the thread that
// forked and not the process (prctl(2), PR_SET_PDEATHSIG). The thread of a goroutine can end at any time; this one
// cannot.
type starter struct {
	jobs chan startJob
}

type startJob struct {
	cmd  *exec.Cmd
	done chan error
}

func newStarter() *starter {
	s := &starter{jobs: make(chan startJob)}
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		for job := range s.jobs {
			job.done <- job.cmd.Start()
		}
	}()
	return s
}

func (s *starter) start(cmd *exec.Cmd) error {
	job := startJob{cmd, make(chan error, 1)}
	s.jobs <- job
	return <-job.done
}

// close ends the thread, and with it all children that are left.
func (s *starter) close() { close(s.jobs) }
