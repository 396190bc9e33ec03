package policycompiler

import (
	"slices"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Compiler writes policies for the whole of an API: what API Gateway caches for a token and evaluates for every request
// that comes with it, whatever its route. It is made once for a table; any number of goroutines may use it.
//
// For every request that API Gateway sends to a rule that the table's authorizer decides, the policy allows the
// request's method ARN exactly if the rule is permitted. Requests with an empty segment in their path ("//") it allows
// only to those who may call every route: where the service ignores a slash and where it does not is not documented.
// Requests to other rules, or to none, are never evaluated against it.
//
// This is how. A * in a policy crosses slashes, so the pattern of a route with a parameter also matches requests to
// other routes. For each resource of the API the Compiler knows which rules' requests its pattern matches, exactly, by
// the automaton of [route.Machine]. It allows the patterns of what is permitted, and denies the patterns of those rules
// that these match although they are not permitted. If such a Deny matches a request to a permitted rule, there is no
// such policy for these rights: see [Compiler.Conflicts].
//
// A rule that depends on parameters of its path is permitted for some values of them, which are segments of what is
// allowed. All its other requests count as barred: where an Allow matches some of them, they are denied, unless such a
// Deny would match those that are permitted. A value with reserved characters is allowed in two spellings, raw and with
// all of those percent-encoded in upper-case hex; a request with another spelling is denied.
//
// The Compiler assumes that API Gateway evaluates the policy on the path that it matched with the routes, be it decoded
// or, as everything that it hands on, undecoded. Should it match the undecoded path and evaluate on the decoded one,
// then with "/users/{id}" barred and "/users/{id}/posts" permitted, "/users/1%2Fposts" would come through, and no
// policy could prevent that. Should it match the decoded path and evaluate on the undecoded one, then with "/admin"
// barred and "/{proxy+}" permitted, "/%61dmin" would come through, which DenyEscapes prevents.
type Compiler struct {
	// Limit is how many bytes a policy may have. Default: [defaultLimit]. Set it before the first use.
	Limit int

	// DenyEscapes denies every path with a "%" in it, also to those who may call every route. Set it before the first
	// use. Default: escapes in the values of parameters are allowed.
	DenyEscapes bool

	table   *access.Table
	machine *route.Machine
	ours    route.Set // the rules that the table's authorizer decides
	nodes   []node
	classes []class
	longest int // of what can follow the prefix in a resource

	literals map[string]struct{} // of all routes
	several  bool                // a segment of some route has to be among the values of several sources

	mu     sync.Mutex
	cached map[string]*template // by prefix and what is permitted, see key
}

// defaultLimit is well above what tables need: the largest policy of 300 routes has some 50 KB, and most have a few.
// AWS documents no limit for REST APIs. Its 8 KB for an authorizer's result is listed for WebSocket APIs, and according
// to AWS does not apply here, where the limit is that of Lambda's answers, 6 MB. Sources:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
// and
// https://repost.aws/questions/QUzilwCUByQz6iUi-9hwPFJQ/lambda-authorizer-for-api-gateway-maximum-size-of-returned-policy
const defaultLimit = 256 << 10

// node is a resource of the API. They stand in the order of a walk through the tree: each before those below it, which
// follow it up to end.
type node struct {
	stem    string // its path, as the patterns of what is below it begin: "/orders/*"; "" for the root
	end     int    // where the nodes below it end
	child   int    // the one directly below it that is a parameter, or 0
	parent  int
	segment route.Segment
}

// class is some verbs for which the resources have the same rules.
type class struct {
	verbs []string
	rule  []int32     // of each node, or -1
	exact []route.Set // of each node: the rules that its pattern leads to
	below []route.Set // of each node: those that the pattern of all paths below it leads to
	under []route.Set // of each node: the rules of the nodes below it
	ends  []int32     // of each state of the automaton: the rule of a path that ends there, or -1
}

// form is which paths a pattern is to match, of those at and below a node.
type form uint8

const (
	exactly form = iota // those of the node's resource, with a slash at the end and without; in truth more if it has a *
	below               // all that are longer
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
	for i, r := range t.Rules() {
		if !r.Elsewhere {
			c.ours.Add(i)
		}
		for _, w := range t.Bound(i) {
			for _, way := range w.Ways {
				c.several = c.several || slices.ContainsFunc(way, func(b access.Bind) bool { return len(b.Sources) > 1 })
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

// makeClasses finds the verbs that have rules, and puts those together that have the same everywhere.
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

// states finds, for each node, the states of the automaton that the paths its pattern matches lead to.
func (c *Compiler) states() []route.Set {
	states := make([]route.Set, len(c.nodes))
	for i, n := range c.nodes {
		switch {
		case i == 0:
			states[0] = c.start()
		case n.segment.Kind == route.Literal:
			states[i] = c.machine.Literal(states[n.parent], n.segment.Text)
		default:
			states[i] = c.machine.Run(states[n.parent])
		}
	}
	return states
}

func (c *Compiler) start() route.Set {
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

// rulesAt finds the rules that paths ending in these states lead to.
func (c *Compiler) rulesAt(k *class, states route.Set) route.Set {
	s := route.NewSet(len(c.table.Rules()))
	for at := range states.All {
		if r := k.ends[at]; r >= 0 {
			s.Add(int(r))
		}
	}
	return s
}
