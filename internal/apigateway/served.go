package apigateway

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/accesslog"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/kept"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/reasons"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/validation"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// served is one reading of an assembly, prepared to answer requests. It does not change.
type served struct {
	gateway      *Gateway
	model        *apimodel.Model
	part         *apimodel.Model     // what the options select of model
	issuer       *devissuer.Provider // nil without one
	keys         []checks.AccessKey
	stages       map[string]*stage
	apps         []app
	names        map[string]bool    // the functions in the pool and in this process
	handlers     map[string]Handler // for the functions in this process
	dirs         map[string]string  // the folders that functions run in, by function name
	identity     []string           // headers and parameters that identify callers
	problems     map[string]string
	unread       map[apimodel.ID]string                  // why the issuers of an authorizer are not known
	requirements map[apimodel.ID]map[string]matrix.Route // an API's routes that have requirements, by "GET /orders"
}

// stage is a stage of an API with its routes.
type stage struct {
	served    *served
	api       *apimodel.API
	stage     *apimodel.Stage
	routes    *route.Table
	methods   []*method // by the index of the pattern in routes
	checks    checks.Options
	guard     *checks.Guard
	responses *mapping.Responses
	accessLog *accesslog.Format // nil without an access log
	mount     string            // the first segment of its paths
	kept      kept.Cache
	edge      bool   // the API is edge-optimized
	blocked   string // why no route of the stage is served; "" if they are
}

// method is a route with its integration.
type method struct {
	*apimodel.Method
	events      *events.Route
	function    *apimodel.Function // the integration's function on this stage; nil without one
	qualifier   string             // the function's alias or version; "" for none
	refused     map[string]string  // why Lambda refuses invocations by API Gateway, by verb
	validator   *validation.Validator
	integration *mapping.Integration // nil for AWS_PROXY
	forbidden   mapping.Forbidden
	tenant      mapping.Tenant
	reasons     *reasons.Route // explains denials
	blocked     string         // why the route is not served; "" if it is
}

func (s *served) functionNames() map[string]bool {
	if s == nil {
		return nil
	}
	return s.names
}

// serve prepares a model. Routes that it cannot serve are marked, and answered with 501.
func (g *Gateway) serve(m *apimodel.Model) (*served, error) {
	s := &served{
		gateway:      g,
		model:        m,
		stages:       map[string]*stage{},
		names:        map[string]bool{},
		dirs:         map[string]string{},
		handlers:     map[string]Handler{},
		problems:     map[string]string{},
		unread:       map[apimodel.ID]string{},
		requirements: reasons.Requirements(m),
	}
	chosen, err := s.choose()
	if err != nil {
		return nil, err
	}
	s.part = m
	if g.options.API != "" {
		s.part = m.Part(apisOf(chosen))
	}
	if g.options.Issuer != nil {
		issuers, unread := devissuer.FromModel(s.part)
		if s.issuer, err = g.options.Issuer(issuers); err != nil {
			return nil, err
		}
		s.noteIssuers(unread)
		s.noteUserPools()
	}
	if err := s.makeAccessKeys(); err != nil {
		return nil, err
	}
	// This follows all steps that can fail, since it replaces the functions of the assembly that is served now.
	s.startFunctions(functionsOf(chosen))
	for _, c := range chosen {
		s.stages[c.mount] = s.newStage(c.api, c.stage, c.mount)
	}
	s.findApps(chosen)
	s.noteLimits()
	s.identity = identityNames(chosen)
	return s, nil
}

// noteIssuers records the authorizers whose issuers are not known, for the routes that need them.
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
			s.addProblem(of.Authorizer, of.Err.Error())
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
	out.blocked = s.whyBlocked(api, st, nil, out.guard)
	responses, problems := mapping.NewResponses(api.GatewayResponses)
	out.responses = responses
	for _, p := range problems {
		s.addProblem(p.ID, p.What)
	}
	for id, what := range out.guard.Problems() {
		s.addProblem(id, what)
	}
	var patterns []route.Pattern
	for _, m := range api.Methods {
		pattern, err := route.Parse(m.Verb + " " + m.Path)
		if err != nil {
			// If the stage were served without this method, its requests would reach another one.
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
	out.accessLog = s.newAccessLog(st)
	return out
}

// identityNames lists the headers and parameters that the authorizers of some APIs read, each once.
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

// addProblem adds to what [Gateway.Problems] lists. It adds each text once, since an API with several stages has most
// problems several times.
func (s *served) addProblem(id apimodel.ID, what string) {
	if name := id.String(); !strings.Contains(s.problems[name], what) {
		s.problems[name] = strings.TrimSpace(s.problems[name] + "\n" + what)
	}
}

func (st *stage) block(format string, a ...any) {
	why := fmt.Sprintf(format, a...)
	st.blocked = strings.TrimSpace(st.blocked + "\n" + why)
	st.served.addProblem(st.api.ID, why)
}

func (s *served) newMethod(st *stage, m *apimodel.Method) *method {
	if s.gateway.options.Debug {
		patient := *m
		patient.Integration.Timeout = debugTimeout
		m = &patient
	}
	out := &method{
		Method:  m,
		reasons: reasons.Of(st.api, m, s.requirements[st.api.ID][m.Verb+" "+m.Path]),
		events:  events.NewRoute(st.api, st.stage, m),
		blocked: s.whyBlocked(st.api, st.stage, m, st.guard),
	}
	block := func(err error) {
		out.blocked = strings.TrimSpace(out.blocked + "\n" + m.ID.String() + ": " + err.Error())
		s.addProblem(m.ID, err.Error())
	}
	out.function, out.qualifier = m.Integration.FunctionOn(st.stage)
	out.refused = st.refusedMethod(m)
	out.forbidden = mapping.NewForbidden(&m.Integration)
	var err error
	if out.tenant, err = mapping.NewTenant(&m.Integration); err != nil {
		block(err)
	}
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

// whyBlocked says why a method is not served or, if m is nil, why the whole stage is not.
func (s *served) whyBlocked(api *apimodel.API, st *apimodel.Stage, m *apimodel.Method, guard *checks.Guard) string {
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
