package lambdaruntime

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"time"
)

// Stream is where a line comes from.
type Stream string

const (
	Stdout   Stream = "stdout"
	Stderr   Stream = "stderr"
	Platform Stream = "platform" // what Lambda itself would write into the function's log
)

// MaxLine is how long a [LogLine] is at most, in bytes. A longer line comes in pieces.
const MaxLine = 64 << 10

// LogLine is a line of a function's log.
type LogLine struct {
	Function  string
	RequestID string // of the invocation that the process has, or had last; "" before the first
	Stream    Stream
	Text      string // without its end
	Cut       bool   // the line goes on in the next LogLine of this stream
}

// logs are the two output streams of a process.
type logs struct {
	p              *process
	stdout, stderr *os.File // the ends for the process
	readers        [2]*os.File
	done           chan struct{} // gets one message for each reader
}

func newLogs(p *process) (*logs, error) {
	l := &logs{p: p, done: make(chan struct{}, 2)}
	var err error
	if l.readers[0], l.stdout, err = os.Pipe(); err != nil {
		return nil, err
	}
	if l.readers[1], l.stderr, err = os.Pipe(); err != nil {
		l.readers[0].Close()
		l.stdout.Close()
		return nil, err
	}
	return l, nil
}

// abandon is for a process that was not started.
func (l *logs) abandon() {
	for _, f := range [...]*os.File{l.stdout, l.stderr, l.readers[0], l.readers[1]} {
		f.Close()
	}
}

// started begins to read. The process has its own copies of the other ends.
func (l *logs) started() {
	l.stdout.Close()
	l.stderr.Close()
	go l.read(l.readers[0], Stdout)
	go l.read(l.readers[1], Stderr)
}

// drain waits until everything is read that the dead process wrote, but not longer than the limit.
func (l *logs) drain(limit time.Duration) {
	for _, r := range l.readers {
		if r.SetReadDeadline(time.Now().Add(limit)) != nil {
			time.AfterFunc(limit, func() { r.Close() }) // pipes without deadlines
		}
	}
	<-l.done
	<-l.done
}

// read passes on line by line. The last line counts without its end, too.
func (l *logs) read(from *os.File, stream Stream) {
	defer func() {
		from.Close()
		l.done <- struct{}{}
	}()
	r := bufio.NewReaderSize(from, MaxLine)
	for {
		line, err := r.ReadSlice('\n')
		if len(line) > 0 {
			l.p.f.pool.options.Log(LogLine{
				Function:  l.p.spec.Name,
				RequestID: l.p.requestID(),
				Stream:    stream,
				Text:      string(bytes.TrimRight(line, "\r\n")),
				Cut:       err == bufio.ErrBufferFull,
			})
		}
		if err != nil && err != bufio.ErrBufferFull {
			if err != io.EOF && !os.IsTimeout(err) {
				l.p.log("", "the log of the process broke off: "+err.Error())
			}
			return
		}
	}
}

func (p *process) requestID() string {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	return p.lastID
}
