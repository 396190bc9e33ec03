package stack

import (
	"encoding/json"
	"strings"
)

// Lines shortens the stacks in a function's output, line by line. It omits the frames of libraries and of the runtime,
// writes each own frame as one line of the same form in every language, and reduces an error document to its message
// and frames. It leaves other lines unchanged. The zero value recognizes own files by name only. Lines is not safe for
// concurrent use.
type Lines struct {
	// Code returns what is known about the function's code. It is called only for stacks. If nil, files are judged by
	// name.
	Code func() Code

	goroutine bool   // inside the stack of a goroutine
	python    bool   // after a Python frame, whose source line follows
	call      string // the line of a call, kept until the line of its file; "" for none
}

// own returns the function's code.
func (l *Lines) own() Code {
	if l.Code == nil {
		return Code{}
	}
	return l.Code()
}

// Next returns what remains of a line: usually one line, none for a library's frame, and several for an error document.
func (l *Lines) Next(line string) []string {
	if strings.HasPrefix(line, "goroutine ") && strings.HasSuffix(line, ":") {
		l.goroutine = true
		return l.flush(line)
	}
	if l.goroutine {
		return l.inGoroutine(line)
	}
	if l.python = l.python && strings.HasPrefix(line, "    "); l.python {
		return nil
	}
	if f, ok := pythonFrameOf(line); ok {
		l.python = true
		return l.frame(f)
	}
	if f, ok := nodeFrameOf(line); ok {
		return l.frame(f)
	}
	if f, ok := nodePlaceOf(line); ok {
		if code := l.own(); code.has(f) {
			return []string{"    at " + code.own(f).String()}
		}
		return []string{line} // it may be any output of the function
	}
	if ofLoading.MatchString(line) {
		return []string{l.own().Message(line)}
	}
	if before, escaped, ok := strings.Cut(line, escapedStack); ok {
		return l.escaped(line, before, escaped)
	}
	if before, document, ok := strings.Cut(line, documentStart); ok {
		return l.document(line, before, documentStart+document)
	}
	return []string{line}
}

// documentStart begins the error document that aws-lambda-go writes to the log when a handler panics or fails.
// Source: https://github.com/aws/aws-lambda-go/blob/main/lambda/invoke_loop.go (reportFailure)
const documentStart = `{"errorMessage":`

// document handles a line that ends with an error document.
func (l *Lines) document(line, before, document string) []string {
	var d struct {
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}
	if json.Unmarshal([]byte(document), &d) != nil || d.Type == "" {
		return []string{line}
	}
	out := []string{before + d.Type + ": " + d.Message}
	for _, f := range l.own().Trim(OfDocument([]byte(document))) {
		out = append(out, "    at "+f.String())
	}
	return out
}

// escapedStack begins the stack of a goroutine in JSON text, such as debug.Stack in a line of package slog.
const escapedStack = `\ngoroutine `

// escaped handles a line with such a stack: it returns what precedes and follows the stack, and the stack's frames.
func (l *Lines) escaped(line, before, rest string) []string {
	end := 0
	for end < len(rest) && rest[end] != '"' {
		if rest[end] == '\\' {
			end++
		}
		end++
	}
	var text string
	if end >= len(rest) || json.Unmarshal([]byte(`"`+rest[:end]+`"`), &text) != nil {
		return []string{line}
	}
	frames := l.own().Trim(OfLines(strings.Split(text, "\n")))
	if len(frames) == 0 {
		return []string{line}
	}
	out := []string{before + rest[end:]}
	for _, f := range frames {
		out = append(out, "    at "+f.String())
	}
	return out
}

// frame returns the line of a frame; none if the frame is not the function's own.
func (l *Lines) frame(f Frame) []string {
	if f = l.own().own(f); !f.Own {
		return nil
	}
	return []string{"    at " + f.String()}
}

// inGoroutine handles a line of a Go stack: a call, its file, or what follows the stack.
func (l *Lines) inGoroutine(line string) []string {
	if m := goFile.FindStringSubmatch(line); m != nil && l.call != "" {
		call := goCall.FindStringSubmatch(l.call)
		l.call = ""
		return l.frame(Frame{File: m[1], Line: number(m[2]), Func: shortCall(call[1] + call[2])})
	}
	if line != "" && l.call == "" && goCall.MatchString(line) {
		l.call = line
		return nil
	}
	l.goroutine = false
	return l.flush(line)
}

// flush returns a line after the call that was kept for a file's line, which did not follow.
func (l *Lines) flush(line string) []string {
	if l.call == "" {
		return []string{line}
	}
	out := []string{l.call, line}
	l.call = ""
	return out
}
