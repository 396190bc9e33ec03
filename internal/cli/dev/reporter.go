package dev

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/credentials"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/stack"
)

// reporter writes events to standard output: the announcement first, and each later event at once. Events before the
// announcement, such as a line of a function that a dry run starts, are written after it. A reporter is safe for
// concurrent use. It never writes a token of a request.
type reporter interface {
	announced(announcement)
	unannounced()                     // no announcement will follow
	answered(*apigateway.Record)      // a request
	noticed(text string)              // what callers may not expect of a route's answers, once
	slow(pending)                     // a slow request
	stopping(waits)                   // the command waits for open requests
	stopped(waits)                    // the last event
	logged(lambdaruntime.LogLine)     // a line of a function
	knows(names)                      // provides the names of functions, before the first line of one
	started(function string, pid int) // a function's process, with --debug
	refused(front.Refusal)            // a request that is not HTTP
	panicked(value any, stack []byte) // a panic in gatehouse itself
	changed(change)                   // the sources, with --watch
	reloaded(reloaded)
	reloadFailed(error)
	unserved(files []string) // these changed again while the app ran, and are not served
}

var (
	_ reporter = (*textReporter)(nil)
	_ reporter = (*jsonReporter)(nil)
)

func newReporter(p *command.Process, json bool) reporter {
	out := &lines{out: p.Stdout, holding: true}
	if json {
		return &jsonReporter{out, p.Now}
	}
	return &textReporter{out: out, now: p.Now, style: styleOf(p)}
}

// names is what the gateway knows about functions, by name.
type names interface {
	ShortName(function string) string
	Trimmer(function string) *stack.Lines
	Repeats(line lambdaruntime.LogLine) bool
}

// lines writes lines one after the other.
type lines struct {
	mu      sync.Mutex
	out     io.Writer
	holding bool     // until the announcement is written
	held    []string // lines that were written meanwhile
}

// write writes lines together, or holds them until the announcement is written.
func (l *lines) write(some ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range some {
		if l.holding {
			l.held = append(l.held, line)
			continue
		}
		l.put(line)
	}
}

// announce writes the lines of the announcement, if any, and then the held lines.
func (l *lines) announce(announcement ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range append(announcement, l.held...) {
		l.put(line)
	}
	l.holding, l.held = false, nil
}

// put ignores an error: the terminal that could show it is gone.
func (l *lines) put(line string) { _, _ = io.WriteString(l.out, line+"\n") }

// request is the event of an answered request. Times are in milliseconds.
type request struct {
	Event         string      `json:"event"` // "request"
	Time          time.Time   `json:"time"`
	Status        int         `json:"status"`
	Verb          string      `json:"verb"`
	Path          string      `json:"path"`  // with the stage, without the query
	Route         string      `json:"route"` // "" if no route matched
	Authorizer    *authorizer `json:"authorizer,omitempty"`
	Principal     string      `json:"principal,omitempty"`
	IntegrationMS float64     `json:"integrationMs"`
	MS            float64     `json:"ms"`
	Reason        string      `json:"reason,omitempty"`
	RequestID     string      `json:"requestId"`
	Browser       *verdict    `json:"browser,omitempty"` // for a request by a page of another origin
	Failure       *failure    `json:"failure,omitempty"` // the failure of a function
}

// verdict is what a browser does with the answer or, for a preflight, whether it sends the request.
type verdict struct {
	Readable  bool   `json:"readable"`
	Preflight bool   `json:"preflight,omitempty"`
	Why       string `json:"why,omitempty"`
	Prop      string `json:"prop,omitempty"`
	Fix       string `json:"fix,omitempty"`
}

type failure struct {
	Function string        `json:"function"`
	Type     string        `json:"type"`
	Message  string        `json:"message"`
	Frames   []stack.Frame `json:"frames,omitempty"`
}

type authorizer struct {
	Kind  string  `json:"kind"`
	Cache string  `json:"cache,omitempty"`
	MS    float64 `json:"ms"`
}

// requestOf returns the event of a request, without its credentials.
func requestOf(r *apigateway.Record) request {
	mask := credentials.MaskAll(r.Request, r.Answer.Headers, r.Identity...)
	out := request{
		Event:         "request",
		Time:          r.Time.UTC(),
		Status:        r.Answer.Status,
		Verb:          r.Request.Verb,
		Path:          mask(r.Request.RawPath),
		Route:         r.Route,
		Authorizer:    authorizerOf(r.Verdict),
		Principal:     mask(r.Verdict.Principal),
		IntegrationMS: milliseconds(r.IntegrationTime),
		MS:            milliseconds(r.Took),
		Reason:        mask(r.Reason),
		RequestID:     r.Request.RequestID,
	}
	if v := r.Browser; v.Applies {
		out.Browser = &verdict{v.Readable, v.Preflight, mask(v.Why), v.Prop, mask(v.Fix)}
	}
	if f := r.Failure; f != nil {
		out.Failure = &failure{f.Function, f.Type, mask(f.Message), f.Frames}
	}
	denied := out.Status == http.StatusUnauthorized || out.Status == http.StatusForbidden || out.Status >= 500
	if out.Reason == "" && r.IntegrationTime > 0 && denied {
		out.Reason = fmt.Sprintf("the function itself answered %d", out.Status) // not a check
	}
	return out
}

func authorizerOf(v checks.Verdict) *authorizer {
	if v.Authorizer == "" || v.Authorizer == "none" {
		return nil
	}
	return &authorizer{v.Authorizer, v.Cache, milliseconds(v.AuthorizerTime)}
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond).Microseconds()) / 1000
}

// The texts of events that both reporters use.

func reloadFailedText(err error) string { return fmt.Sprintf("the old API is still served: %v", err) }

func unservedText(files []string) string {
	return fmt.Sprintf("%s changed while the app ran again, which the app may do itself: "+
		"to serve what it says now, save it once more", strings.Join(files, ", "))
}

func panickedText(value any, stack []byte) string {
	return fmt.Sprintf("gatehouse itself failed: %v\n%s", value, stack)
}
