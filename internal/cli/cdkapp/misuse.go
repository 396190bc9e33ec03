package cdkapp

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/stack"
)

// misuse begins a panic of Gatehouse's constructs. Its message says what is wrong, and the stack says where in the app.
var misuse = regexp.MustCompile(`^panic: (?:secureapi|cognito|gofunction): `)

// ours are the folders of the constructs. go.mod may replace the module by a folder, whose path has no version.
var ours = []string{"constructs/secureapi", "constructs/cognito", "constructs/gofunction"}

// ofMisuse passes on its input. In the stack of a [misuse], it omits the frames that are not the app's.
type ofMisuse struct {
	to  io.Writer
	dir string // the app's folder

	mu      sync.Mutex
	line    []byte       // a line that has begun, while a stack may follow
	lines   *stack.Lines // from a misuse to the end of its stack, otherwise nil
	inStack bool
	middle  bool // a part of the line was passed on already
}

func (m *ofMisuse) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for part := range bytes.Lines(p) {
		m.line = append(m.line, part...)
		if !bytes.HasSuffix(part, []byte("\n")) && (m.lines != nil || !m.middle && mayBegin(string(m.line))) {
			break // wait for the rest of the line
		}
		if err := m.next(); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// mayBegin reports whether a line that has begun may be the message of a misuse.
func mayBegin(line string) bool {
	const start = "panic: "
	return strings.HasPrefix(start, line) || strings.HasPrefix(line, start)
}

// next passes the collected text on.
func (m *ofMisuse) next() error {
	text := string(m.line)
	m.line = m.line[:0]
	line, ended := strings.CutSuffix(text, "\n")
	begins := !m.middle
	m.middle = !ended
	if begins && misuse.MatchString(line) {
		m.lines, m.inStack = &stack.Lines{Code: func() stack.Code { return stack.Code{Dir: m.dir, Libraries: ours} }}, false
	}
	if m.lines == nil {
		_, err := io.WriteString(m.to, text)
		return err
	}
	switch header := strings.HasPrefix(line, "goroutine ") && strings.HasSuffix(line, ":"); {
	case header:
		m.inStack = true
	case m.inStack && !strings.HasPrefix(line, "\t") && !strings.HasSuffix(line, ")"):
		defer func() { m.lines = nil }() // the line after the stack
	}
	out := []string{line}
	if m.inStack {
		out = m.lines.Next(line)
	}
	for _, l := range out {
		if ended {
			l += "\n"
		}
		if _, err := io.WriteString(m.to, l); err != nil {
			return err
		}
	}
	return nil
}

// flush passes on a line that has begun. It is called at the end of the input.
func (m *ofMisuse) flush() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.line) > 0 {
		_ = m.next()
	}
}
