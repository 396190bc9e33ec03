package main

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/machine"
)

// processorTime is what a process and its descendants that still run have used until now, in microseconds; 0 where
// there is no /proc. It depends on what else the machine does, too, but less than the requests per second do.
func processorTime(pid int) float64 {
	all := map[int]machine.Process{}
	for _, p := range machine.Processes() {
		all[p.PID] = p
	}
	var sum time.Duration
	for id, p := range all {
		for at := id; at > 0; at = all[at].Parent {
			if at == pid {
				sum += p.Own
				break
			}
		}
	}
	return float64(sum.Microseconds())
}
