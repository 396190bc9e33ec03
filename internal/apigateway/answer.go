package apigateway

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/browser"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
)

// answer finds the stage and the route of a request, runs the checks, and calls the integration.
func (s *served) answer(ctx context.Context, r *exchange.Request, record *Record) exchange.Answer {
	record.Identity = s.identity
	st, none := s.locate(r)
	if none != nil {
		record.Reason, record.trace, record.by = none.Reason, r.TraceID, browser.NoStage
		responses, _ := mapping.NewResponses(nil)
		return responses.Answer(none, &mapping.Source{Request: r})
	}
	st.adapt(r)
	record.stage = st
	source := &mapping.Source{Request: r, StageVariables: st.stage.Variables, Context: mapping.Context{
		AccountID: st.api.Account, APIID: st.api.APIID, Stage: st.stage.Name,
		Identity: map[string]string{},
	}}
	answer, failure := st.handle(ctx, r, source, record)
	record.facts.source, record.facts.failure = source, failure
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

// noStage returns the answer to a request for which there is no stage. API Gateway answers this way for a stage that
// does not exist, and at a domain without a base path for the request.
func noStage(format string, a ...any) *mapping.Failure {
	return &mapping.Failure{Type: mapping.AccessDenied, Status: 403, ErrorType: "ForbiddenException", Message: "Forbidden",
		Reason: fmt.Sprintf(format, a...)}
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
	record.Route, record.facts.method = m.Verb+" "+m.Path, m
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
		return exchange.Answer{}, m.reasons.Explain(d, call, &record.Verdict)
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
		record.facts.integrated = true
		return st.integrate(ctx, m, call, source, record)
	})
}

// notServed returns the answer for what the local gateway cannot serve. API Gateway never answers 501, so this answer
// cannot be mistaken for one of its own.
func notServed(why string) *mapping.Failure {
	return &mapping.Failure{Type: mapping.APIConfigurationError, Status: 501, ErrorType: "NotImplemented",
		Message: "The local gateway does not serve this route as Amazon API Gateway would", Reason: why}
}
