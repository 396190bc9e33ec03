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
	stages     []string // in the order of the list of all stages
	planned    []string // the stages in the usage plan of the key
	enabled    bool     // whether the key is enabled
	closed     bool     // whether the execute-api address is disabled
	private    bool     // whether only VPC endpoints lead to it
	domains    []domain
	cors       *cors
}

// route is a method.
type route struct {
	verb, path string // "GET", "/orders/{id}"
	by         int    // the guard's index, or one of the two below
	needs      []clause
	key        bool
	kept       time.Duration // how long its answers are cached; 0 for not at all
	service    string        // the action of an AWS service that answers; "" for API Gateway itself
}

// The values of by for routes without an authorizer.
const (
	public = -1
	signed = -2 // signed with Signature Version 4
)

func (r route) String() string { return r.verb + " " + r.path }

// clause is met if one of its needs is met. All clauses of a route must be met.
type clause []need

// need is met by one of the values, or by a parameter of the path that equals a claim's text or is in its list.
type need struct {
	kind   string // as in an access table: "scope", "group", "role", "claim", "claimHas", "pathIs", "pathIn"
	claim  string
	values []string
	param  string
}

func (n need) ofPath() bool { return n.kind == "pathIs" || n.kind == "pathIn" }

// guard is an authorizer.
type guard struct {
	kind       string // one of the constants below
	name       string
	request    bool // a REQUEST authorizer, whose answers are for one request
	issuers    []issuer
	clients    []string // the clients whose ID tokens a Cognito authorizer accepts; nil for all
	code       string   // the code of an app's own function
	remembered int      // how long its answers are cached, in seconds
}

// The kinds of guard.
const (
	included = "included" // the included function with its access table
	jwt      = "jwt"      // API Gateway's own check
	cognito  = "cognito"  // a user pool
	own      = "own"      // an app's own function, which refuses everything here
)

// issuer is an issuer whose tokens a guard accepts.
type issuer struct {
	url       string
	audiences []string
	clients   []string // the accepted values of azp; nil for any. Only for the included function.
	claim     string   // the required value of plan; "" for any. Only for API Gateway's own check.
}

// principal is a role or a user, with its policy.
type principal struct {
	name  string
	user  bool
	rules []statement
}

// statement is a statement of a policy.
type statement struct {
	deny      bool
	who       []string // names of principals; nil for everyone, and in a principal's own policy
	service   string   // an AWS service in place of who; "" for none
	resources []string // such as "prod/GET/orders/*" and "*/GET/orders"
	but       bool     // the statement is about all other resources
	in, notIn []netip.Prefix

	agents, notAgents         []string // patterns of User-Agent, which a request may not have
	principals, notPrincipals []string // names of roles and users whose ARN the caller must, or must not, have

	endpoints, notEndpoints []string // VPC endpoints that the request must, or must not, come through
	vpcs, notVPCs           []string
	inside, notInside       []netip.Prefix // for the caller's address in the VPC
}

// domain is a custom domain that leads to the API.
type domain struct {
	name       string
	stage      string // "" for every stage: callers name it
	truststore string // for the client certificates that it requires; "" for none
	rule       int    // the priority of the routing rule that leads there; 0 for a base path
}

// cors describes the pages that may call.
type cors struct {
	origins     []string // or only "*"
	credentials bool
}

// clone copies an API, so that changing one does not change the other.
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
		s.endpoints, s.notEndpoints = slices.Clone(s.endpoints), slices.Clone(s.notEndpoints)
		s.vpcs, s.notVPCs = slices.Clone(s.vpcs), slices.Clone(s.notVPCs)
		s.inside, s.notInside = slices.Clone(s.inside), slices.Clone(s.notInside)
	}
	return out
}
