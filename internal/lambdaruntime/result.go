package lambdaruntime

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// Result is what an invocation came to.
type Result struct {
	RequestID string
	Payload   []byte         // the answer; after an error the document that Lambda's Invoke API returns for it
	Error     *FunctionError // nil when the function answered
	ColdStart bool           // this was the first invocation of its process

	// LogTail are the last lines that the function wrote from the invocation's start to its answer, at most 4 KiB or
	// one line, if [InvokeOptions] asked for them. Where pipes block, as on Windows, the last ones can be missing.
	LogTail []string

	stream io.ReadCloser // of an answer that has begun
}

// FunctionError is an error of the function: one it reported, or one in Lambda's words about what became of it.
type FunctionError struct {
	Type    string // as "errorString", "Runtime.ExitError", "Sandbox.Timedout"
	Message string

	// Where is the place in the function's code that panicked, such as "orders-fn/main.go:42 (serve)"; ""
	// if the runtime did not say.
	Where string
}

func (e *FunctionError) Error() string {
	text := e.Type + ": " + e.Message
	if e.Where != "" {
		text += " at " + e.Where
	}
	return text
}

// The types of the errors that are Lambda's own. Sources: lambda/fatalerror of the runtime interface emulator, and
// https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html.
const (
	typeExit         = "Runtime.ExitError"
	typeEntrypoint   = "Runtime.InvalidEntrypoint"
	typeTimeout      = "Sandbox.Timedout"
	typeResponseSize = "Function.ResponseSizeTooLarge"
	typeUnknown      = "Runtime.Unknown"
)

// outcome is what a caller waits for.
type outcome struct {
	result Result
	err    error
}

// failed is an outcome with an error that is Lambda's own, and its document.
func failed(inv *invocation, typ, message string) outcome {
	document, err := json.Marshal(struct {
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}{message, typ})
	if err != nil {
		panic(err) // two strings
	}
	return outcome{
		result: Result{
			RequestID: inv.id,
			Payload:   document,
			Error:     &FunctionError{Type: typ, Message: message},
			ColdStart: inv.cold,
		},
	}
}

// reported is an outcome with the error document that the runtime sent. Everything in it is optional.
func reported(inv *invocation, document []byte, headerType string) outcome {
	e := parseError(document, headerType)
	return outcome{result: Result{RequestID: inv.id, Payload: document, Error: &e, ColdStart: inv.cold}}
}

func parseError(document []byte, headerType string) FunctionError {
	var d struct {
		Message string          `json:"errorMessage"`
		Type    string          `json:"errorType"`
		Stack   json.RawMessage `json:"stackTrace"`
		Trace   json.RawMessage `json:"trace"`
	}
	if err := json.Unmarshal(document, &d); err != nil || d.Type == "" {
		d.Type = headerType
	}
	if d.Type == "" {
		d.Type = typeUnknown
	}
	return FunctionError{Type: d.Type, Message: d.Message, Where: where(d.Stack, d.Trace)}
}

// where is the place of a panic: the first frame of the stack that is neither Go's own runtime nor Lambda's. Of an
// error that a Go function returns there is no stack. Of a Node.js function it is the first line of the trace that
// names a place.
// Source of the forms: https://github.com/aws/aws-lambda-go/blob/main/lambda/messages/messages.go (stackTrace) and
// https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/Errors.js (trace).
func where(stack, trace json.RawMessage) string {
	var frames []struct {
		Path  string `json:"path"`
		Line  int    `json:"line"`
		Label string `json:"label"`
	}
	if json.Unmarshal(stack, &frames) == nil {
		for _, f := range frames {
			if f.Path != "" && !isRuntime(f.Path) {
				return fmt.Sprintf("%s:%d (%s)", f.Path, f.Line, f.Label)
			}
		}
	}
	var lines []string
	if json.Unmarshal(trace, &lines) == nil {
		for _, line := range lines {
			if place, ok := strings.CutPrefix(strings.TrimSpace(line), "at "); ok &&
				!strings.Contains(place, "node:internal") && !strings.Contains(place, "[eval]") { // the local runtime
				return place
			}
		}
	}
	return ""
}

// isRuntime reports whether a file is of Go's own runtime, or of aws-lambda-go, whose frames stand before those of a
// panic.
func isRuntime(path string) bool {
	return strings.HasPrefix(path, "runtime/") || strings.Contains(path, "/src/runtime/") ||
		strings.Contains(path, "github.com/aws/aws-lambda-go")
}

// timedOut has the words of Lambda, as in https://github.com/alexa/alexa-cookbook/issues/36.
func timedOut(inv *invocation, now time.Time, limit time.Duration) outcome {
	return failed(inv, typeTimeout, fmt.Sprintf("%s %s Task timed out after %.2f seconds",
		now.UTC().Format("2006-01-02T15:04:05.000Z"), inv.id, limit.Seconds()))
}

// exited says in Lambda's words how a process ended that should not have. started is false when it could not be
// started.
func exited(inv *invocation, err error, started bool) outcome {
	typ, message := exitWords(err, started)
	return failed(inv, typ, "RequestId: "+inv.id+" Error: "+message)
}

func exitWords(err error, started bool) (typ, message string) {
	var exit *exec.ExitError
	switch {
	case !started:
		return typeEntrypoint, err.Error()
	case errors.As(err, &exit):
		return typeExit, "Runtime exited with error: " + exit.Error()
	case err != nil:
		return typeExit, "Runtime exited with error: " + err.Error()
	}
	return typeExit, "Runtime exited without providing a reason"
}
