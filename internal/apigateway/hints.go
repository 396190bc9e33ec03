package apigateway

import (
	"strings"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/nodejs"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/python"
)

// hints are the lines by which runtimes say what is missing on this machine. Each process of a function writes them,
// and one that cannot be loaded has a process for every request.
type hints struct{ said sync.Map }

// again reports whether a line is a hint that a function has given before.
func (h *hints) again(line lambdaruntime.LogLine) bool {
	if !strings.HasPrefix(line.Text, python.Hint) && !strings.HasPrefix(line.Text, nodejs.Hint) {
		return false
	}
	_, said := h.said.LoadOrStore([2]string{line.Function, line.Text}, true)
	return said
}
