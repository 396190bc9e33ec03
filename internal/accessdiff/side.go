package accessdiff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/policycompiler"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// side is an API that decides requests: one of the two that are compared, or one of the steps between them.
type side struct {
	api        matrix.API
	table      *route.Table
	guards     map[string]*guard // by authorizer name
	policy     *iampolicy.Document
	principals map[string]*principal

	last struct { // the resource policy's outcome for the last ARN and caller
		arn      string
		caller   iampolicy.Caller
		outcomes map[*environment]iampolicy.Outcome
	}
}

// principal is a role or user with its policy.
type principal struct {
	matrix.Principal
	policy iampolicy.Document
}

// guard is a prepared authorizer.
type guard struct {
	matrix.Authorizer
	settings settings // for an included authorizer
	table    *access.Table
	compiler *policycompiler.Compiler
	policies map[string]iampolicy.Document // by prefix and rights

	last struct { // the guard's last request and its answer
		caller *caller
		arn    string
		said   outcome
	}
}

// newSide prepares an API. The error says why requests to it cannot be decided.
func newSide(api matrix.API) (*side, error) {
	s := &side{api: api, guards: map[string]*guard{}, principals: map[string]*principal{}}
	s.last.outcomes = map[*environment]iampolicy.Outcome{}
	patterns := make([]route.Pattern, len(api.Routes))
	for i, r := range api.Routes {
		p, err := route.Parse(r.String())
		if err != nil {
			return nil, err
		}
		patterns[i] = p
	}
	var err error
	if s.table, err = route.NewTable(patterns); err != nil {
		return nil, err
	}
	if d := api.Document; d.NotKnown == "" && d.Statements != nil {
		doc, err := d.Parse(api.ARN)
		if err != nil {
			return nil, fmt.Errorf("its resource policy: %w", err)
		}
		s.policy = &doc
	}
	for _, p := range api.Principals {
		made := &principal{Principal: p}
		if p.Policy.NotKnown == "" && p.Policy.Statements != nil {
			if made.policy, err = p.Policy.Parse(api.ARN); err != nil {
				return nil, fmt.Errorf("the policies of %s: %w", p.Name, err)
			}
		}
		s.principals[p.Name] = made
	}
	for _, a := range api.Authorizers {
		g, err := s.newGuard(a, patterns)
		if err != nil {
			return nil, fmt.Errorf("the authorizer %s: %w", a.Name, err)
		}
		s.guards[a.Name] = g
	}
	return s, nil
}

func (s *side) newGuard(a matrix.Authorizer, patterns []route.Pattern) (*guard, error) {
	g := &guard{Authorizer: a, policies: map[string]iampolicy.Document{}}
	if !a.Included {
		return g, nil
	}
	g.settings = settingsOf(s.api.Stack, a.Variables)
	return g, g.tabulate(s.api.Routes, patterns)
}

// tabulate gives an included authorizer the access table of an API's routes.
func (g *guard) tabulate(routes []matrix.Route, patterns []route.Pattern) error {
	rules := make([]access.Rule, len(routes))
	for i, r := range routes {
		rules[i] = access.Rule{Pattern: patterns[i], Elsewhere: r.Authorizer != g.Name, Requires: r.Requires}
	}
	var err error
	if g.table, err = access.NewTable(rules); err != nil {
		return err
	}
	if g.compiler, err = policycompiler.NewCompiler(g.table); err != nil {
		return err
	}
	g.compiler.DenyEscapes = g.settings.denyEscapes
	return nil
}

// request is a request to decide, with its caller.
type request struct {
	stage, verb, path string
	env               *environment
	caller            *caller
}

// by returns the same request by another caller.
func (q request) by(c *caller) request {
	q.caller = c
	return q
}

// outcome is a guard's decision.
type outcome uint8

const (
	refuses outcome = iota
	silent          // neither allows nor denies
	allows
)

// matched returns the route of a request.
func (s *side) matched(verb, path string) (matrix.Route, bool) {
	i := s.table.Index(verb, path)
	if i < 0 {
		return matrix.Route{}, false
	}
	return s.api.Routes[i], true
}

// stagesFor returns the stages on which a request to a stage is tried. A stage that only the other API has stands for
// each of this API's stages.
func (s *side) stagesFor(stage string) []string {
	if slices.Contains(s.api.Stages, stage) || len(s.api.Stages) == 0 {
		return []string{stage}
	}
	return s.api.Stages
}

