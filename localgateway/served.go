package localgateway

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
	"github.com/gatehouse-cdk/gatehouse/localgateway/assembly"
	"github.com/gatehouse-cdk/gatehouse/localgateway/checks"
	"github.com/gatehouse-cdk/gatehouse/localgateway/devissuer"
	"github.com/gatehouse-cdk/gatehouse/localgateway/events"
	"github.com/gatehouse-cdk/gatehouse/localgateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/localgateway/functions"
	"github.com/gatehouse-cdk/gatehouse/localgateway/mapping"
)

// served is one reading of an assembly, ready to answer. It does not change.
type served struct {
	gateway  *Gateway
	model    *assembly.Model
	issuer   *devissuer.Provider // nil if there is none
	stages   map[string]*stage
	names    map[string]bool // of the functions in the pool
	problems map[string]string
}

// stage is a stage of an API with its routes.
type stage struct {
	served    *served
	api       *assembly.API
	stage     *assembly.Stage
	routes    *route.Table
	methods   []*method // by the index of their pattern
	guard     *checks.Guard
	responses *mapping.Responses
	blocked   string // why nothing of it is served
}

// method is a route, with what answers it.
type method struct {
	*assembly.Method
	events  *events.Route
	mock    *mapping.Mock // of a MOCK integration
	blocked string        // why it is not served; "" if it is
}

func (s *served) functionNames() map[string]bool {
	if s == nil {
		return nil
	}
	return s.names
}

// serve prepares a model. What it cannot honour it notes, to be answered by 501.
func (g *Gateway) serve(m *assembly.Model) (*served, error) {
	s := &served{gateway: g, model: m, stages: map[string]*stage{}, names: map[string]bool{}, problems: map[string]string{}}
	chosen, err := s.choose()
	if err != nil {
		return nil, err
	}
	if g.options.Issuer != nil {
		issuers, err := devissuer.FromModel(m)
		if err != nil {
			return nil, err
		}
		if s.issuer, err = g.options.Issuer(issuers); err != nil {
			return nil, err
		}
	}
	// Only now: it replaces what the present assembly's requests run.
	s.startFunctions()
	for _, c := range chosen {
		s.stages[c.stage.Name] = s.newStage(c.api, c.stage)
	}
	return s, nil
}

// choice is a stage to be served.
type choice struct {
	api   *assembly.API
	stage *assembly.Stage
}

