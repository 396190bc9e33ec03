//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/machine"
)

// children returns the running child processes of a process.
func children(pid int) (out []machine.Process) {
	for _, p := range machine.Processes() {
		if p.Parent == pid && !p.Ended {
			out = append(out, p)
		}
	}
	return out
}

// runs reports whether a process still runs.
func runs(id machine.Identity) bool {
	p, ok := machine.ReadProcess(id.PID)
	return ok && p.Identity == id && !p.Ended
}

// functionsOf returns the children of a gateway that run a function. The only other child, at times, is the app's
// shell.
func functionsOf(gateway int) (out []machine.Process) {
	for _, p := range children(gateway) {
		if exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", p.PID)); err == nil &&
			strings.HasPrefix(filepath.Base(exe), "bootstrap") {
			out = append(out, p)
		}
	}
	return out
}

// marked returns all processes of the machine with an environment variable, as "NAME=value".
func marked(variable string) (out []machine.Process) {
	for _, p := range machine.Processes() {
		env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.PID))
		if err == nil && !p.Ended && bytes.Contains(append([]byte{0}, env...), []byte("\x00"+variable+"\x00")) {
			out = append(out, p)
		}
	}
	return out
}

// sample has the resources that a process uses.
type sample struct {
	memory  float64 // resident, in MB
	files   float64
	threads float64
}

func takeSample(pid int) (sample, error) {
	memory, err := machine.Status(pid, "VmRSS")
	if err != nil {
		return sample{}, err
	}
	threads, err := machine.Status(pid, "Threads")
	if err != nil {
		return sample{}, err
	}
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	return sample{memory: memory / 1024, files: float64(len(files)), threads: threads}, err
}
