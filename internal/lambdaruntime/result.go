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

// Result is the result of an invocation.
type Result struct {
	RequestID string
	Payload   []byte         // the answer or, for an error, the document that Lambda's Invoke API returns
	Error     *FunctionError // nil if the function answered
	ColdStart bool           // this was the first invocation of its process

	// LogTail holds the last lines that the function wrote between the invocation's start and its answer, at most 4 KiB or
	// one line, if [InvokeOptions] asks for them. Where pipes block, as on Windows, the last lines can be missing.
	LogTail []string

	stream io.ReadCloser // set for an answer that has begun
}

// FunctionError is an error that the function reported, or an error of Lambda's about the function.
type FunctionError struct {
	Type    string // such as "errorString", "Runtime.ExitError", "Sandbox.Timedout"
	Message string

	// Where is the place in the function's code that panicked, such as "orders-fn/main.go:42 (serve)"; "" if the runtime
	// did not report it.
	Where string
}

func (e *FunctionError) Error() string {
	text := e.Type + ": " + e.Message
	if e.Where != "" {
		text += " at " + e.Where
	}
	return text
}

// The types of Lambda's own errors. Sources: lambda/fatalerror of the runtime interface emulator, and
// https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html.
const (
	typeExit         = "Runtime.ExitError"
	typeEntrypoint   = "Runtime.InvalidEntrypoint"
	typeTimeout      = "Sandbox.Timedout"
	typeResponseSize = "Function.ResponseSizeTooLarge"
	typeUnknown      = "Runtime.Unknown"
)

// outcome is the result that a caller waits for.
type outcome struct {
	result Result
	err    error
}

// failed returns an outcome with one of Lambda's own errors, and its document.
func failed(inv *invocation, typ, message string) outcome {
	document, err := json.Marshal(struct {
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}{message, typ})
	if err != nil {
		panic(err) // unreachable: two strings can be encoded
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

// reported returns an outcome with the error document that the runtime sent. Every part of the document is optional.
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

// where returns the place of a panic: the first frame of the stack outside of Go's own runtime and Lambda's. An error
// that a Go function returns has no stack. For a Node.js function it is the first line of the trace that names a place.
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

// isRuntime reports whether a file belongs to Go's own runtime or to aws-lambda-go, whose frames precede those of a
// panic.
func isRuntime(path string) bool {
	return strings.HasPrefix(path, "runtime/") || strings.Contains(path, "/src/runtime/") ||
		strings.Contains(path, "github.com/aws/aws-lambda-go")
}

// timedOut has Lambda's message, as in https://github.com/alexa/alexa-cookbook/issues/36.
func timedOut(inv *invocation, now time.Time, limit time.Duration) outcome {
	return failed(inv, typeTimeout, fmt.Sprintf("%s %s Task timed out after %.2f seconds",
		now.UTC().Format("2006-01-02T15:04:05.000Z"), inv.id, limit.Seconds()))
}

// exited describes with Lambda's message how a process ended unexpectedly. started is false if it could not be started.
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
