package localgateway

import "github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"

// LogLine is a line of a function's log.
type LogLine struct {
	Function  string // the function's name
	RequestID string // Lambda's ID of the invocation that wrote the line; "" before the first one
	Stream    Stream
	Text      string // without the line end

	// Continues reports that the line is longer than 64 KiB and continues in the next LogLine of this stream.
	Continues bool
}

// Stream is the source of a line of a function's log.
type Stream string

// Sources of log lines.
const (
	Stdout   Stream = "stdout"
	Stderr   Stream = "stderr"
	Platform Stream = "platform" // what Lambda itself writes into the log
)

func newLogLine(l lambdaruntime.LogLine) LogLine {
	return LogLine{
		Function:  l.Function,
		RequestID: l.RequestID,
		Stream:    Stream(l.Stream),
		Text:      l.Text,
		Continues: l.Cut,
	}
}
