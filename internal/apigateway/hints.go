package apigateway

import (
	"strings"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/nodejs"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/python"
)

// hints remembers the lines in which runtimes say what is missing on this machine. Each process of a function writes
// them, and a function that cannot be loaded starts a process for every request.
type hints struct{ seen sync.Map }

// isRepeated reports whether the function has written the same hint before.
func (h *hints) isRepeated(line lambdaruntime.LogLine) bool {
	if !strings.HasPrefix(line.Text, python.Hint) && !strings.HasPrefix(line.Text, nodejs.Hint) {
		return false
	}
	_, seen := h.seen.LoadOrStore([2]string{line.Function, line.Text}, true)
	return seen
}
