//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// identity is a process for all time: its id is used again, with another start.
type identity struct {
	pid   int
	start uint64 // in clock ticks since the machine's
}

// process is what /proc/PID/stat says.
// Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
type process struct {
	identity
	parent  int
	zombie  bool
	threads int
}

// readProcess is false for one that is gone.
func readProcess(pid int) (process, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}, false
	}
	// The second field is the program's name in parentheses, which may hold anything.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 20 {
		return process{}, false
	}
	p := process{identity: identity{pid: pid}, zombie: fields[0] == "Z" || fields[0] == "X"}
	p.parent, _ = strconv.Atoi(fields[1])
	p.threads, _ = strconv.Atoi(fields[17])
	p.start, _ = strconv.ParseUint(fields[19], 10, 64)
	return p, true
}

func allProcesses() (all []process) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			if p, ok := readProcess(pid); ok {
				all = append(all, p)
			}
		}
	}
	return all
}

// children are the processes that one started itself.
func children(pid int) (out []process) {
	for _, p := range allProcesses() {
		if p.parent == pid && !p.zombie {
			out = append(out, p)
		}
	}
	return out
}

// runs reports whether a process still runs.
func runs(id identity) bool {
	p, ok := readProcess(id.pid)
	return ok && p.identity == id && !p.zombie
}

// functionsOf are the children of a gateway that run a function: its other one is the app's shell, now and then.
func functionsOf(gateway int) (out []process) {
	for _, p := range children(gateway) {
		if exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", p.pid)); err == nil &&
			strings.HasPrefix(filepath.Base(exe), "bootstrap") {
			out = append(out, p)
		}
	}
	return out
}

// marked are the processes that have an environment variable as it is given, wherever they came from.
func marked(variable string) (out []process) {
	for _, p := range allProcesses() {
		env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.pid))
		if err == nil && !p.zombie && bytes.Contains(append([]byte{0}, env...), []byte("\x00"+variable+"\x00")) {
			out = append(out, p)
		}
	}
	return out
}

// sample is how much of the machine a process holds.
type sample struct {
	memory  float64 // resident, in MB
	files   float64
	threads float64
}

func takeSample(pid int) (sample, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return sample{}, err
	}
	var s sample
	for line := range strings.Lines(string(status)) {
		var n float64
		if found, _ := fmt.Sscanf(line, "VmRSS: %f kB", &n); found == 1 {
			s.memory = n / 1024
		}
		if found, _ := fmt.Sscanf(line, "Threads: %f", &n); found == 1 {
			s.threads = n
		}
	}
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	s.files = float64(len(files))
	return s, err
}