// allowsOn decides a request on each of its stages.
func (s *side) allowsOn(q request) bool {
	return slices.ContainsFunc(s.stagesFor(q.stage), func(stage string) bool {
		q.stage = stage
		return s.allows(q)
	})
}

// allows decides a request as API Gateway does.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
func (s *side) allows(q request) bool {
	r, ok := s.matched(q.verb, q.path)
	if !ok {
		return false
	}
	if r.APIKey && !s.admitsKey(q) {
		return false
	}
	arn := s.api.ARN + "/" + q.stage + "/" + q.verb + q.path
	var caller iampolicy.Caller
	if r.Kind == matrix.IAM {
		caller = s.signer(q.caller)
	}
	resource := iampolicy.ImplicitDeny
	if s.policy != nil {
		resource = s.resourcePolicy(arn, caller, q.env)
	}
	must := s.policy == nil || resource == iampolicy.Allowed
	switch r.Kind {
	case matrix.None:
		return must
	case matrix.Cognito, matrix.JWT:
		return must && s.guards[r.Authorizer] != nil && (q.caller.admitted || s.guards[r.Authorizer].admits(r, q.caller))
	}
	if resource == iampolicy.ExplicitDeny {
		return false
	}
	said := refuses
	switch {
	case q.caller.admitted:
		said = allows
	case r.Kind == matrix.IAM:
		said = s.identity(q, arn, caller)
	case s.guards[r.Authorizer] != nil:
		said = s.guards[r.Authorizer].answer(q, arn)
	}
	return said == allows || said == silent && resource == iampolicy.Allowed
}

// admitsKey reports whether a usage plan admits the caller's API key to a stage. A key outside the assembly can be in
// each of the plans, or in one outside the assembly.
func (s *side) admitsKey(q request) bool {
	if q.caller.APIKey == anyKey {
		return len(s.api.Plans) == 0 ||
			slices.ContainsFunc(s.api.Plans, func(p matrix.Plan) bool { return slices.Contains(p.Stages, q.stage) })
	}
	for _, p := range s.api.Plans {
		if q.caller.APIKey != "" && slices.Contains(p.Stages, q.stage) && slices.Contains(p.Keys, q.caller.APIKey) {
			return true
		}
	}
	return false
}

// resourcePolicy evaluates the resource policy. On a route without IAM, all callers are the same to it.
func (s *side) resourcePolicy(arn string, c iampolicy.Caller, env *environment) iampolicy.Outcome {
	if s.last.arn != arn || s.last.caller != c {
		s.last.arn, s.last.caller = arn, c
		clear(s.last.outcomes)
	}
	outcome, judged := s.last.outcomes[env]
	if !judged {
		outcome = s.judge(*s.policy, arn, c, env)
		s.last.outcomes[env] = outcome
	}
	return outcome
}

// judge evaluates a policy. For conditions on unknown properties of a request, the environment decides whether they are
// met.
func (s *side) judge(d iampolicy.Document, arn string, c iampolicy.Caller, env *environment) iampolicy.Outcome {
	if len(env.assumed) > 0 {
		d = env.assume(d)
	}
	q := iampolicy.Request{Action: iampolicy.InvokeAction, Resource: arn, Caller: c}
	if slices.ContainsFunc(d.Statements, func(s iampolicy.Statement) bool { return len(s.Conditions) > 0 }) {
		q.Context = env.context(c, private(s.api.Endpoint))
	}
	return d.Evaluate(q).Outcome
}

// signer returns the caller in the form that this API's policies see.
func (s *side) signer(c *caller) iampolicy.Caller {
	if c.Kind != Signer {
		return iampolicy.Caller{}
	}
	arn := c.Principal
	if p := s.principals[c.Name]; p != nil {
		arn = p.ARN // a policy that names a role means its sessions, none of which is known by name
	}
	account := ""
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
		account = parts[4]
	}
	return iampolicy.Caller{ARN: arn, Account: account}
}

// identity returns the outcome of a signer's own policies. Those of another account are not known: they are assumed to
// allow, which they must do where the resource policy decides alone.
func (s *side) identity(q request, arn string, c iampolicy.Caller) outcome {
	if q.caller.Kind != Signer {
		return refuses
	}
	if q.caller.Name == "" || q.caller.unread {
		if q.caller.Permitted {
			return allows
		}
		return silent
	}
	p := s.principals[q.caller.Name]
	if p == nil {
		return silent // no policy of this principal is about the API
	}
	switch s.judge(p.policy, arn, c, q.env) {
	case iampolicy.Allowed:
		return allows
	case iampolicy.ExplicitDeny:
		return refuses
	}
	return silent
}
