package apigateway

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/reasons"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// functionsOf returns the functions that the routes of some stages need, each once and in a stable order.
func functionsOf(chosen []choice) (list []*apimodel.Function) {
	add := func(f *apimodel.Function) {
		if f != nil && !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	for _, c := range chosen {
		for _, m := range c.api.Methods {
			if m.Authorizer != nil {
				f, _ := m.Authorizer.FunctionOn(c.stage)
				add(f)
			}
			f, _ := m.Integration.FunctionOn(c.stage)
			add(f)
		}
	}
	return list
}

// startFunctions adds functions to the pool. If a function cannot run here, it records the reason for the routes that
// need it.
func (s *served) startFunctions(list []*apimodel.Function) {
	for _, f := range list {
		if problem := s.startFunction(f); problem != "" {
			s.problems[f.ID.String()] = problem
		}
	}
}

// startFunction adds a function to the pool, or to those that run in this process. It says why the function cannot run
// here; "" if it can, or if the model already says why.
func (s *served) startFunction(f *apimodel.Function) (problem string) {
	if s.names[f.Name] {
		// The other one is in another account or region. The pool knows functions by name, and would run one in place of the
		// other.
		return fmt.Sprintf("another function of the assembly has the name %q, too", f.Name)
	}
	if f.Concurrency != nil && *f.Concurrency == 0 {
		// Lambda throttles every invocation: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
		return "its reserved concurrency is 0, so Lambda does not run it"
	}
	env, err := s.environmentOf(f)
	if err != nil {
		return err.Error()
	}
	if own := s.gateway.options.InProcess; own != nil {
		if handler := own(f, env); handler != nil {
			s.handlers[f.Name], s.names[f.Name] = handler, true
			return ""
		}
	}
	spec := lambdaruntime.Spec{
		Name:     f.Name,
		Runtime:  f.Runtime,
		Handler:  f.Handler,
		Env:      env,
		Timeout:  f.Timeout,
		MemoryMB: f.MemoryMB,
		ARN:      f.ARN,
		Logging:  lambdaruntime.Logging(f.Logging),
		Region:   region(f.ARN),

		PerTenant: f.PerTenant,
	}
	if s.gateway.options.Debug {
		spec.Timeout = debugTimeout
	}
	err = s.gateway.withCode(&spec, f)
	if err == nil {
		err = s.gateway.pool.Replace(spec)
	}
	if err != nil {
		if s.modelBlocks(f) { // such as a container image, which has no runtime either
			return ""
		}
		return whyNotRun(f, err)
	}
	s.names[f.Name], s.dirs[f.Name] = true, spec.Dir
	return ""
}

// environmentOf returns the environment of a function here: its own, changed for the development issuer, for the pages
// of dev servers, and for tables of sessions.
func (s *served) environmentOf(f *apimodel.Function) (env map[string]string, err error) {
	env = maps.Clone(f.Environment)
	if s.issuer != nil {
		if env, err = s.issuer.Environment(env); err != nil {
			return nil, err
		}
	}
	return env, cmp.Or(
		s.gateway.options.PageOrigins.AddTo(env),
		s.gateway.tables.AddTo(env, s.gateway.options.Functions.Env),
	)
}

// modelBlocks reports whether the model already says why the routes of a function are not served.
func (s *served) modelBlocks(f *apimodel.Function) bool {
	return slices.ContainsFunc(s.model.Problems, func(p apimodel.Problem) bool { return p.Blocks && p.ID == f.ID })
}

// region returns the region of an ARN, its fourth part; "" if none exists.
func region(arn string) string {
	parts := strings.SplitN(arn, ":", 5)
	if len(parts) < 5 {
		return ""
	}
	return parts[3]
}

// invoke runs the function of an authorizer.
func (s *served) invoke(
	ctx context.Context, f *apimodel.Function, qualifier string, payload []byte, r *exchange.Request,
) (checks.AuthorizerReply, error) {
	return s.invokeAuthorizer(ctx, f, payload, lambdaruntime.InvokeOptions{TraceID: r.TraceID, Qualifier: qualifier})
}

// invokeAuthorizer runs the function of an authorizer. For an included authorizer, it also reads the reason for the
// decision from the function's log. An error of the function is a [checks.FunctionError].
func (s *served) invokeAuthorizer(
	ctx context.Context, f *apimodel.Function, payload []byte, o lambdaruntime.InvokeOptions,
) (reply checks.AuthorizerReply, err error) {
	if handler := s.handlers[f.Name]; handler != nil {
		reply.Payload, err = handler(ctx, payload)
		if err != nil {
			err = &checks.FunctionError{Type: "errorString", Message: err.Error()}
		}
		return reply, err
	}
	record := recordOf(ctx)
	if record != nil {
		qualifier := o.Qualifier
		o = s.gateway.invocationOf(record, f, o.TraceID)
		o.Qualifier = qualifier
		record.facts.authorizer = o.RequestID
		defer s.gateway.options.Watch.WaitsFor(record.Request.RequestID, "") // the request now waits for its integration
	}
	o.LogTail = reasons.IsIncluded(f)
	result, err := s.gateway.pool.Invoke(ctx, f.Name, payload, o)
	if err != nil {
		return reply, err
	}
	reply.Reason = reasons.OfDecision(result.LogTail, result.RequestID)
	if result.Error != nil {
		if record != nil {
			s.gateway.failed(record, f, result.Error, result.Payload)
		}
		return reply, &checks.FunctionError{
			Type:    result.Error.Type,
			Message: result.Error.Message,
			Where:   result.Error.Where,
		}
	}
	reply.Payload = result.Payload
	return reply, nil
}
