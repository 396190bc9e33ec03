package apigateway

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/stack"
)

// WroteLine is a line that a function wrote while it worked on a request. It can hold credentials: mask it before it
// is shown.
type WroteLine struct {
	Function string // its short name, as [Gateway.ShortName] has it
	Text     string // without its end, without CloudWatch metrics, and without the frames of libraries in a stack
}

// Failure is how a function failed in a request.
type Failure struct {
	Function      string // its short name
	Type, Message string // as Lambda has them: "Runtime.ExitError", "errorString"

	// Frames are the part of the stack that is the function's own, the innermost first; none for an error without a
	// stack, such as one that a Go function returns.
	Frames []stack.Frame
}

// Bounds of what is kept of a request: a function can write megabytes.
const (
	mostWrote     = 200
	mostWroteSize = 64 << 10 // bytes
)

// invocations are the requests whose functions run, by the IDs of their invocations. What a function writes before it
// answers comes before the invocation ends, so a record has all of it. What it writes later belongs to no record.
type invocations struct {
	mu      sync.Mutex
	running map[string]*wrote
}

// wrote is what the functions wrote in one request.
type wrote struct {
	lines []WroteLine
	size  int
	more  int      // lines that are not kept
	ids   []string // of the request's invocations
}

// recordKey is the key of a request's record in its context: an authorizer's function is invoked by the checks, which
// do not know the record.
type recordKey struct{}

func withRecord(ctx context.Context, record *Record) context.Context {
	return context.WithValue(ctx, recordKey{}, record)
}

// recordOf is the record of the request that a context is for; nil for a dry run.
func recordOf(ctx context.Context) *Record {
	record, _ := ctx.Value(recordKey{}).(*Record)
	return record
}

// invocationOf returns the options of an invocation whose lines belong to a request, and which the request waits for.
func (g *Gateway) invocationOf(record *Record, f *apimodel.Function, trace string) lambdaruntime.InvokeOptions {
	g.pending.waitsFor(record, g.ShortName(f.Name))
	return lambdaruntime.InvokeOptions{
		RequestID: g.invocations.begin(record, g.options.Functions.NewID), TraceID: trace,
	}
}

// integrationOf is invocationOf for the function of a method, whose alias or version it names.
func (g *Gateway) integrationOf(record *Record, m *method, trace string) lambdaruntime.InvokeOptions {
	o := g.invocationOf(record, m.function, trace)
	o.Qualifier = m.qualifier
	return o
}

// begin gives an invocation of a request its ID.
func (i *invocations) begin(record *Record, newID func() string) string {
	if newID == nil {
		newID = lambdaruntime.NewUUID
	}
	id := newID()
	i.mu.Lock()
	defer i.mu.Unlock()
	if record.wrote == nil {
		record.wrote = &wrote{}
	}
	if i.running == nil {
		i.running = map[string]*wrote{}
	}
	record.wrote.ids = append(record.wrote.ids, id)
	i.running[id] = record.wrote
	return id
}

// add keeps a line for its request. What Lambda itself writes is not in records: [Failure] says it.
func (i *invocations) add(line lambdaruntime.LogLine, function string) {
	if line.Stream == lambdaruntime.Platform {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	w := i.running[line.RequestID]
	if w == nil {
		return
	}
	text := WithoutMetrics(line.Text)
	if len(w.lines) == mostWrote || w.size+len(text) > mostWroteSize {
		w.more++
		return
	}
	w.size += len(text)
	w.lines = append(w.lines, WroteLine{Function: function, Text: text})
}

// written are the lines that the functions of a request have written until now.
func (i *invocations) written(record *Record) []WroteLine {
	i.mu.Lock()
	defer i.mu.Unlock()
	if record.wrote == nil {
		return nil
	}
	lines := record.wrote.lines[:len(record.wrote.lines):len(record.wrote.lines)]
	if n := record.wrote.more; n > 0 {
		lines = append(lines, WroteLine{Text: fmt.Sprintf("(%d more lines are not kept)", n)})
	}
	return lines
}

// end returns the lines of a request, and stops to look for more.
func (i *invocations) end(record *Record) []WroteLine {
	lines := i.written(record)
	if record.wrote == nil {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, id := range record.wrote.ids {
		delete(i.running, id)
	}
	record.wrote = nil
	return lines
}

// trimmed are lines with trimmed stacks. Those of different functions may be mixed.
func (g *Gateway) trimmed(lines []WroteLine) (out []WroteLine) {
	of := map[string]*stack.Lines{}
	for _, line := range lines {
		if of[line.Function] == nil {
			of[line.Function] = &stack.Lines{Code: func() stack.Code { return g.codeOf(line.Function) }}
		}
		for _, text := range of[line.Function].Next(line.Text) {
			out = append(out, WroteLine{Function: line.Function, Text: text})
		}
	}
	return out
}

// failed records how a function failed, and has the error name places and files as the developer knows them. The
// document is what its runtime sent, or nil. The stack of a process that died is in what it wrote.
func (g *Gateway) failed(record *Record, f *apimodel.Function, e *lambdaruntime.FunctionError, document []byte) {
	name := g.ShortName(f.Name)
	frames := stack.OfDocument(document)
	if frames == nil {
		var own []string
		for _, line := range g.invocations.written(record) {
			if line.Function == name {
				own = append(own, line.Text)
			}
		}
		if frames = stack.OfLines(own); frames == nil {
			frames = stack.OfPlace(e.Where)
		}
	}
	code := g.codeOf(name)
	if f.Code.Folder != "" { // of the assembly that the request began with
		code = g.codeIn(f.Code.Folder)
	}
	frames = code.Trim(frames)
	if len(frames) > 0 && frames[0].Own {
		e.Where = frames[0].String()
	}
	if notLoaded[e.Type] {
		e.Message = code.Message(e.Message)
	}
	record.Failure = &Failure{Function: name, Type: e.Type, Message: e.Message, Frames: frames}
}

// notLoaded are the types of errors whose message names files, where they are on this machine.
var notLoaded = map[string]bool{"Runtime.UserCodeSyntaxError": true, "Runtime.ImportModuleError": true}

// metrics begin what CloudWatch reads at the end of a line of JSON, as the included authorizer writes it. Source:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
const metrics = `,"_aws":{`

// WithoutMetrics shortens a line for people, who would not see the rest of it for them.
func WithoutMetrics(text string) string {
	before, _, ok := strings.Cut(text, metrics)
	if ok && strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") {
		return before + "} and metrics"
	}
	return text
}
