package login

import (
	"encoding/json"
	"io"
	"strings"
	"sync"
)

// journal writes the log: a line of JSON for each request, in a single Write.
type journal struct {
	issuer   string
	function string // the function's name, for metrics; "" outside of Lambda, or without metrics

	mu sync.Mutex
	to io.Writer
}

// line is a line of the log. Lambda's own filter by level uses "level" and "timestamp".
// Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
type line struct {
	Timestamp string  `json:"timestamp"`
	Level     string  `json:"level"`
	Message   string  `json:"message"`
	Route     string  `json:"route"`
	Outcome   string  `json:"outcome"`
	Status    int     `json:"status"`
	Reason    string  `json:"reason,omitempty"`
	Error     string  `json:"error,omitempty"`
	Got       string  `json:"got,omitempty"`
	Want      string  `json:"want,omitempty"`
	Principal string  `json:"principal,omitempty"`
	Subject   string  `json:"subject,omitempty"` // the subject that an administrator asked about
	Ended     *int    `json:"ended,omitempty"`   // how many sessions were ended
	Issuer    string  `json:"issuer"`
	RequestID string  `json:"requestId,omitempty"`
	APIID     string  `json:"apiRequestId,omitempty"`
	TotalMs   float64 `json:"totalMs"`

	*counted
}

// maxText is the maximum length of a text in a line.
const maxText = 1024

// write writes the line of a request.
func (j *journal) write(x *exchange) {
	now, of := x.now(), requestOf(x.r)
	l := line{
		Timestamp: now.UTC().Format("2006-01-02T15:04:05.000Z"),
		Level:     "INFO",
		Message:   "login",
		Route:     x.name,
		Outcome:   string(x.outcome),
		Status:    x.status,
		Reason:    x.reason,
		Got:       bounded(x.got),
		Want:      bounded(x.want),
		Principal: bounded(x.principal),
		Subject:   bounded(x.subject),
		Ended:     x.ended,
		RequestID: of.RequestID,
		APIID:     of.APIRequestID,
		Issuer:    j.issuer,
		TotalMs:   float64(max(0, now.Sub(x.began)).Microseconds()) / 1000,
		counted:   j.count(x, now),
	}
	if x.detail != nil {
		l.Error = bounded(x.detail.Error())
		l.Level = "WARN"
	}
	if x.outcome == failed {
		l.Level = "ERROR"
	}
	text, err := json.Marshal(l)
	if err != nil {
		return // text and numbers can always be encoded
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	_, _ = j.to.Write(append(text, '\n')) // there is no place to log an error
}

func bounded(text string) string {
	if len(text) > maxText {
		return strings.ToValidUTF8(text[:maxText], "") + "..."
	}
	return text
}
