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

// WroteLine is a line that a function wrote while it worked on a request. It can hold credentials: mask it before
// showing it.
type WroteLine struct {
	Function string // the short name, as [Gateway.ShortName] returns it
	Text     string // without the line end, CloudWatch metrics, and frames of libraries in a stack
}

// Failure is how a function failed in a request.
type Failure struct {
	Function      string // its short name
	Type, Message string // as Lambda has them: "Runtime.ExitError", "errorString"

	// Frames are the frames of the stack in the function's own code, the innermost first. An error without a stack, such
	// as one that a Go function returns, has none.
	Frames []stack.Frame
}

// Bounds of what is kept of a request: a function can write megabytes.
const (
	mostWrote     = 200
	mostWroteSize = 64 << 10 // bytes
)

// invocations maps the IDs of running invocations to their requests. What a function writes before it answers arrives
// before the invocation ends, so a record has all of it. What it writes later belongs to no record.
type invocations struct {
	mu      sync.Mutex
	running map[string]*writtenLines
}

// writtenLines collects what the functions wrote in one request.
type writtenLines struct {
	lines   []WroteLine
	size    int
	dropped int      // how many further lines were dropped
	ids     []string // the IDs of the request's invocations
}

// recordKey is the context key of a request's record. The checks invoke an authorizer's function, and do not know the
// record.
type recordKey struct{}

func withRecord(ctx context.Context, record *Record) context.Context {
	return context.WithValue(ctx, recordKey{}, record)
}

// recordOf returns the record of the request that a context is for; nil for a dry run.
func recordOf(ctx context.Context) *Record {
	record, _ := ctx.Value(recordKey{}).(*Record)
	return record
}

// invocationOf returns the options for invoking a function in a request. The lines that the function writes go to the
// request's record, and the request is noted as waiting for the function.
func (g *Gateway) invocationOf(record *Record, f *apimodel.Function, trace string) lambdaruntime.InvokeOptions {
	g.pending.waitsFor(record, g.ShortName(f.Name))
	return lambdaruntime.InvokeOptions{
		RequestID: g.invocations.begin(record, g.options.Functions.NewID), TraceID: trace,
	}
}

// integrationOf returns the options of invocationOf for the function of a method, with the alias or version that it
// names.
func (g *Gateway) integrationOf(record *Record, m *method, trace string) lambdaruntime.InvokeOptions {
	o := g.invocationOf(record, m.function, trace)
	o.Qualifier = m.qualifier
	return o
}

// begin returns a new ID for an invocation of a request.
func (i *invocations) begin(record *Record, newID func() string) string {
	if newID == nil {
		newID = lambdaruntime.NewUUID
	}
	id := newID()
	i.mu.Lock()
	defer i.mu.Unlock()
	if record.wrote == nil {
		record.wrote = &writtenLines{}
	}
	if i.running == nil {
		i.running = map[string]*writtenLines{}
	}
	record.wrote.ids = append(record.wrote.ids, id)
	i.running[id] = record.wrote
	return id
}

// add adds a line to the record of its request. Lines that Lambda itself writes are left out: [Failure] has them.
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
		w.dropped++
		return
	}
	w.size += len(text)
	w.lines = append(w.lines, WroteLine{Function: function, Text: text})
}

// written returns the lines that the functions of a request have written so far.
func (i *invocations) written(record *Record) []WroteLine {
	i.mu.Lock()
	defer i.mu.Unlock()
	if record.wrote == nil {
		return nil
	}
	lines := record.wrote.lines[:len(record.wrote.lines):len(record.wrote.lines)]
	if n := record.wrote.dropped; n > 0 {
		lines = append(lines, WroteLine{Text: fmt.Sprintf("(%d more lines are not kept)", n)})
	}
	return lines
}

// end returns the lines of a request, and stops collecting them.
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

// trimStacks returns the lines with shortened stacks. Lines of different functions may be mixed.
func (g *Gateway) trimStacks(lines []WroteLine) (out []WroteLine) {
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

// failed records how a function failed, and replaces places and files in the error with those that the developer knows.
// document is what the function's runtime sent, or nil. If the process died, the stack is in the lines that it wrote.
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
	if f.Code.Folder != "" { // the code of the assembly that the request began with
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

// notLoaded are the types of errors whose message names files by their paths on this machine.
var notLoaded = map[string]bool{"Runtime.UserCodeSyntaxError": true, "Runtime.ImportModuleError": true}

// metrics begins the CloudWatch metrics at the end of a line of JSON, as the included authorizer writes it. Source:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
const metrics = `,"_aws":{`

// WithoutMetrics cuts the metrics off a line, since they would hide the rest of it from readers.
func WithoutMetrics(text string) string {
	before, _, ok := strings.Cut(text, metrics)
	if ok && strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") {
		return before + "} and metrics"
	}
	return text
}
