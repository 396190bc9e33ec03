package apigateway

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/kept"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/validation"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// served is one reading of an assembly, ready to answer. It does not change.
type served struct {
	gateway  *Gateway
	model    *apimodel.Model
	issuer   *devissuer.Provider // nil without one
	keys     []checks.AccessKey
	stages   map[string]*stage
	apps     []app
	names    map[string]bool    // of the functions in the pool, and of those in this process
	handlers map[string]Handler // of the functions in this process
	short    map[string]string  // the short names of functions, by their names
	dirs     map[string]string  // which functions run in, by their names
	folders  map[string]string  // of functions' code, by their short names
	identity []string           // names of what authorizers know callers by
	problems map[string]string
	unread   map[apimodel.ID]string                  // authorizers whose issuers are not known, with the reason
	needs    map[apimodel.ID]map[string]matrix.Route // of an API, its routes that have requirements, by "GET /orders"
}

// stage is a stage of an API with its routes.
type stage struct {
	served    *served
	api       *apimodel.API
	stage     *apimodel.Stage
	routes    *route.Table
	methods   []*method // by the index of their pattern
	checks    checks.Options
	guard     *checks.Guard
	responses *mapping.Responses
	mount     string // the first segment of its paths
	kept      kept.Cache
	edge      bool   // the API is edge-optimized
	blocked   string // why nothing of it is served
}

// method is a route, with what answers it.
type method struct {
	*apimodel.Method
	events      *events.Route
	function    *apimodel.Function // of an AWS_PROXY integration on this stage
	qualifier   string             // its alias or version that is invoked; "" for none
	refused     map[string]string  // by verb: why Lambda lets API Gateway not invoke the function
	validator   *validation.Validator
	integration *mapping.Integration // of all but AWS_PROXY
	forbidden   mapping.Forbidden
	session     *sessionGuard
	needs       matrix.Route // with what the included authorizer's access table asks of a caller, if that is known
	blocked     string       // why it is not served; "" if it is
}

func (s *served) functionNames() map[string]bool {
	if s == nil {
		return nil
	}
	return s.names
}

// serve prepares a model. What it cannot honour it notes, to be answered by 501.
func (g *Gateway) serve(m *apimodel.Model) (*served, error) {
	s := &served{
		gateway:  g,
		model:    m,
		stages:   map[string]*stage{},
		names:    map[string]bool{},
		dirs:     map[string]string{},
		handlers: map[string]Handler{},
		problems: map[string]string{},
		unread:   map[apimodel.ID]string{},
		needs:    needs(m),
	}
	chosen, err := s.choose()
	if err != nil {
		return nil, err
	}
	if g.options.Issuer != nil {
		issuers, unread := devissuer.FromModel(m)
		if s.issuer, err = g.options.Issuer(issuers); err != nil {
			return nil, err
		}
		s.noteIssuers(unread)
		s.noteUserPools()
	}
	if err := s.makeAccessKeys(); err != nil {
		return nil, err
	}
	// Only now: it replaces what the present assembly's requests run.
	s.startFunctions(functionsOf(chosen))
	s.short = shortNames(m.Functions)
	s.folders = map[string]string{}
	for _, f := range m.Functions {
		s.folders[s.short[f.Name]] = cmp.Or(s.dirs[f.Name], f.Code.Folder)
	}
	for _, c := range chosen {
		s.stages[c.mount] = s.newStage(c.api, c.stage, c.mount)
	}
	s.findApps(chosen)
	s.noteLimits()
	s.identity = identityNames(chosen)
	return s, nil
}

// noteIssuers remembers which authorizers' issuers are not known, for the routes that need them.
func (s *served) noteIssuers(unread error) {
	if unread == nil {
		return
	}
	errs := []error{unread}
	if joined, ok := unread.(interface{ Unwrap() []error }); ok {
		errs = joined.Unwrap()
	}
	for _, err := range errs {
		var of *devissuer.AuthorizerError
		if errors.As(err, &of) {
			s.unread[of.Authorizer] = of.Err.Error()
			s.problem(of.Authorizer, of.Err.Error())
		}
	}
}

