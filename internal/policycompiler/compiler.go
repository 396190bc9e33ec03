package policycompiler

import (
	"slices"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Compiler writes policies for a whole API. API Gateway caches such a policy for a token and evaluates it for every
// request with that token, whatever the route. A Compiler is created once for a table and is safe for concurrent use.
//
// For every request that API Gateway sends to a rule that the table's authorizer decides, the policy allows the
// request's method ARN exactly if the rule is permitted. It allows requests with an empty segment in their path ("//")
// only to callers that may call every route, because it is not documented where the service ignores a slash. Requests
// to other rules, or to no rule, are never evaluated against it.
//
// A * in a policy crosses slashes, so the pattern of a route with a parameter also matches requests to other routes.
// For each resource of the API, the Compiler uses the automaton of [route.Machine] to find exactly which rules'
// requests the resource's pattern matches. It allows the patterns of permitted rules. It denies the patterns of barred
// rules that those also match. If such a Deny would match a request to a permitted rule, these rights have no such
// policy: see [Compiler.Conflicts].
//
// A rule that depends on parameters of its path is permitted for some values of them, which are segments of what is
// allowed. All its other requests count as barred: if an Allow matches some of them, they are denied, unless such a
// Deny would match permitted ones. A value with reserved characters is allowed in two spellings: raw, and with all of
// those characters percent-encoded in uppercase hex. Requests with another spelling are denied.
//
// The Compiler assumes that API Gateway evaluates the policy on the same path that it matched with the routes, either
// decoded or, like everything that it passes on, undecoded. If it matched the undecoded path and evaluated the decoded
// one, "/users/1%2Fposts" would pass if "/users/{id}" is barred and "/users/{id}/posts" permitted, and no policy could
// prevent that. If it matched the decoded path and evaluated the undecoded one, "/%61dmin" would pass if "/admin" is
// barred and "/{proxy+}" permitted. DenyEscapes prevents that.
type Compiler struct {
	// Limit is the maximum size of a policy in bytes. It must be set before the first use. Default: [defaultLimit].
	Limit int

	// DenyEscapes denies every path with a "%", even to callers that may call every route. It must be set before the first
	// use. Default: the values of parameters may contain escapes.
	DenyEscapes bool

	table   *access.Table
	machine *route.Machine
	ours    route.Set // the rules that the table's authorizer decides
	nodes   []node
	classes []class
	longest int // the maximum length of what follows the prefix in a resource

	literals       map[string]struct{} // of all routes
	severalSources bool                // some route has a segment that must be among the values of several sources

	mu     sync.Mutex
	cached map[string]*template // by prefix and what is permitted, see cacheKey
}

// defaultLimit is far above what tables need: the largest policy for 300 routes has about 50 KB, and most have a few
// KB. AWS documents no limit for REST APIs. It lists 8 KB for an authorizer's result for WebSocket APIs, which
// according to AWS does not apply here. The limit is that of Lambda's answers, 6 MB. Sources:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
// and
// https://repost.aws/questions/QUzilwCUByQz6iUi-9hwPFJQ/lambda-authorizer-for-api-gateway-maximum-size-of-returned-policy
const defaultLimit = 256 << 10

// node is a resource of the API. Nodes are in the order of a walk through the tree: a node is followed by the nodes
// below it, up to end.
type node struct {
	stem    string // the beginning of the patterns below it: "/orders/*"; "" for the root
	end     int    // the index after the last node below it
	child   int    // the child that is a parameter, or 0
	parent  int
	segment route.Segment
}

// class groups the verbs for which the resources have the same rules.
type class struct {
	verbs []string
	rule  []int32     // for each node: its rule, or -1
	exact []route.Set // for each node: the rules that its pattern leads to
	below []route.Set // for each node: the rules that the pattern of all paths below it leads to
	under []route.Set // for each node: the rules of the nodes below it
	ends  []int32     // for each state of the automaton: the rule of a path that ends there, or -1
}

// form tells which paths at and below a node a pattern is meant to match.
type form uint8

const (
	exactly form = iota // those of the node's resource, with or without a slash at the end; a * in them matches more
	below               // all longer paths
	atAndBelow
)

type entry struct {
	node int
	form form
}

// NewCompiler prepares a table. The error is [route.ErrTangled].
func NewCompiler(t *access.Table) (*Compiler, error) {
	m, err := t.Routes().Machine()
	if err != nil {
		return nil, err
	}
	c := &Compiler{Limit: defaultLimit, table: t, machine: m, ours: route.NewSet(len(t.Rules())),
		cached: map[string]*template{}}
	severalSources := func(b access.Bind) bool { return len(b.Sources) > 1 }
	for i, r := range t.Rules() {
		if !r.Elsewhere {
			c.ours.Add(i)
		}
		for _, w := range t.Bound(i) {
			for _, way := range w.Ways {
				c.severalSources = c.severalSources || slices.ContainsFunc(way, severalSources)
			}
		}
	}
	if len(t.Sources()) > 0 {
		c.literals = map[string]struct{}{}
		for _, r := range t.Rules() {
			for _, s := range r.Pattern.Segments {
				if s.Kind == route.Literal {
					c.literals[s.Text] = struct{}{}
				}
			}
		}
	}
	resources := t.Routes().Resources()
	below := make([][]int, len(resources))
	for i, r := range resources[1:] {
		below[r.Parent] = append(below[r.Parent], i+1)
	}
	var order []int // the resources, in the order of the nodes
	var walk func(r, parent int)
	walk = func(r, parent int) {
		i, s := len(c.nodes), resources[r].Segment
		n := node{parent: parent, segment: s}
		switch {
		case i == 0:
		case s.Kind == route.Literal:
			n.stem = c.nodes[parent].stem + "/" + s.Text
		default:
			n.stem = c.nodes[parent].stem + "/*"
			c.nodes[parent].child = i
		}
		order = append(order, r)
		c.nodes = append(c.nodes, n)
		c.longest = max(c.longest, len("OPTIONS")+len(n.stem)+len("/?*"))
		for _, child := range below[r] {
			walk(child, i)
		}
		c.nodes[i].end = len(c.nodes)
	}
	walk(0, 0)
	c.makeClasses(func(node, verb int) int32 { return int32(resources[order[node]].Methods[verb]) })
	return c, nil
}

// makeClasses groups the verbs that have the same rules everywhere. Verbs without rules are left out.
func (c *Compiler) makeClasses(ruleOf func(node, verb int) int32) {
	states := c.states()
	for verb, name := range route.Verbs {
		rule := make([]int32, len(c.nodes))
		for i := range rule {
			rule[i] = ruleOf(i, verb)
		}
		if slices.Max(rule) < 0 {
			continue
		}
		if k := slices.IndexFunc(c.classes, func(k class) bool { return slices.Equal(k.rule, rule) }); k >= 0 {
			c.classes[k].verbs = append(c.classes[k].verbs, name)
			continue
		}
		c.classes = append(c.classes, c.newClass(verb, rule, states))
	}
}

// states returns, for each node, the states of the automaton that the paths which its pattern matches lead to.
func (c *Compiler) states() []route.Set {
	states := make([]route.Set, len(c.nodes))
	for i, n := range c.nodes {
		switch {
		case i == 0:
			states[0] = c.startStates()
		case n.segment.Kind == route.Literal:
			states[i] = c.machine.Literal(states[n.parent], n.segment.Text)
		default:
			states[i] = c.machine.Run(states[n.parent])
		}
	}
	return states
}

func (c *Compiler) startStates() route.Set {
	s := route.NewSet(c.machine.Len())
	s.Add(route.Start)
	return s
}

func (c *Compiler) newClass(verb int, rule []int32, states []route.Set) class {
	k := class{verbs: []string{route.Verbs[verb]}, rule: rule, ends: make([]int32, c.machine.Len())}
	for at := range k.ends {
		k.ends[at] = int32(c.machine.Pattern(at, verb))
	}
	k.exact = make([]route.Set, len(c.nodes))
	k.below = make([]route.Set, len(c.nodes))
	k.under = make([]route.Set, len(c.nodes))
	for i := len(c.nodes) - 1; i >= 0; i-- {
		k.exact[i] = c.rulesAt(&k, states[i])
		k.below[i] = c.rulesAt(&k, c.machine.Run(states[i]))
		k.under[i] = route.NewSet(len(c.table.Rules()))
		for j := i + 1; j < c.nodes[i].end; j = c.nodes[j].end {
			k.under[i].AddAll(k.under[j])
			if rule[j] >= 0 {
				k.under[i].Add(int(rule[j]))
			}
		}
	}
	return k
}

// rulesAt returns the rules of the paths that end in these states.
func (c *Compiler) rulesAt(k *class, states route.Set) route.Set {
	s := route.NewSet(len(c.table.Rules()))
	for at := range states.All {
		if r := k.ends[at]; r >= 0 {
			s.Add(int(r))
		}
	}
	return s
}
