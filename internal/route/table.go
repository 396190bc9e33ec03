package route

import (
	"fmt"
	"slices"
	"strings"
)

// Table is a set of patterns that can be the routes of one API. It is immutable, so it is safe for concurrent use.
type Table struct {
	patterns []Pattern
	root     *node
	nodes    []*node // in the order in which the patterns created them
}

// verbs holds the index of a pattern, or none, for each of [Verbs].
type verbs [7]int32

const none = -1

var noVerbs = verbs{none, none, none, none, none, none, none}

// node is one resource of the API, with its methods and its children.
type node struct {
	id       int
	segment  Segment          // the segment that leads here from the parent
	own      verbs            // methods with a verb of their own
	any      int32            // the ANY method
	children []*node          // the children for literals, in the order in which the patterns created them
	literals map[string]*node // the same by text; set only if there are many
	variable *node            // the child for a plain or greedy parameter; a node has at most one
	first    int32            // the index of the pattern that created the node, for errors
}

// pattern returns the index of the pattern whose method takes a verb. A method of that verb takes precedence over ANY.
func (n *node) pattern(verb int) int32 {
	if i := n.own[verb]; i != none {
		return i
	}
	return n.any
}

// NewTable checks the patterns against each other. No pattern may be given twice, and no place may have two different
// parameters, such as {id} beside {name} or {proxy+}. API Gateway refuses those at deployment: "A sibling ({id}) of
// this resource already has a variable path part -- only one is allowed".
// Source: https://github.com/serverless-nextjs/serverless-next.js/issues/206, /938
func NewTable(patterns []Pattern) (*Table, error) {
	t := &Table{patterns: slices.Clone(patterns)}
	t.root = t.newNode(Segment{}, none)
	for i, p := range patterns {
		if err := t.insert(int32(i), p); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *Table) newNode(s Segment, first int32) *node {
	n := &node{id: len(t.nodes), segment: s, own: noVerbs, any: none, first: first}
	t.nodes = append(t.nodes, n)
	return n
}

func (t *Table) insert(index int32, p Pattern) error {
	n := t.root
	for _, s := range p.Segments {
		next, err := t.child(n, s, index)
		if err != nil {
			return err
		}
		n = next
	}
	method := &n.any
	if p.Verb != Any {
		v := verbIndex(p.Verb)
		if v < 0 {
			return fmt.Errorf("route: pattern %q: unknown verb %q: API Gateway has %s and ANY",
				p, p.Verb, strings.Join(Verbs, ", "))
		}
		method = &n.own[v]
	}
	if *method != none {
		return fmt.Errorf("route: pattern %q is declared twice: one route has one function and one set of requirements, so "+
			"leave one out", p)
	}
	*method = index
	return nil
}

// child returns the node below n for a segment, which it creates if needed.
func (t *Table) child(n *node, s Segment, index int32) (*node, error) {
	if s.Kind == Literal {
		next := n.literalChild(s.Text)
		if next == nil {
			next = t.newNode(s, index)
			n.addLiteral(next)
		}
		return next, nil
	}
	if n.variable == nil {
		n.variable = t.newNode(s, index)
	}
	if v := n.variable; v.segment != s {
		return nil, fmt.Errorf("route: pattern %q has %s where %q has %s: API Gateway takes one variable part at one "+
			"place, so write both the same way",
			t.patterns[index], s, t.patterns[v.first], v.segment)
	}
	return n.variable, nil
}

// manyLiterals is the number of children up to which comparing is as fast as a map. A map takes memory of its own.
const manyLiterals = 8

// literalChild returns the child for a literal segment, or nil.
func (n *node) literalChild(text string) *node {
	if n.literals != nil {
		return n.literals[text]
	}
	for _, child := range n.children {
		if child.segment.Text == text {
			return child
		}
	}
	return nil
}

func (n *node) addLiteral(child *node) {
	n.children = append(n.children, child)
	switch {
	case n.literals != nil:
		n.literals[child.segment.Text] = child
	case len(n.children) > manyLiterals:
		n.literals = make(map[string]*node, 4*manyLiterals)
		for _, c := range n.children {
			n.literals[c.segment.Text] = c
		}
	}
}

// Patterns returns the table's patterns in the order in which they were given. The caller must not change the slice.
func (t *Table) Patterns() []Pattern { return t.patterns }

// Match returns the index of the pattern that API Gateway sends a request to, and the values of the path's parameters.
// The map is nil if the pattern has none.
//
// The path is raw and not decoded, with its leading slash. At every place a literal takes precedence over a parameter.
// A resource that lacks the verb is passed over, so that the request falls through to the next one that has it, as API
// Gateway does with a sibling {proxy+}.
//
// Any number of slashes at either end of the path is ignored: the service answers /prod//orders like /prod/orders, and
// /orders/ like /orders. Two slashes within the path make an empty segment, which no literal and no plain parameter
// matches. A greedy parameter takes it as a part of its value.
// Source: https://github.com/localstack/localstack/issues/11253 and pull 11304, which record what the service does.
func (t *Table) Match(verb, path string) (index int, params map[string]string, ok bool) {
	var found []binding
	i := t.find(verb, path, &found)
	if i == none {
		return none, nil, false
	}
	if len(found) > 0 {
		params = make(map[string]string, len(found))
		for _, b := range found {
			params[b.name] = b.value
		}
	}
	return int(i), params, true
}

// Index is like [Table.Match] without the parameters, and does not allocate. It returns -1 if no pattern matches.
func (t *Table) Index(verb, path string) int { return int(t.find(verb, path, nil)) }

type binding struct{ name, value string }

func (t *Table) find(verb, path string, found *[]binding) int32 {
	v := verbIndex(verb)
	if v < 0 {
		return none
	}
	path = strings.Trim(path, "/")
	return t.root.find(v, path, path == "", found)
}

// find matches the rest of a path below n. If done is set, nothing of the path is left. It visits each node at most
// once, because a node's depth determines how much of the path has been read. So the time is limited by the size of the
// table.
func (n *node) find(verb int, rest string, done bool, found *[]binding) int32 {
	if done {
		return n.pattern(verb)
	}
	segment, tail, more := strings.Cut(rest, "/")
	if next := n.literalChild(segment); next != nil {
		if i := next.find(verb, tail, !more, found); i != none {
			return i
		}
	}
	next := n.variable
	switch {
	case next == nil:
		return none
	case next.segment.Kind == Greedy:
		segment, more = rest, false
	case segment == "":
		return none
	}
	i := next.find(verb, tail, !more, found)
	if i != none && found != nil {
		*found = append(*found, binding{next.segment.Text, segment})
	}
	return i
}

// Resource is a node of the tree that a table's patterns form. As in API Gateway, every prefix of a path is a node,
// with or without methods.
type Resource struct {
	Parent  int     // the parent's index; -1 for the root
	Segment Segment // the path part; a literal "" for the root
	Methods [7]int  // for each of [Verbs]: the index of the pattern that takes it here, or -1
}

// Resources returns the nodes of the tree, each after its parent. The first is the root.
func (t *Table) Resources() []Resource {
	out := make([]Resource, len(t.nodes))
	out[0].Parent = none
	for i, n := range t.nodes {
		out[i].Segment = n.segment
		for verb := range Verbs {
			out[i].Methods[verb] = int(n.pattern(verb))
		}
		for _, child := range n.children {
			out[child.id].Parent = i
		}
		if n.variable != nil {
			out[n.variable.id].Parent = i
		}
	}
	return out
}
