// Package machine describes the machine that a benchmark runs on, and what its processes use.
//
// It reads /proc, which only Linux has: elsewhere a load is "unknown", and a process is not found.
package machine

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Line describes the machine and its load, as the first line of what a benchmark prints.
func Line() string {
	return fmt.Sprintf("%s %s/%s, %d CPUs, load %s", runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.NumCPU(), Load())
}

// Load is the load average of the last minute.
func Load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(text), " ")
	return one
}
