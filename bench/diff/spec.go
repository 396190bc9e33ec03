package main

import (
	"net/netip"
	"slices"
	"time"
)

// api is one side of a pair, as the oracle knows it.
type api struct {
	routes     []route
	guards     []guard
	policy     []statement // the resource policy; nil without one
	principals []principal
	stages     []string // in the order of all of them
	planned    []string // the stages that the usage plan of the key has
	enabled    bool     // the key is
	closed     bool     // the execute-api address is
	domains    []domain
	cors       *cors
}

// route is a method.
type route struct {
	verb, path string // "GET", "/orders/{id}"
	by         int    // the guard, or one of the two below
	needs      []clause
	key        bool
	kept       time.Duration // how long its answers are kept; 0 for not at all
}

// The routes that no authorizer guards.
const (
	public = -1
	signed = -2 // by Signature Version 4
)

func (r route) String() string { return r.verb + " " + r.path }

// clause is met by one of its needs, and a route's clauses have to be met all.
type clause []need

// need is met by one of the values, or by a parameter of the path that is a claim's text or in its list.
type need struct {
	kind   string // as in the file of an access table: "scope", "group", "role", "claim", "claimHas", "pathIs", "pathIn"
	claim  string
	values []string
	param  string
}

func (n need) ofPath() bool { return n.kind == "pathIs" || n.kind == "pathIn" }

// guard is an authorizer.
type guard struct {
	kind       string // one of the constants below
	name       string
	request    bool // a Lambda authorizer of type REQUEST, whose answers are for one request
	issuers    []issuer
	clients    []string // of a Cognito authorizer, those whose ID tokens it takes; nil for all
	code       string   // of a function of the app's own
	remembered int      // seconds for which its answers are kept
}

// The kinds of guard.
const (
	included = "included" // the included function, by its access table
	jwt      = "jwt"      // API Gateway's own
	cognito  = "cognito"  // a user pool
	own      = "own"      // a function of the app's own, which refuses all here
)

// issuer is one whose tokens a guard takes.
type issuer struct {
	url       string
	audiences []string
	clients   []string // of which a token is to have one as azp; nil for any. Of the included function alone.
	claim     string   // that a token is to have as its plan; "" for any. Of API Gateway's own alone.
}

// principal is a role or a user, with its policy.
type principal struct {
	name  string
	user  bool
	rules []statement
}

// statement is one of a policy.
type statement struct {
	deny      bool
	who       []string // names of principals; nil for everyone, and in a principal's own policy
	resources []string // such as "prod/GET/orders/*" and "*/GET/orders"
	but       bool     // it is about all other resources
	in, notIn []netip.Prefix

	agents, notAgents         []string // patterns of User-Agent, which a request may lack
	principals, notPrincipals []string // names of roles and users whose ARN the caller's has to be, or not
}

// domain is a custom domain that leads to the API.
type domain struct {
	name       string
	stage      string // "" for each: callers name it
	truststore string // of the client certificates that it asks for; "" for none
}

// cors are the pages that may call.
type cors struct {
	origins     []string // or "*" alone
	credentials bool
}

// clone copies an API, so that a change of one does not change the other.
func (a *api) clone() *api {
	out := *a
	out.routes = slices.Clone(a.routes)
	for i := range out.routes {
		out.routes[i].needs = cloneNeeds(out.routes[i].needs)
	}
	out.guards = slices.Clone(a.guards)
	for i := range out.guards {
		g := &out.guards[i]
		g.clients, g.issuers = slices.Clone(g.clients), slices.Clone(g.issuers)
		for j := range g.issuers {
			g.issuers[j].audiences = slices.Clone(g.issuers[j].audiences)
			g.issuers[j].clients = slices.Clone(g.issuers[j].clients)
		}
	}
	out.stages, out.planned = slices.Clone(a.stages), slices.Clone(a.planned)
	out.domains = slices.Clone(a.domains)
	out.policy = cloneStatements(a.policy)
	out.principals = slices.Clone(a.principals)
	for i := range out.principals {
		out.principals[i].rules = cloneStatements(out.principals[i].rules)
	}
	if a.cors != nil {
		out.cors = &cors{slices.Clone(a.cors.origins), a.cors.credentials}
	}
	return &out
}

func cloneNeeds(in []clause) []clause {
	out := slices.Clone(in)
	for i := range out {
		out[i] = slices.Clone(out[i])
		for j := range out[i] {
			out[i][j].values = slices.Clone(out[i][j].values)
		}
	}
	return out
}

func cloneStatements(in []statement) []statement {
	out := slices.Clone(in)
	for i := range out {
		s := &out[i]
		s.who, s.resources = slices.Clone(s.who), slices.Clone(s.resources)
		s.in, s.notIn = slices.Clone(s.in), slices.Clone(s.notIn)
		s.agents, s.notAgents = slices.Clone(s.agents), slices.Clone(s.notAgents)
		s.principals, s.notPrincipals = slices.Clone(s.principals), slices.Clone(s.notPrincipals)
	}
	return out
}
