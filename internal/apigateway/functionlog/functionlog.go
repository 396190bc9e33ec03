// Package functionlog collects the lines that functions write during a request, and describes how functions fail. It
// uses short names of functions and paths of source files. The local gateway's records and gatehouse dev show the
// results. Package lambdaruntime runs the functions.
package functionlog

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/stack"
)

// Line is a line that a function wrote during a request. It may contain credentials, so mask it before showing it.
type Line struct {
	Function string // the short name, as [Log.ShortName] returns it
	Text     string // without the line end, CloudWatch metrics, and frames of libraries in a stack
}

// These limits apply to the lines of a request, because a function can write megabytes.
const (
	mostLines = 200
	mostSize  = 64 << 10 // bytes
)

// Log assigns lines to the requests in which functions wrote them. Lines that a function writes before it answers
// arrive before the invocation ends, so the request has them all. Later lines belong to no request. A Log is safe for
// concurrent use.
type Log struct {
	// Source returns the source folder from which an asset's folder was copied, or "" if it is unknown. If Source is nil,
	// paths of a function's files are relative to the asset's folder.
	Source func(folder string) string

	names     atomic.Pointer[names]
	codes     sync.Map // stack.Code by the function's folder
	hints     sync.Map // hints that were written, by [2]string{function, text}
	discarded sync.Map // the IDs of the invocations whose lines are discarded

	mu      sync.Mutex
	running map[string]*Request // by the ID of an invocation
}

// Request collects the lines of one request. Its zero value is ready to use.
type Request struct {
	lines   []Line
	size    int
	dropped int      // the number of lines beyond the limits
	ids     []string // the IDs of the request's invocations
}

// Begin assigns an invocation to a request.
func (l *Log) Begin(r *Request, id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running == nil {
		l.running = map[string]*Request{}
	}
	r.ids = append(r.ids, id)
	l.running[id] = r
}

// Discard makes Add discard the lines of an invocation. The ID is kept, because a function can also write after it has
// answered.
func (l *Log) Discard(id string) { l.discarded.Store(id, true) }

// Add adds a line to its request, and reports whether to show the line. Do not show lines of discarded invocations and
// repeated hints. Requests do not get the lines of the Lambda platform, because [Failure] has their content.
func (l *Log) Add(line lambdaruntime.LogLine) (show bool) {
	if _, is := l.discarded.Load(line.RequestID); is || l.repeatsHint(line) {
		return false
	}
	if line.Stream == lambdaruntime.Platform {
		return true
	}
	function := l.ShortName(line.Function)
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.running[line.RequestID]
	if r == nil {
		return true
	}
	text := WithoutMetrics(line.Text)
	if len(r.lines) == mostLines || r.size+len(text) > mostSize {
		r.dropped++
		return true
	}
	r.size += len(text)
	r.lines = append(r.lines, Line{Function: function, Text: text})
	return true
}

// written returns the lines of a request so far.
func (l *Log) written(r *Request) []Line {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := r.lines[:len(r.lines):len(r.lines)]
	if r.dropped > 0 {
		lines = append(lines, Line{Text: fmt.Sprintf("(%d more lines are not kept)", r.dropped)})
	}
	return lines
}

// End returns the lines of a request, with shortened stacks, and stops collecting them.
func (l *Log) End(r *Request) []Line {
	lines := l.written(r)
	l.mu.Lock()
	for _, id := range r.ids {
		delete(l.running, id)
	}
	*r = Request{}
	l.mu.Unlock()
	return l.trim(lines)
}

// trim returns the lines with shortened stacks. Lines of different functions may be mixed.
func (l *Log) trim(lines []Line) (out []Line) {
	of := map[string]*stack.Lines{}
	for _, line := range lines {
		if of[line.Function] == nil {
			of[line.Function] = &stack.Lines{Code: func() stack.Code { return l.codeOf(line.Function) }}
		}
		for _, text := range of[line.Function].Next(line.Text) {
			out = append(out, Line{Function: line.Function, Text: text})
		}
	}
	return out
}

// metrics begins the CloudWatch metrics at the end of a JSON line of the included authorizer. Source:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
const metrics = `,"_aws":{`

// WithoutMetrics removes the metrics from a line, because they make it hard to read.
func WithoutMetrics(text string) string {
	before, _, ok := strings.Cut(text, metrics)
	if ok && strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") {
		return before + "} and metrics"
	}
	return text
}