func (s *served) newStage(api *apimodel.API, st *apimodel.Stage, mount string) *stage {
	out := &stage{served: s, api: api, stage: st, mount: mount, edge: isEdge(api.EndpointTypes)}
	tokens := s.tokens()
	out.checks = checks.Options{
		Model: s.model, API: api, Stage: st, Invoke: s.invoke, Tokens: tokens, JWTs: tokens.verifyJWT, Keys: s.keys,
		Now: s.gateway.options.Now, Refused: out.refusedAuthorizer,
	}
	out.guard = checks.New(out.checks)
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
	s.noteCaches(out)
	return out
}

// identityNames are those of the headers and parameters that the authorizers of some APIs look at, each once.
func identityNames(chosen []choice) (names []string) {
	for _, c := range chosen {
		for _, m := range c.api.Methods {
			if m.Authorizer == nil {
				continue
			}
			for _, source := range m.Authorizer.IdentitySources {
				if (source.In == "header" || source.In == "querystring") && !slices.Contains(names, source.Name) {
					names = append(names, source.Name)
				}
			}
		}
	}
	return names
}

// problem notes what [Gateway.Problems] tells. An API with several stages has most problems several times.
func (s *served) problem(id apimodel.ID, what string) {
	if name := id.String(); !strings.Contains(s.problems[name], what) {
		s.problems[name] = strings.TrimSpace(s.problems[name] + "\n" + what)
	}
}

func (st *stage) block(format string, a ...any) {
	why := fmt.Sprintf(format, a...)
	st.blocked = strings.TrimSpace(st.blocked + "\n" + why)
	st.served.problem(st.api.ID, why)
}

func (s *served) newMethod(st *stage, m *apimodel.Method) *method {
	if s.gateway.options.Debug {
		patient := *m
		patient.Integration.Timeout = debugTimeout
		m = &patient
	}
	out := &method{
		Method:  m,
		needs:   s.needs[st.api.ID][m.Verb+" "+m.Path],
		events:  events.NewRoute(st.api, st.stage, m),
		session: sessionGuardOf(st.api, m.Authorizer),
		blocked: s.reasons(st.api, st.stage, m, st.guard),
	}
	block := func(err error) {
		out.blocked = strings.TrimSpace(out.blocked + "\n" + m.ID.String() + ": " + err.Error())
		s.problem(m.ID, err.Error())
	}
	out.function, out.qualifier = m.Integration.FunctionOn(st.stage)
	out.refused = st.refusedMethod(m)
	out.forbidden = mapping.NewForbidden(&m.Integration)
	validator, err := validation.New(st.api, m)
	if err != nil {
		block(err)
	}
	out.validator = validator
	if why := s.unanswered(st.stage, &m.Integration); why != "" {
		block(errors.New(why))
	}
	if m.Integration.Type != apimodel.IntegrationProxy && out.blocked == "" {
		if out.integration, err = mapping.NewIntegration(m, out.events); err != nil {
			block(err)
		}
	}
	return out
}

// reasons are why a method, or with none a whole stage, is not served.
func (s *served) reasons(api *apimodel.API, st *apimodel.Stage, m *apimodel.Method, guard *checks.Guard) string {
	var out []string
	for _, p := range s.model.Blocking(api, st, m) {
		out = append(out, p.String())
	}
	add := func(id apimodel.ID, problem string) {
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
		add(a.ID, s.unread[a.ID])
		if f, _ := a.FunctionOn(st); f != nil {
			add(f.ID, s.problems[f.ID.String()])
		}
	}
	if f, _ := m.Integration.FunctionOn(st); f != nil {
		add(f.ID, s.problems[f.ID.String()])
	}
	return strings.Join(out, "\n")
}
