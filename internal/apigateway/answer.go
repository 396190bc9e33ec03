package apigateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/browser"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// answer finds the stage and the route of a request, runs the checks, and calls the integration.
func (s *served) answer(ctx context.Context, r *exchange.Request, record *Record) exchange.Answer {
	record.Identity = s.identity
	st := s.locate(r)
	if st == nil {
		// API Gateway answers this way for a stage that does not exist.
		record.Reason = fmt.Sprintf("there is no stage %q: the stage is the first part of the path", r.Stage)
		record.trace, record.by = r.TraceID, browser.NoStage
		var none *mapping.Responses
		none, _ = mapping.NewResponses(nil)
		return none.Answer(
			&mapping.Failure{
				Type:      mapping.AccessDenied,
				Status:    403,
				ErrorType: "ForbiddenException",
				Message:   "Forbidden",
			},
			&mapping.Source{Request: r},
		)
	}
	st.adapt(r)
	record.stage = st
	source := &mapping.Source{Request: r, StageVariables: st.stage.Variables, Context: mapping.Context{
		AccountID: st.api.Account, APIID: st.api.APIID, Stage: st.stage.Name,
		Identity: map[string]string{},
	}}
	answer, failure := st.handle(ctx, r, source, record)
	if failure == nil {
		return answer
	}
	record.by = browser.Gateway
	record.Reason = failure.Reason
	if !failure.Untraced {
		record.trace = r.TraceID
	}
	answer = st.responses.Answer(failure, source)
	if failure.Status == http.StatusNotImplemented {
		answer.Status = failure.Status // even if a gateway response for DEFAULT_5XX sets another
	}
	return answer
}

// handle takes a request through a stage, step by step. It returns the integration's answer or a failure.
func (st *stage) handle(
	ctx context.Context,
	r *exchange.Request,
	source *mapping.Source,
	record *Record,
) (exchange.Answer, *mapping.Failure) {
	if st.blocked != "" {
		return exchange.Answer{}, notServed(st.blocked)
	}
	body, unread := decompressBody(r)
	if unread != nil {
		return exchange.Answer{}, unread
	}
	index, params, ok := st.routes.Match(r.Verb, r.Path)
	if !ok {
		return exchange.Answer{}, noRoute(r)
	}
	m := st.methods[index]
	record.Route = m.Verb + " " + m.Path
	source.Params, source.Context.ResourceID, source.Context.ResourcePath = params, m.Resource.ResourceID, m.Path
	if m.blocked != "" {
		return exchange.Answer{}, notServed(m.blocked)
	}
	call := &checks.Call{Request: r, Method: m.Method, Route: m.events, Params: params}
	guard := st.guard
	if record.dry {
		guard = st.dryGuard()
	}
	record.Verdict = guard.Check(ctx, call)
	// This is set for denied requests too: a gateway response for ACCESS_DENIED can show the caller values from the
	// authorizer's context. Seen on AWS: https://stackoverflow.com/questions/47921803 and
	// https://qiita.com/kter/items/4d4163e7f64ed34303bf.
	source.Context.Authorizer = authorizerContext(record.Verdict.Known)
	addIdentity(source.Context.Identity, record.Verdict.Known)
	if d := record.Verdict.Denial; d != nil {
		return exchange.Answer{}, m.explainDenial(d, call, &record.Verdict)
	}
	if !record.dry {
		if f := st.checkLimits(m, call, &record.Verdict); f != nil {
			return exchange.Answer{}, f
		}
	}
	record.by = madeBy(&m.Integration)
	r.Body = body // not before the checks: a signature covers the body as it was sent
	if f := m.validator.Check(r, params, &record.Verdict); f != nil {
		return exchange.Answer{}, f
	}
	return st.cachedOr(m, call, record, func() (exchange.Answer, *mapping.Failure) {
		return st.integrate(ctx, m, call, source, record)
	})
}

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

// notServed returns the answer for what the local gateway cannot serve. API Gateway never answers 501, so this answer
// cannot be mistaken for one of its own.
func notServed(why string) *mapping.Failure {
	return &mapping.Failure{Type: mapping.APIConfigurationError, Status: 501, ErrorType: "NotImplemented",
		Message: "The local gateway does not serve this route as Amazon API Gateway would", Reason: why}
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
		return st.invokeStreamed(ctx, m, call, event, record)
	}
	limited, cancel := context.WithTimeout(ctx, timeoutOf(m))
	defer cancel()
	gateway := st.served.gateway
	start := gateway.options.Now()
	result, err := gateway.pool.Invoke(
		limited,
		m.function.Name,
		event,
		gateway.integrationOf(record, m, call.TraceID),
	)
	record.IntegrationTime = gateway.options.Now().Sub(start)
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
	return answer, nil
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
