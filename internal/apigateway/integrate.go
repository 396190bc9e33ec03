package apigateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// integrate calls the route's integration.
func (st *stage) integrate(
	ctx context.Context, m *method, call *checks.Call, source *mapping.Source, record *Record,
) (exchange.Answer, *mapping.Failure) {
	switch m.Integration.Type {
	case apimodel.IntegrationMock:
		if m.Integration.ContentHandling != "CONVERT_TO_TEXT" && m.events.BinaryRequest(call.Request) {
			return exchange.Answer{}, mapping.NotTransformed("MOCK integration")
		}
		return m.integration.Mock(source)
	case apimodel.IntegrationHTTP, apimodel.IntegrationHTTPProxy:
		return st.callHTTP(ctx, m, call, source, record)
	case apimodel.IntegrationAWS:
		if m.function == nil {
			return st.callService(ctx, m, call, source, record)
		}
		return st.invokePlain(ctx, m, call, source, record)
	}
	return st.invoke(ctx, m, call, source, record)
}

// integrationTimeout is how long API Gateway waits for an integration that sets no timeout.
const integrationTimeout = 29 * time.Second

// invoke calls the route's function and reads its answer.
func (st *stage) invoke(
	ctx context.Context,
	m *method,
	call *checks.Call,
	source *mapping.Source,
	record *Record,
) (exchange.Answer, *mapping.Failure) {
	if why := m.refused[call.Verb]; why != "" {
		return exchange.Answer{}, noPermission(why)
	}
	if f := m.forbidden.Check(source); f != nil {
		return exchange.Answer{}, f
	}
	tenantID, f := m.tenant.ID(source)
	if f == nil {
		f = m.refusesTenant(tenantID)
	}
	if f != nil {
		return exchange.Answer{}, f
	}
	event, err := m.events.Proxy(call.Request, call.Params, record.Verdict.Caller)
	if err != nil {
		return exchange.Answer{}, &mapping.Failure{
			Type:      mapping.RequestTooLarge,
			Status:    413,
			ErrorType: "BadRequestException",
			Body:      `{"message": "Request Too Long"}`,
			Reason:    withoutPackage(err),
		}
	}
	if record.dry {
		return exchange.Answer{}, nil
	}
	if m.Integration.Streams {
		return st.invokeStreamed(ctx, m, call, event, tenantID, record)
	}
	limited, cancel := context.WithTimeout(ctx, timeoutOf(m))
	defer cancel()
	gateway := st.served.gateway
	start := gateway.options.Now()
	result, err := gateway.pool.Invoke(
		limited,
		m.function.Name,
		event,
		gateway.integrationOf(record, m, tenantID, call.TraceID),
	)
	gateway.integrated(record, start, invokeStatus(err))
	if result.Error != nil {
		gateway.failed(record, m.function, result.Error, result.Payload)
	}
	if f := notInvoked(ctx, m, result, err); f != nil {
		return exchange.Answer{}, f
	}
	answer, err := m.events.Answer(call.Request, result.Payload)
	switch {
	case errors.Is(err, events.ErrBase64):
		return exchange.Answer{}, &mapping.Failure{Type: mapping.APIConfigurationError, Reason: withoutPackage(err)}
	case err != nil:
		why := withoutPackage(err)
		if bytes.Contains(result.Payload, events.Delimiter) {
			why = "the function streams its answer, and the integration's ResponseTransferMode is BUFFERED: make it STREAM, " +
				"as secureapi.Streamed() does, or have the function answer with an object; " + why
		}
		f := mapping.Internal(502, why)
		f.Untraced = true
		return exchange.Answer{}, f
	}
	record.trace = answerTrace(call.TraceID)
	if answer.Base64 {
		record.Notice = fmt.Sprintf("%s: %s: the function's answer has isBase64Encoded, and callers get its body as base64 "+
			"text, as on AWS, because the first type of the Accept header is not one of the API's BinaryMediaTypes: "+
			`set these to "*/*", by which each body is binary, or name the type of the answer there and first in Accept`,
			st.api.ID, record.Route)
	}
	return answer, nil
}

// refusesTenant returns the answer for an invocation that Lambda refuses because of its tenant ID, or nil. "If the
// Lambda API rejects the invocation request, API Gateway returns a 500 error code."
// Sources: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-troubleshooting.html and
// https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html#services-apigateway-errors
func (m *method) refusesTenant(id string) *mapping.Failure {
	from := m.Integration.Tenant()
	why := ""
	switch err := tenant.Check(id); {
	case !m.function.PerTenant && id != "":
		why = "the function has no tenant isolation, and gets a tenant ID from " + from
	case !m.function.PerTenant, err == nil:
		return nil
	case id == "" && from == "":
		why = "the function has tenant isolation, and the method maps no tenant ID: " +
			"take it from a claim with secureapi.Tenant"
	case id == "":
		why = "the function has tenant isolation, and " + from + " has no tenant ID for this caller"
	default:
		why = fmt.Sprintf("the tenant ID from %s is %q: %v", from, id, err)
	}
	return mapping.Internal(500, "Lambda refuses the invocation: "+why)
}

// notInvoked returns the answer for an invocation that failed, or nil if the function answered.
func notInvoked(ctx context.Context, m *method, result lambdaruntime.Result, err error) *mapping.Failure {
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return timedOut("the function did not answer within the integration's time-out of %s", timeoutOf(m))
	case err != nil:
		return notAnswered(ctx, err)
	case result.Error != nil:
		return mapping.Internal(502, fmt.Sprintf("the function failed: %v", result.Error))
	}
	return nil
}

// notAnswered returns the answer for a function that could not be invoked. If the client closed the connection, this
// answer is not sent and only its reason is seen. On AWS the function would continue to run.
func notAnswered(ctx context.Context, err error) *mapping.Failure {
	if ctx.Err() != nil {
		return mapping.Internal(500, "the connection was closed before the function answered")
	}
	return mapping.Internal(500, "the function could not be invoked: "+withoutPackage(err))
}

// withoutPackage returns the text of an error without the name of its package, which means nothing to readers of a log.
func withoutPackage(err error) string {
	text := err.Error()
	for _, prefix := range []string{"events: ", "lambdaruntime: ", "nodejs: ", "python: ", "unzip: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	return text
}

func timedOut(format string, a ...any) *mapping.Failure {
	return &mapping.Failure{
		Type:      mapping.IntegrationTimeout,
		Status:    504,
		ErrorType: "InternalServerErrorException",
		Body:      `{"message": "Endpoint request timed out"}`,
		Message:   "Endpoint request timed out",
		Reason:    fmt.Sprintf(format, a...),
	}
}

// timeoutOf returns how long API Gateway waits for an integration.
func timeoutOf(m *method) time.Duration {
	if m.Integration.Timeout > 0 {
		return m.Integration.Timeout
	}
	return integrationTimeout
}
