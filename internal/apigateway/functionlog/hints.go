package functionlog

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/nodejs"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/python"
)

// repeatsHint reports whether a line is a hint that the function has already written. A runtime writes a hint if
// something is missing on this machine. Each process of a function writes it, and a function that cannot be loaded
// starts a process for every request.
func (l *Log) repeatsHint(line lambdaruntime.LogLine) bool {
	if !strings.HasPrefix(line.Text, python.Hint) && !strings.HasPrefix(line.Text, nodejs.Hint) {
		return false
	}
	_, seen := l.hints.LoadOrStore([2]string{line.Function, line.Text}, true)
	return seen
}
