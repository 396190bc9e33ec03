package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// ticks is how many of them a second of processor time has in /proc: USER_HZ, which is 100 wherever Go runs on Linux.
// Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
const ticks = 100

// processorSeconds is what a process has used, with all that it started and that has ended: the go command with its
// compilers, the app with CDK's engine. It returns 0 where there is no /proc. It depends less than the time that
// passes on what else the machine does.
func processorSeconds(pid int) float64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	name := bytes.LastIndexByte(text, ')') // the second field is the program's name, which may hold anything
	if err != nil || name < 0 {
		return 0
	}
	var state string
	var skip, own, system, children, childrenSystem int
	if _, err := fmt.Sscan(string(text[name+1:]), &state, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip,
		&skip, &own, &system, &children, &childrenSystem); err != nil {
		return 0
	}
	return float64(own+system+children+childrenSystem) / ticks
}
