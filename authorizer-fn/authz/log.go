package authz

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// outcome is how a decision ended.
type outcome string

const (
	allowed      outcome = "allowed"      // the policy allows the requested route
	denied       outcome = "denied"       // the token is good, and its rights are not enough for this route
	unauthorized outcome = "unauthorized" // no good token
	failed       outcome = "failed"       // no answer could be given
)

// decision collects what the log says of one event. It never holds a token.
type decision struct {
	start     time.Time
	verified  time.Duration
	outcome   outcome
	reason    string
	route     string
	issuer    string
	kid       string
	principal string
}

// log writes the decision as one line.
func (d *decision) log(ctx context.Context, to *slog.Logger, now time.Time) {
	level := slog.LevelInfo
	if d.outcome == failed {
		level = slog.LevelError
	}
	if !to.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 10)
	add := func(name, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(name, value))
		}
	}
	add("outcome", string(d.outcome))
	add("reason", d.reason)
	add("route", d.route)
	add("principal", d.principal)
	add("issuer", d.issuer)
	add("kid", d.kid)
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		add("requestId", lc.AwsRequestID)
	}
	if trace, ok := ctx.Value(traceKey).(string); ok {
		add("trace", trace)
	}
	attrs = append(attrs, slog.Float64("verifyMs", milliseconds(d.verified)), slog.Float64("totalMs", milliseconds(now.Sub(d.start))))
	to.LogAttrs(ctx, level, "decision", attrs...)
}

// traceKey is where the Lambda runtime keeps the X-Ray header in an invocation's context.
// Source: https://github.com/aws/aws-lambda-go/blob/main/lambda/invoke_loop.go
const traceKey = "x-amzn-trace-id"

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
