package machine

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of processor time in /proc. A second has USER_HZ ticks, which is 100 wherever Go runs on Linux.
// Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
const tick = time.Second / 100

// Identity identifies a process. The kernel reuses PIDs, so a PID alone does not.
type Identity struct {
	PID   int
	Start uint64 // when it started, in ticks since the machine's start
}

// Process is the content of /proc/PID/stat.
type Process struct {
	Identity
	Parent  int
	Ended   bool // a zombie, which waits for its parent
	Threads int
	// Own is the processor time of the process, and Children that of its ended descendants.
	Own, Children time.Duration
}

// ReadProcess returns false for a process that no longer exists.
func ReadProcess(pid int) (Process, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Process{}, false
	}
	return parse(pid, text)
}

func parse(pid int, text []byte) (Process, bool) {
	// The second field is the program's name in parentheses, which may contain any character. fields[0] is the third
	// field.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 20 {
		return Process{}, false
	}
	number := func(field int) int {
		n, _ := strconv.Atoi(fields[field-3]) // the kernel writes numbers
		return n
	}
	p := Process{
		Identity: Identity{PID: pid},
		Parent:   number(4),
		Ended:    fields[0] == "Z" || fields[0] == "X",
		Threads:  number(20),
		Own:      time.Duration(number(14)+number(15)) * tick,
		Children: time.Duration(number(16)+number(17)) * tick,
	}
	p.Start, _ = strconv.ParseUint(fields[22-3], 10, 64)
	return p, true
}

// Processes lists the processes of the machine.
func Processes() (all []Process) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			if p, ok := ReadProcess(pid); ok {
				all = append(all, p)
			}
		}
	}
	return all
}

// Status returns the number in a field of /proc/PID/status, such as VmRSS, which is in kilobytes.
// Source: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
func Status(pid int, field string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		if name != field {
			continue
		}
		number, _, _ := strings.Cut(strings.TrimSpace(value), " ")
		return strconv.ParseFloat(number, 64)
	}
	return 0, fmt.Errorf("machine: process %d has no %s in its status", pid, field)
}
