// Package stack reads the stacks of failed functions, in the error documents that runtimes send and in the output of
// Go, Node.js and Python when a process dies. It finds the frames of the function's own code, so that developers see
// the file and the line first.
//
//	frames := stack.CodeIn(folder).Trim(stack.OfDocument(payload))
//
// It does not read source maps.
package stack

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Frame is a call in a stack.
type Frame struct {
	File string `json:"file"` // "orders-fn/main.go", relative to the code's module or folder if that is known
	Line int    `json:"line"`
	Func string `json:"func,omitempty"` // "serve"; "" if the runtime did not report it
	Own  bool   `json:"own"`            // the function's own code: neither a library's nor the runtime's
}

// String returns the frame in the form "orders-fn/main.go:42 (serve)".
func (f Frame) String() string {
	text := f.File
	if f.Line > 0 {
		text += ":" + strconv.Itoa(f.Line)
	}
	if f.Func != "" {
		text += " (" + f.Func + ")"
	}
	return text
}

// OfDocument returns the frames of an error document, the innermost first. An error without a stack, such as one that a
// Go function returns, has none.
//
// The forms are those of the runtimes' own clients: Go's "path", "line" and "label", Node.js's lines of "trace", and
// Python's texts of "stackTrace", which begin with the outermost frame:
// https://github.com/aws/aws-lambda-go/blob/main/lambda/messages/messages.go,
// https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/Errors.js and
// https://github.com/aws/aws-lambda-python-runtime-interface-client/blob/main/awslambdaric/bootstrap.py
func OfDocument(document []byte) (out []Frame) {
	var d struct {
		Stack json.RawMessage `json:"stackTrace"`
		Trace json.RawMessage `json:"trace"`
	}
	if json.Unmarshal(document, &d) != nil {
		return nil
	}
	var frames []struct {
		Path  string `json:"path"`
		Line  int    `json:"line"`
		Label string `json:"label"`
	}
	if json.Unmarshal(d.Stack, &frames) == nil {
		for _, f := range frames {
			if f.Path != "" {
				out = append(out, Frame{File: f.Path, Line: max(f.Line, 0), Func: f.Label})
			}
		}
		return out
	}
	var texts []string
	if json.Unmarshal(d.Stack, &texts) == nil || json.Unmarshal(d.Trace, &texts) == nil {
		return OfLines(slices.Collect(lines(texts)))
	}
	return nil
}

// place matches a frame in the form of [Frame.String].
var place = regexp.MustCompile(`^(.+):(\d+) \((.+)\)$`)

// OfPlace returns the frame that a text such as "orders-fn/main.go:42 (serve)" names; none for any other text.
func OfPlace(text string) []Frame {
	m := place.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	return []Frame{{File: m[1], Line: number(m[2]), Func: m[3]}}
}

// lines iterates over the lines of some texts.
func lines(texts []string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, text := range texts {
			for line := range strings.SplitSeq(text, "\n") {
				if !yield(line) {
					return
				}
			}
		}
	}
}

var (
	// goFile matches the line after a function's line: "\tgithub.com/shop/orders-fn/main.go:42 +0x1d".
	goFile = regexp.MustCompile(`^\t(.+\.(?:go|s)):(\d+)(?: \+0x[0-9a-f]+)?$`)
	goCall = regexp.MustCompile(`^(?:created by (\S+)(?: in goroutine \d+)?|([^\s{}"]+)\(.*\))$`)

	// nodeFrame matches " at handler (/var/task/index.js:3:9)", " at /var/task/index.js:3:9" or " at new Promise
	// (<anonymous>)".
	nodeFrame = regexp.MustCompile(
		`^\s+at (?:(.+?) \()?((?:node:|file://|/|[A-Za-z]:\\|\[eval|<anonymous>).*?)(?::(\d+)(?::\d+)?)?\)?$`)

	// nodePlace matches the line before the source of a syntax error: "/var/task/index.js:2".
	nodePlace = regexp.MustCompile(`^((?:file://)?(?:/|[A-Za-z]:\\).*\.[cm]?js):(\d+)$`)

	// ofLoading matches the beginning of a line about a module that could not be loaded, or about one that requires it.
	ofLoading = regexp.MustCompile(`^(?:SyntaxError: |Error: Cannot find module |Error \[ERR_MODULE_NOT_FOUND\]: |- )`)

	// pythonFrame matches ` File "/var/task/app.py", line 3, in handler`, or ` File "/var/task/app.py" Line 3` of a syntax
	// error.
	pythonFrame = regexp.MustCompile(`^\s*File "([^"]+)"(?:, line| Line) (\d+)(?:, in (.+))?$`)
)

// OfLines returns the frames in the lines that a process wrote, the innermost first: those of a panic in Go, of an
// uncaught error in Node.js, or of a Python traceback.
func OfLines(written []string) (out []Frame) {
	python := false
	for i, line := range written {
		if m := goFile.FindStringSubmatch(line); m != nil && i > 0 {
			if call := goCall.FindStringSubmatch(written[i-1]); call != nil {
				out = append(out, Frame{File: m[1], Line: number(m[2]), Func: shortCall(call[1] + call[2])})
			}
			continue
		}
		if f, ok := nodeFrameOf(line); ok {
			out = append(out, f)
			continue
		}
		if f, ok := nodePlaceOf(line); ok {
			out = append(out, f)
			continue
		}
		if f, ok := pythonFrameOf(line); ok {
			python = true
			out = append(out, f)
		}
	}
	if python {
		slices.Reverse(out)
	}
	return out
}

func nodeFrameOf(line string) (Frame, bool) {
	m := nodeFrame.FindStringSubmatch(line)
	if m == nil {
		return Frame{}, false
	}
	return Frame{File: strings.TrimPrefix(m[2], "file://"), Line: number(m[3]), Func: m[1]}, true
}

func nodePlaceOf(line string) (Frame, bool) {
	m := nodePlace.FindStringSubmatch(line)
	if m == nil {
		return Frame{}, false
	}
	return Frame{File: strings.TrimPrefix(m[1], "file://"), Line: number(m[2])}, true
}

func pythonFrameOf(line string) (Frame, bool) {
	m := pythonFrame.FindStringSubmatch(line)
	if m == nil {
		return Frame{}, false
	}
	return Frame{File: m[1], Line: number(m[2]), Func: m[3]}, true
}

// number returns a line number; 0 for one that no file can have.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// shortCall returns the name of a Go function without its package's path, which the file shows: "main.serve" becomes
// "serve", and "github.com/shop/orders.(*Store).Get" becomes "(*Store).Get". aws-lambda-go shortens names the same way.
func shortCall(call string) string {
	call = call[strings.LastIndexByte(call, '/')+1:]
	if _, name, ok := strings.Cut(call, "."); ok {
		return name
	}
	return call
}
