package authz

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
)

// outcome is the result of a decision.
type outcome string

const (
	allowed      outcome = metrics.Allowed      // the policy allows the requested route
	denied       outcome = metrics.Denied       // the token is good, but its rights are not enough for this route
	unauthorized outcome = metrics.Unauthorized // there is no good token
	failed       outcome = metrics.Failed       // there is no decision
)

// decision collects what the log records about one event. It never contains a token.
type decision struct {
	start            time.Time
	verified, hooked time.Duration
	verifying, asked bool // whether these steps were reached

	outcome outcome
	reason  string // one of a few words; "" if allowed
	detail  string // of a failure
	missing string // what a denied caller would need

	got, want string // the rejected value, and what it should be; got also has what a denied caller has

	route, issuer, kid, principal string
	apiRequestID                  string

	visit *visit // only for a request with a session

	usageKey string // the API key that the request counts against, which is not logged; "" for none
}

func (d *decision) end(o outcome, reason, detail string) {
	d.outcome, d.reason, d.detail = o, reason, detail
}

// journal writes the log: lines of JSON, each in a single Write.
//
// Lambda's own filter by level uses "level" and "timestamp".
// Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
type journal struct {
	function string // the function's name; "" outside of Lambda
	metrics  bool

	mu         sync.Mutex
	to         io.Writer
	line       []byte
	directives map[directiveKey]string
}

func newJournal(to io.Writer, function string, metrics bool) *journal {
	return &journal{to: to, function: function, metrics: metrics && function != "", directives: map[directiveKey]string{}}
}

// decision writes a decision.
func (j *journal) decision(ctx context.Context, d *decision, now time.Time) {
	level := "INFO"
	if d.outcome == failed {
		level = "ERROR"
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.begin(now, level, "decision")
	j.text("outcome", string(d.outcome))
	j.text(metrics.Reason, d.reason)
	j.text("error", d.detail)
	j.text("missing", d.missing)
	j.text("got", d.got)
	j.text("want", d.want)
	j.text("route", d.route)
	j.text("principal", d.principal)
	j.text(metrics.Issuer, d.issuer)
	j.text("kid", d.kid)
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		j.text("requestId", lc.AwsRequestID)
	}
	j.text("apiRequestId", d.apiRequestID)
	if header, ok := ctx.Value(traceKey).(string); ok {
		j.text("traceId", traceID(header))
	}
	if d.verifying {
		j.duration(metrics.VerifyMs, d.verified)
	}
	if d.asked {
		j.duration(metrics.HookMs, d.hooked)
	}
	j.duration("totalMs", now.Sub(d.start))
	j.decisionMetrics(d, now)
	j.finish()
}

// fetch writes the result of fetching an issuer's keys or secret.
func (j *journal) fetch(f jwt.Fetch, now time.Time) {
	level := "INFO"
	switch {
	case errors.Is(f.Err, jwt.ErrConfig): // waiting will not help
		level = "ERROR"
	case f.Err != nil:
		level = "WARN"
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.begin(now, level, "keys")
	j.text(metrics.Issuer, f.Issuer)
	if f.Err != nil {
		j.text("error", f.Err.Error())
	} else {
		j.number("keys", f.Keys)
		j.number("ignoredKeys", f.Ignored)
		j.name("changed")
		j.line = strconv.AppendBool(j.line, f.Changed)
	}
	j.duration(metrics.KeyFetchMs, f.Duration)
	j.fetchMetrics(f, now)
	j.finish()
}

func (j *journal) begin(now time.Time, level, message string) {
	j.line = append(j.line[:0], `{"timestamp":"`...)
	j.line = now.UTC().AppendFormat(j.line, "2006-01-02T15:04:05.000Z")
	j.line = append(append(append(j.line, `","level":"`...), level...), `","message":"`...)
	j.line = append(append(j.line, message...), '"')
}

// maxText is the maximum length of a text in a line. A key ID, for example, is as long as the issuer likes.
const maxText = 1024

// text writes a member, unless it is empty.
func (j *journal) text(name, value string) {
	if value == "" {
		return
	}
	if len(value) > maxText {
		value = strings.ToValidUTF8(value[:maxText], "") + "..."
	}
	j.name(name)
	j.line = appendString(j.line, value)
}

func (j *journal) number(name string, n int) {
	j.name(name)
	j.line = strconv.AppendInt(j.line, int64(n), 10)
}

// duration writes milliseconds with three decimal places.
func (j *journal) duration(name string, d time.Duration) {
	us := max(0, d.Microseconds()) // the clock may have been set back
	j.name(name)
	j.line = strconv.AppendInt(j.line, us/1000, 10)
	j.line = append(j.line, '.', byte('0'+us/100%10), byte('0'+us/10%10), byte('0'+us%10))
}

func (j *journal) name(name string) {
	j.line = append(append(append(j.line, `,"`...), name...), `":`...)
}

func (j *journal) finish() {
	j.line = append(j.line, '}', '\n')
	j.to.Write(j.line) // there is no place to log an error
	if cap(j.line) > 64<<10 {
		j.line = nil
	}
}

// traceKey is the key of the X-Ray header in an invocation's context, where the Lambda runtime stores it.
// Source: https://github.com/aws/aws-lambda-go/blob/main/lambda/invoke_loop.go
const traceKey = "x-amzn-trace-id"

// traceID returns the ID in an X-Ray header such as "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=...;Sampled=1".
// Callers can send this header, so it returns only what has the form of an ID.
// Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
func traceID(header string) string {
	for field := range strings.SplitSeq(header, ";") {
		if id, found := strings.CutPrefix(strings.TrimSpace(field), "Root="); found && isTraceID(id) {
			return id
		}
	}
	return ""
}

func isTraceID(id string) bool {
	const form = "1-xxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxx"
	if len(id) != len(form) {
		return false
	}
	for i := range len(id) {
		c := id[i]
		if form[i] != 'x' && c != form[i] || form[i] == 'x' && (c < '0' || c > 'f' || '9' < c && c < 'a') {
			return false
		}
	}
	return true
}
