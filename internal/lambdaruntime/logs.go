package lambdaruntime

import (
	"bytes"
	"os"
	"sync"
	"time"
)

// Stream is the source of a line.
type Stream string

const (
	Stdout   Stream = "stdout"
	Stderr   Stream = "stderr"
	Platform Stream = "platform" // what Lambda itself would write into the function's log
)

// maxLine is the length limit of a [LogLine], in bytes. A longer line is split.
const maxLine = 64 << 10

// LogLine is a line of a function's log.
type LogLine struct {
	Function  string
	RequestID string // the ID of the process's current or last invocation; "" before the first
	Stream    Stream
	Text      string // without the line end
	Cut       bool   // the line continues in the next LogLine of this stream

	// Filtered reports that Lambda would not send the line to CloudWatch Logs, because its level is below the function's.
	Filtered bool
}

// logs are the two output streams of a process.
type logs struct {
	p              *process
	stdout, stderr *os.File // the process's ends of the pipes
	streams        [2]*stream
	reading        sync.WaitGroup
}

func newLogs(p *process) (*logs, error) {
	l := &logs{p: p}
	stdout, stdoutEnd, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	stderr, stderrEnd, err := os.Pipe()
	if err != nil {
		stdout.Close()
		stdoutEnd.Close()
		return nil, err
	}
	l.stdout, l.stderr = stdoutEnd, stderrEnd
	l.streams = [2]*stream{{p: p, name: Stdout, file: stdout}, {p: p, name: Stderr, file: stderr}}
	return l, nil
}

// abandon closes the pipes of a process that was not started.
func (l *logs) abandon() {
	for _, f := range [...]*os.File{l.stdout, l.stderr, l.streams[0].file, l.streams[1].file} {
		f.Close()
	}
}

// started begins to read. It closes this process's copies of the other ends, since the started process has its own.
func (l *logs) started() {
	l.stdout.Close()
	l.stderr.Close()
	for _, s := range l.streams {
		l.reading.Go(s.read)
	}
}

// drain waits until everything that the dead process wrote is read, but not longer than the limit.
func (l *logs) drain(limit time.Duration) {
	for _, s := range l.streams {
		if s.file.SetReadDeadline(time.Now().Add(limit)) != nil {
			time.AfterFunc(limit, func() { s.file.Close() }) // for pipes without deadlines
		}
	}
	l.reading.Wait()
}

// catchUp reads what the pipes contain now, without waiting for more.
func (l *logs) catchUp() {
	for _, s := range l.streams {
		s.catchUp()
	}
}

// stream is one of the two output streams.
type stream struct {
	p    *process
	name Stream
	file *os.File

	mu     sync.Mutex // held while a part is read and its lines are passed on, so that they stay in order
	buffer [4 << 10]byte
	line   []byte // the beginning of a line whose end has not arrived
}

// read passes on line after line. The last line need not have a line end.
func (s *stream) read() {
	defer s.file.Close()
	err := s.readAll()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.line) > 0 {
		s.pass(s.line, false)
	}
	if err != nil && !os.IsTimeout(err) {
		s.p.log("", "the log of the process broke off: "+err.Error())
	}
}

// add processes bytes that were read. The caller holds s.mu.
func (s *stream) add(part []byte) {
	s.line = append(s.line, part...)
	for {
		end, next := bytes.IndexByte(s.line, '\n'), 0
		switch {
		case end >= 0 && end < maxLine:
			next = end + 1
		case len(s.line) >= maxLine:
			end, next = maxLine, maxLine
		default:
			return
		}
		s.pass(s.line[:end], end == maxLine)
		s.line = s.line[:copy(s.line, s.line[next:])]
	}
}

func (s *stream) pass(text []byte, cut bool) {
	line := LogLine{
		Function:  s.p.spec.Name,
		RequestID: s.p.requestID(),
		Stream:    s.name,
		Text:      string(bytes.TrimRight(text, "\r\n")),
		Cut:       cut,
	}
	line.Filtered = s.p.spec.Logging.filters(line.Text)
	s.p.tail.add(line.Text)
	s.p.f.pool.options.Log(line)
}

func (p *process) requestID() string {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	return p.lastID
}

// tailSize is the length limit of a log's tail, in bytes, as for Lambda's Invoke. The last line may exceed it.
// Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (LogType)
const tailSize = 4 << 10

// tail keeps the last lines of an invocation for its caller.
type tail struct {
	mu     sync.Mutex
	wanted bool
	lines  []string
	size   int
}

// begin discards the lines of the previous invocation.
func (t *tail) begin(wanted bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wanted, t.lines, t.size = wanted, nil, 0
}

func (t *tail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.wanted {
		return
	}
	t.lines = append(t.lines, line)
	t.size += len(line)
	for len(t.lines) > 1 && t.size > tailSize {
		t.size -= len(t.lines[0])
		t.lines = t.lines[1:]
	}
}

// end returns the lines of the invocation.
func (t *tail) end() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := t.lines
	t.wanted, t.lines, t.size = false, nil, 0
	return lines
}
