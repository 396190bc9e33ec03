package functionlog

import (
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/stack"
)

// Failure is a failed invocation.
type Failure struct {
	Function      string // the short name
	Type, Message string // as in Lambda's errors; types are "Runtime.ExitError" or "errorString"

	// Frames are the stack frames in the function's own code, innermost first. It is empty for an error without a stack,
	// such as an error that a Go function returns.
	Frames []stack.Frame
}

// Failure returns the failure of a function in a request. In e, it replaces places and files with those of the source.
// document is the error document that the function's runtime sent, or nil. If the process died, the stack is in the
// lines that it wrote.
func (l *Log) Failure(
	r *Request, f *apimodel.Function, e *lambdaruntime.FunctionError, document []byte,
) *Failure {
	name := l.ShortName(f.Name)
	frames := stack.OfDocument(document)
	if frames == nil {
		var own []string
		for _, line := range l.written(r) {
			if line.Function == name {
				own = append(own, line.Text)
			}
		}
		if frames = stack.OfLines(own); frames == nil {
			frames = stack.OfPlace(e.Where)
		}
	}
	code := l.codeOf(name)
	if f.Code.Folder != "" { // the assembly may have been reloaded during the request
		code = l.codeIn(f.Code.Folder)
	}
	frames = code.Trim(frames)
	if len(frames) > 0 && frames[0].Own {
		e.Where = frames[0].String()
	}
	if notLoaded[e.Type] {
		e.Message = code.Message(e.Message)
	}
	return &Failure{Function: name, Type: e.Type, Message: e.Message, Frames: frames}
}

// notLoaded are the types of errors whose message names files by their paths on this machine.
var notLoaded = map[string]bool{"Runtime.UserCodeSyntaxError": true, "Runtime.ImportModuleError": true}
