package functionlog

import (
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/stack"
)

// Failure is how a function failed in a request.
type Failure struct {
	Function      string // its short name
	Type, Message string // as Lambda has them: "Runtime.ExitError", "errorString"

	// Frames are the frames of the stack in the function's own code, the innermost first. An error without a stack, such
	// as one that a Go function returns, has none.
	Frames []stack.Frame
}

// Failure returns how a function failed in a request, and replaces places and files in the error with those that the
// developer knows. document is what the function's runtime sent, or nil. If the process died, the stack is in the lines
// that it wrote.
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
	if f.Code.Folder != "" { // the code of the assembly that the request began with
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
