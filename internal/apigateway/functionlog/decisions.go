package functionlog

import (
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/reasons"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// Repeats reports whether a line says what the record of its request says too: the decision of an included authorizer,
// or the error with which it answers 401.
func (l *Log) Repeats(line lambdaruntime.LogLine) bool {
	n := l.names.Load()
	if n == nil || !n.included[line.Function] {
		return false
	}
	if line.Stream == lambdaruntime.Platform {
		return line.Text == "errorString: Unauthorized"
	}
	return reasons.HasDecision(line.Text)
}
