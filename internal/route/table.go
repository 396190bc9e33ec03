package route

import (
	"fmt"
	"strings"
)

// Table is a set of patterns that can live in one API.
type Table struct {
	patterns []Pattern
	root     node
}

// node is one resource of the API: its methods, and its children by what they match.
type node struct {
	methods  map[string]int // verb, or ANY -> index of the pattern
	literals map[string]*node
	variable *variable
}

// variable is the one child of a resource whose path part is a parameter, plain or greedy.
type variable struct {
	segment Segment
	first   Pattern // the pattern that put it there, for errors
	node    node
}

// NewTable checks the patterns against each other. None may be there twice, and no place may have two variable parts,
// be it two names or {id} beside {proxy+}: API Gateway answers "A sibling ({id}) of this resource already has a
// variable path part -- only one is allowed" when it is deployed.
// Source: https://github.com/serverless-nextjs/serverless-next.js/issues/206, /938
func NewTable(patterns []Pattern) (*Table, error) {
	t := &Table{patterns: patterns}
	for i, p := range patterns {
		if err := t.insert(i, p); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *Table) insert(index int, p Pattern) error {
	n := &t.root
	for _, s := range p.Segments {
		if s.Kind == Literal {
			if n.literals == nil {
				n.literals = map[string]*node{}
			}
			next := n.literals[s.Text]
			if next == nil {
				next = &node{}
				n.literals[s.Text] = next
			}
			n = next
			continue
		}
		if n.variable == nil {
			n.variable = &variable{segment: s, first: p}
		}
		if v := n.variable; v.segment != s {
			return fmt.Errorf("route: pattern %q has %s where %q has %s: API Gateway takes one variable part at one place, so write both the same way",
				p, s, v.first, v.segment)
		}
		n = &n.variable.node
	}
	if n.methods == nil {
		n.methods = map[string]int{}
	}
	if _, taken := n.methods[p.Verb]; taken {
		return fmt.Errorf("route: pattern %q is there twice: one route has one function and one set of requirements", p)
	}
	n.methods[p.Verb] = index
	return nil
}

// Patterns are the table's patterns, in the order they were given.
func (t *Table) Patterns() []Pattern { return t.patterns }

// Match finds the pattern that API Gateway sends a request to, by its index, with the values of the path's parameters.
//
// The path is the raw one, with its leading slash, undecoded. A trailing slash is ignored. At every place a literal
// beats a variable part; a resource that lacks the verb is passed over, so that the request falls through to the
// next one that has it, as API Gateway does for a sibling {proxy+}.
func (t *Table) Match(verb, path string) (index int, params map[string]string, ok bool) {
	path = strings.TrimPrefix(path, "/")
	path = strings.TrimSuffix(path, "/")
	var found []binding
	i, ok := t.root.find(verb, path, path == "", &found)
	if !ok {
		return -1, nil, false
	}
	if len(found) > 0 {
		params = make(map[string]string, len(found))
		for _, b := range found {
			params[b.name] = b.value
		}
	}
	return i, params, true
}

type binding struct{ name, value string }

// find looks for the rest of a path below n; done says that nothing of the path is left.
func (n *node) find(verb, rest string, done bool, found *[]binding) (int, bool) {
	if done {
		if i, ok := n.methods[verb]; ok {
			return i, true
		}
		i, ok := n.methods[Any]
		return i, ok && knownVerb(verb)
	}
	segment, tail, more := strings.Cut(rest, "/")
	if next := n.literals[segment]; next != nil {
		if i, ok := next.find(verb, tail, !more, found); ok {
			return i, true
		}
	}
	v := n.variable
	if v == nil {
		return -1, false
	}
	value := segment
	if v.segment.Kind == Greedy {
		value, tail, more = rest, "", false
	}
	i, ok := v.node.find(verb, tail, !more, found)
	if ok {
		*found = append(*found, binding{v.segment.Text, value})
	}
	return i, ok
}
