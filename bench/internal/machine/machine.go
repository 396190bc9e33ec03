// Package machine describes the machine that a benchmark runs on, and the resources that processes use.
//
// It reads /proc, which only Linux has. On other systems the load is "unknown" and no process is found.
package machine

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Line describes the machine and its load. A benchmark prints it first.
func Line() string {
	return fmt.Sprintf("%s %s/%s, %d CPUs, load %s", runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.NumCPU(), Load())
}

// Load returns the load average of the last minute.
func Load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	lastMinute, _, _ := strings.Cut(string(text), " ")
	return lastMinute
}