// choose finds the stages of the APIs that were asked for.
func (s *served) choose() (chosen []choice, err error) {
	wanted := s.gateway.options.API
	for _, api := range s.model.APIs {
		if wanted != "" && wanted != api.Name && wanted != api.ID.String() {
			continue
		}
		for _, st := range api.Stages {
			for _, other := range chosen {
				if other.stage.Name == st.Name {
					return nil, fmt.Errorf("%w: %q of %s and of %s: name one API", ErrAmbiguous, st.Name, other.api.ID, api.ID)
				}
			}
			chosen = append(chosen, choice{api, st})
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("%w%s", ErrNothing, s.choices())
	}
	return chosen, nil
}

// choices lists the APIs there are, where one was asked for that is not.
func (s *served) choices() string {
	if s.gateway.options.API == "" {
		return ""
	}
	var names []string
	for _, api := range s.model.APIs {
		names = append(names, fmt.Sprintf("%q (%s)", api.Name, api.ID))
	}
	return fmt.Sprintf(" and the name %q: it has %s", s.gateway.options.API, strings.Join(names, ", "))
}

// startFunctions puts the functions into the pool. One that cannot run here is remembered, for the routes that need it.
func (s *served) startFunctions() {
	for _, f := range s.model.Functions {
		if s.names[f.Name] {
			// Of another account or region. The pool knows functions by name, and would run one in the other's place.
			s.problems[f.ID.String()] = fmt.Sprintf("another function of the assembly has the name %q, too", f.Name)
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
		err := s.gateway.pool.Replace(functions.Spec{
			Name: f.Name, Runtime: f.Runtime, Handler: f.Handler, Dir: f.Code.Folder, Env: env, Timeout: f.Timeout, MemoryMB: f.MemoryMB, ARN: f.ARN,
			Region: region(f.ARN),
		})
		if err != nil {
			s.problems[f.ID.String()] = err.Error()
			continue
		}
		s.names[f.Name] = true
	}
}

// region is the fourth part of an ARN; "" if there is none.
func region(arn string) string {
	parts := strings.SplitN(arn, ":", 5)
	if len(parts) < 5 {
		return ""
	}
	return parts[3]
}

func (s *served) newStage(api *assembly.API, st *assembly.Stage) *stage {
	out := &stage{served: s, api: api, stage: st}
	out.guard = checks.New(checks.Options{
		Model: s.model, API: api, Stage: st, Invoke: s.invoke, Tokens: s.tokens(), Keys: s.accessKeys(), Now: s.gateway.options.Now,
	})
	out.blocked = s.reasons(api, st, nil, out.guard)
	responses, problems := mapping.NewResponses(api.GatewayResponses)
	out.responses = responses
	for _, p := range problems {
		s.problem(p.ID, p.What)
	}
	for id, what := range out.guard.Problems() {
		s.problem(id, what)
	}
	var patterns []route.Pattern
	for _, m := range api.Methods {
		pattern, err := route.Parse(m.Verb + " " + m.Path)
		if err != nil {
			// Without this method a request for it would reach another one.
			out.block("%s: %v", m.ID, err)
			continue
		}
		patterns = append(patterns, pattern)
		out.methods = append(out.methods, s.newMethod(out, m))
	}
	routes, err := route.NewTable(patterns)
	if err != nil {
		out.block("%v", err)
	}
	out.routes = routes
	return out
}

// problem notes what [Gateway.Problems] tells. An API with several stages has most problems several times.
func (s *served) problem(id assembly.ID, what string) {
	if name := id.String(); !strings.Contains(s.problems[name], what) {
		s.problems[name] = strings.TrimSpace(s.problems[name] + "\n" + what)
	}
}

func (st *stage) block(format string, a ...any) {
	why := fmt.Sprintf(format, a...)
	st.blocked = strings.TrimSpace(st.blocked + "\n" + why)
	st.served.problem(st.api.ID, why)
}

func (s *served) newMethod(st *stage, m *assembly.Method) *method {
	out := &method{Method: m, events: events.NewRoute(st.api, st.stage, m), blocked: s.reasons(st.api, st.stage, m, st.guard)}
	if m.Integration.Type == assembly.IntegrationMock {
		mock, err := mapping.NewMock(m)
		if err != nil {
			out.blocked = strings.TrimSpace(out.blocked + "\n" + m.ID.String() + ": " + err.Error())
			s.problem(m.ID, err.Error())
		}
		out.mock = mock
	}
	return out
}

// reasons are why a method, or with none a whole stage, is not served.
func (s *served) reasons(api *assembly.API, st *assembly.Stage, m *assembly.Method, guard *checks.Guard) string {
	var out []string
	for _, p := range s.model.Blocking(api, st, m) {
		out = append(out, p.String())
	}
	add := func(id assembly.ID, problem string) {
		if problem != "" {
			out = append(out, id.String()+": "+problem)
		}
	}
	if m == nil {
		add(api.ID, guard.Problems()[api.ID])
		return strings.Join(out, "\n")
	}
	if a := m.Authorizer; a != nil {
		add(a.ID, guard.Problems()[a.ID])
		if a.Function != nil {
			add(a.Function.ID, s.problems[a.Function.ID.String()])
		}
	}
	if f := m.Integration.Function; f != nil {
		add(f.ID, s.problems[f.ID.String()])
	}
	return strings.Join(out, "\n")
}

// Problems are all that is not served as AWS would, a line each, in a stable order.
func (g *Gateway) Problems() []string {
	s := g.live.Load()
	var out []string
	for _, p := range s.model.Problems {
		out = append(out, p.String())
	}
	for _, id := range slices.Sorted(maps.Keys(s.problems)) {
		for what := range strings.Lines(s.problems[id]) {
			out = append(out, id+": "+strings.TrimSpace(what))
		}
	}
	return out
}

// invoke runs a function for an authorizer.
func (s *served) invoke(ctx context.Context, f *assembly.Function, payload []byte, r *exchange.Request) ([]byte, error) {
	result, err := s.gateway.pool.Invoke(ctx, f.Name, payload, functions.InvokeOptions{TraceID: r.TraceID})
	if err != nil {
		return nil, err
	}
	if result.Error != nil {
		return nil, &checks.FunctionError{Type: result.Error.Type, Message: result.Error.Message}
	}
	return result.Payload, nil
}

var errNoIssuer = errors.New("localgateway: there is no development issuer, so no user pool's token can be verified")
