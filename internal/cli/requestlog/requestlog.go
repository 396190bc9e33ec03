// Package requestlog writes what a local gateway does as lines: one for each request with what was decided and why, and
// those that the functions write, indented; or each of them as a JSON object.
//
// It writes no token that came in: not the query, not the header, and from other texts it takes out what looks like one.
// It keeps nothing.
package requestlog

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/credentials"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// Log writes lines, each at once. It is safe for concurrent use.
type Log struct {
	mu   sync.Mutex
	out  io.Writer
	json bool
	now  func() time.Time
}

// New makes a log, of JSON objects or of texts.
func New(out io.Writer, json bool, now func() time.Time) *Log {
	return &Log{out: out, json: json, now: now}
}

// JSON tells whether the lines are JSON objects.
func (l *Log) JSON() bool { return l.json }

// clock is how a line begins.
const clock = "15:04:05.000"

// request is a [localgateway.Record] as JSON. Times are in milliseconds.
type request struct {
	Event         string      `json:"event"` // "request"
	Time          time.Time   `json:"time"`
	Status        int         `json:"status"`
	Verb          string      `json:"verb"`
	Path          string      `json:"path"`  // with the stage, without the query
	Route         string      `json:"route"` // "" if none was found
	Authorizer    *authorizer `json:"authorizer,omitempty"`
	Principal     string      `json:"principal,omitempty"`
	IntegrationMS float64     `json:"integrationMs"`
	MS            float64     `json:"ms"`
	Reason        string      `json:"reason,omitempty"`
	RequestID     string      `json:"requestId"`
}

type authorizer struct {
	Kind  string  `json:"kind"`
	Cache string  `json:"cache,omitempty"`
	MS    float64 `json:"ms"`
}

// Request writes a request that was answered.
func (l *Log) Request(r *apigateway.Record) {
	m := credentials.Mask(r.Request, r.Identity...)
	line := request{
		Event: "request", Time: r.Time.UTC(), Status: r.Answer.Status, Verb: r.Request.Verb, Path: m(r.Request.RawPath), Route: r.Route,
		Principal: m(r.Verdict.Principal), IntegrationMS: milliseconds(r.IntegrationTime), MS: milliseconds(r.Took),
		Reason: m(r.Reason), RequestID: r.Request.RequestID,
	}
	if s := line.Status; line.Reason == "" && r.IntegrationTime > 0 && (s == 401 || s == 403 || s >= 500) {
		line.Reason = fmt.Sprintf("the function itself answered %d", s) // and no check, which is what one would look for
	}
	if v := r.Verdict; v.Authorizer != "" && v.Authorizer != "none" {
		line.Authorizer = &authorizer{v.Authorizer, v.Cache, milliseconds(v.AuthorizerTime)}
	}
	if l.json {
		l.Object(line)
		return
	}
	columns := []string{
		r.Time.Format(clock), fmt.Sprint(line.Status), line.Verb + " " + line.Path, "[" + orDash(line.Route) + "]",
		guard(r.Verdict), orDash(line.Principal), duration(r.Took),
	}
	if line.Reason != "" {
		columns = append(columns, line.Reason)
	}
	for i, c := range columns {
		columns[i] = printable(strings.ReplaceAll(strings.TrimSpace(c), "\n", "; "))
	}
	l.write(strings.Join(columns, "  "))
}

// guard is the authorizer with its cache and its time: "TOKEN MISS 12ms".
func guard(v checks.Verdict) string {
	if v.Authorizer == "" {
		return "-"
	}
	words := []string{v.Authorizer}
	if v.Cache != "" {
		words = append(words, v.Cache)
	}
	if v.AuthorizerTime > 0 {
		words = append(words, duration(v.AuthorizerTime))
	}
	return strings.Join(words, " ")
}

// Function writes a line that a function wrote.
func (l *Log) Function(line lambdaruntime.LogLine) {
	text := credentials.MaskTokens(line.Text)
	if l.json {
		l.Object(struct {
			Event     string               `json:"event"`
			Time      time.Time            `json:"time"`
			Function  string               `json:"function"`
			RequestID string               `json:"requestId,omitempty"`
			Stream    lambdaruntime.Stream `json:"stream"`
			Text      string               `json:"text"`
			Cut       bool                 `json:"cut,omitempty"`
		}{"log", l.now().UTC(), line.Function, line.RequestID, line.Stream, text, line.Cut})
		return
	}
	l.write("    " + line.Function + " " + orDash(line.RequestID) + " | " + printable(withoutMetrics(text)))
}

// Refused writes a request that was not understood.
func (l *Log) Refused(r front.Refusal) {
	if l.json {
		l.Object(struct {
			Event  string    `json:"event"`
			Time   time.Time `json:"time"`
			Status int       `json:"status"`
			Reason string    `json:"reason"`
		}{"refused", l.now().UTC(), r.Status, credentials.MaskTokens(r.Reason)})
		return
	}
	what := "not understood: "
	switch r.Status {
	case http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge:
		what = "refused: "
	}
	l.write(l.now().Format(clock) + "  " + fmt.Sprint(r.Status) + "  " + what + printable(credentials.MaskTokens(r.Reason)))
}

// Say writes something else that happened: what it is, as JSON, and a text.
func (l *Log) Say(event, text string) {
	if l.json {
		l.Object(struct {
			Event string    `json:"event"`
			Time  time.Time `json:"time"`
			Text  string    `json:"text"`
		}{event, l.now().UTC(), text})
		return
	}
	l.write(l.now().Format(clock) + "  " + text)
}

// Object writes a JSON object as a line.
func (l *Log) Object(v any) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("requestlog: " + err.Error()) // its objects are of texts and numbers
	}
	l.write(strings.TrimSuffix(b.String(), "\n"))
}

// Text writes a text of one or more lines, as it is.
func (l *Log) Text(text string) { l.write(strings.TrimSuffix(text, "\n")) }

// write writes a line. Nobody is there to be told if the terminal is gone.
func (l *Log) write(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = io.WriteString(l.out, line+"\n")
}
