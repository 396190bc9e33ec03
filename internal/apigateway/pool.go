package apigateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/nodejs"
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
			Dir:      f.Code.Folder,
			Env:      env,
			Timeout:  f.Timeout,
			MemoryMB: f.MemoryMB,
			ARN:      f.ARN,
			Region:   region(f.ARN),
		}
		if nodejs.Runs(f.Runtime) {
			err = s.inNode(&spec, f.Code)
		}
		if err == nil {
			err = s.gateway.pool.Replace(spec)
		}
		if err != nil {
			s.problems[f.ID.String()] = notRun(f, err)
			continue
		}
		s.names[f.Name] = true
	}
}

// inNode has Node.js run a function: its code is in a folder or in the template. The modules that Lambda's runtimes
// have are those of the app, whose folder this process runs in.
func (s *served) inNode(spec *lambdaruntime.Spec, code apimodel.Code) (err error) {
	if spec.Command, err = nodejs.Command(code.Inline); err != nil {
		return err
	}
	if code.Inline != "" {
		spec.Dir = s.gateway.options.Assembly
	}
	if modules := nodejs.Modules("."); modules != "" && spec.Env["NODE_PATH"] == "" {
		if spec.Env == nil {
			spec.Env = map[string]string{}
		}
		spec.Env["NODE_PATH"] = modules
	}
	return nil
}

// notRun says why a function cannot run here.
func notRun(f *apimodel.Function, err error) string {
	switch {
	case errors.Is(err, lambdaruntime.ErrRuntime):
		return fmt.Sprintf(
			"its runtime is %q, and run here are provided.al2023, provided.al2 and go1.x, if built for this host, and nodejs",
			f.Runtime,
		)
	case f.Code.Folder != "" || errors.Is(err, nodejs.ErrMissing) || errors.Is(err, nodejs.ErrInline):
	case f.Code.Zip != "":
		return fmt.Sprintf(
			"its code is the file %s, and only folders are run: give the folder to the asset",
			f.Code.Zip,
		)
	case f.Code.Inline != "":
		return "its code is in the template, and only folders are run: make it an asset"
	default:
		return "its code is not in the assembly"
	}
	return inWords(err)
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
	ctx context.Context, f *apimodel.Function, payload []byte, r *exchange.Request,
) (checks.AuthorizerReply, error) {
	return s.invokeAuthorizer(ctx, f, payload, lambdaruntime.InvokeOptions{TraceID: r.TraceID})
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
		o = s.gateway.invocationOf(record, o.TraceID)
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
