package apigateway

import (
	"context"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/functionlog"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// recordKey is the context key of a request's record. The checks invoke an authorizer's function, and do not know the
// record.
type recordKey struct{}

func withRecord(ctx context.Context, record *Record) context.Context {
	return context.WithValue(ctx, recordKey{}, record)
}

// recordOf returns the record of the request that a context is for; nil for a dry run.
func recordOf(ctx context.Context) *Record {
	record, _ := ctx.Value(recordKey{}).(*Record)
	return record
}

// invocationOf returns the options for invoking a function in a request. The lines that the function writes go to the
// request's record, and the watcher learns that the request waits for the function.
func (g *Gateway) invocationOf(record *Record, f *apimodel.Function, trace string) lambdaruntime.InvokeOptions {
	g.options.Watch.WaitsFor(record.Request.RequestID, g.functionLog.ShortName(f.Name))
	newID := g.options.Functions.NewID
	if newID == nil {
		newID = lambdaruntime.NewUUID
	}
	id := newID()
	g.functionLog.Begin(&record.wrote, id)
	return lambdaruntime.InvokeOptions{RequestID: id, TraceID: trace}
}

// integrationOf returns the options of invocationOf for the function of a method, with the alias or version that it
// names, and for a tenant; "" for none.
func (g *Gateway) integrationOf(record *Record, m *method, tenantID, trace string) lambdaruntime.InvokeOptions {
	o := g.invocationOf(record, m.function, trace)
	record.facts.invocation = o.RequestID
	o.Qualifier, o.Tenant = m.qualifier, tenantID
	return o
}

// failed records how a function failed; see [functionlog.Log.Failure].
func (g *Gateway) failed(record *Record, f *apimodel.Function, e *lambdaruntime.FunctionError, document []byte) {
	record.Failure = g.functionLog.Failure(&record.wrote, f, e, document)
}

// FunctionLog returns the log of the functions, which knows their short names.
func (g *Gateway) FunctionLog() *functionlog.Log { return &g.functionLog }
