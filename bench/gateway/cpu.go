package main

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/machine"
)

// processorTime returns the processor time of a process and its running descendants, in microseconds; 0 without /proc.
// Other work on the machine affects it less than the requests per second.
func processorTime(pid int) float64 {
	processes := map[int]machine.Process{}
	for _, p := range machine.Processes() {
		processes[p.PID] = p
	}
	var sum time.Duration
	for id, p := range processes {
		for at := id; at > 0; at = processes[at].Parent {
			if at == pid {
				sum += p.Own
				break
			}
		}
	}
	return float64(sum.Microseconds())
}
