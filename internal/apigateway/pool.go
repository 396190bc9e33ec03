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
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// functionsOf are the functions that the routes of some stages need, each once, in a stable order.
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

// startFunctions puts functions into the pool. One that cannot run here is remembered, for the routes that need it.
func (s *served) startFunctions(list []*apimodel.Function) {
	for _, f := range list {
		if s.names[f.Name] {
			// Of another account or region. The pool knows functions by name, and would run one in the other's place.
			s.problems[f.ID.String()] = fmt.Sprintf("another function of the assembly has the name %q, too", f.Name)
			continue
		}
		if f.Concurrency != nil && *f.Concurrency == 0 {
			// Every invocation is throttled then:
			// https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
			s.problems[f.ID.String()] = "its reserved concurrency is 0, so that Lambda does not run it"
			continue
		}
		env := maps.Clone(f.Environment)
		if s.issuer != nil {
			changed, err := s.issuer.Environment(env)
			if err != nil {
				s.problems[f.ID.String()] = err.Error()
				continue
			}
			env = changed
		}
		err := cmp.Or(withPages(env, s.gateway.options.PageOrigins), s.gateway.withTables(env))
		if err != nil {
			s.problems[f.ID.String()] = err.Error()
			continue
		}
		if own := s.gateway.options.InProcess; own != nil {
			if handler := own(f, env); handler != nil {
				s.handlers[f.Name], s.names[f.Name] = handler, true
				continue
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
		}
		if s.gateway.options.Debug {
			spec.Timeout = debugTimeout
		}
		err = s.gateway.withCode(&spec, f)
		if err == nil {
			err = s.gateway.pool.Replace(spec)
		}
		if err != nil {
			if !s.blocks(f) { // as of a container image, which has no runtime either
				s.problems[f.ID.String()] = notRun(f, err)
			}
			continue
		}
		s.names[f.Name], s.dirs[f.Name] = true, spec.Dir
	}
}

// blocks reports whether the model says why the routes of a function are not served.
func (s *served) blocks(f *apimodel.Function) bool {
	return slices.ContainsFunc(s.model.Problems, func(p apimodel.Problem) bool { return p.Blocks && p.ID == f.ID })
}

// region is the fourth part of an ARN; "" without one.
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

// invokeAuthorizer runs the function of an authorizer, and reads the reason for its decision in its log if it is an
// included one. The error of a function is a [checks.FunctionError].
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
		defer s.gateway.pending.waitsFor(record, "") // of the integration's function or service
	}
	o.LogTail = isIncluded(f)
	result, err := s.gateway.pool.Invoke(ctx, f.Name, payload, o)
	if err != nil {
		return reply, err
	}
	reply.Reason = decisionIn(result.LogTail, result.RequestID).why()
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
