package apigateway

import (
	"context"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// Outcome is the result of a dry run.
type Outcome struct {
	// Status is the status that the caller gets, after the API's gateway responses. 0 means that the request reaches the
	// function of its integration, which decides the status.
	Status int

	// Check is the check that denied the request, as in [checks.Step]; "" if none did.
	Check string

	// Reason says in words why the answer is a 401, 403 or 5xx, as in [Record].
	Reason string
}

// DryRun reports how a request would be answered, without invoking the function of its integration and without leaving
// a trace: the request is not recorded, answers of authorizers are neither taken from the cache nor kept in it, and
// what their functions log is discarded. Everything before the integration runs as for a real request: authorizer
// functions are invoked, and a MOCK integration answers.
func (g *Gateway) DryRun(ctx context.Context, r *exchange.Request) Outcome {
	g.receive(r)
	record := &Record{Request: r, Time: r.Time, dry: true}
	live := g.enter()
	defer g.leave(live)
	answer := live.answer(ctx, r, record)
	out := Outcome{Status: answer.Status, Reason: record.Reason}
	if trace := record.Verdict.Trace; len(trace) > 0 && !trace[len(trace)-1].Passed {
		out.Check = trace[len(trace)-1].Check
	}
	return out
}

// dryGuard returns a guard with the checks of the stage and an empty cache.
func (st *stage) dryGuard() *checks.Guard {
	o := st.checks
	o.Invoke = st.served.invokeDry
	return checks.New(o)
}

// invokeDry invokes the function of an authorizer and discards what it logs.
func (s *served) invokeDry(
	ctx context.Context, f *apimodel.Function, qualifier string, payload []byte, r *exchange.Request,
) (checks.AuthorizerReply, error) {
	id := lambdaruntime.NewUUID()
	s.gateway.functionLog.Discard(id)
	o := lambdaruntime.InvokeOptions{RequestID: id, TraceID: r.TraceID, Qualifier: qualifier}
	return s.invokeAuthorizer(ctx, f, payload, o)
}
