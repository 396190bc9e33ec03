package route

import (
	"encoding/binary"
	"errors"
)

// maxStates is the maximum number of states of a [Machine]. Tables that people write need about one for each resource.
const maxStates = 4096

// ErrTangled is returned if a table's parameters and literals overlap in too many ways for a [Machine].
var ErrTangled = errors.New("route: the patterns overlap in more than 4096 ways: use fewer literals beside " +
	"parameters of other routes")

// Machine tells where a set of paths leads, as [Table.Match] does for one path. It is the finite automaton that reads a
// path one segment at a time, as API Gateway does. A state consists of the resources that the path may still lead to,
// in the order in which they are tried.
//
// It covers paths without empty segments, except for a slash at the end. It is immutable.
type Machine struct {
	states []state
	below  []Set // for each state: the states that one or more segments lead to
}

// state is what the segments read so far can lead to.
type state struct {
	nodes []*node // the resources that the path may lead to, in order of preference; a greedy one stays whatever follows
	steps []step  // by the literals of the resources below
	other int32   // where any other segment leads, or none
}

type step struct {
	literal string
	next    int32
}

// Start is the state before any segment is read.
const Start = 0

// Machine builds the automaton of a table. The error is [ErrTangled].
func (t *Table) Machine() (*Machine, error) {
	b := builder{machine: &Machine{}, single: make([]int32, len(t.nodes)), several: map[string]int32{}}
	for i := range b.single {
		b.single[i] = none
	}
	b.stateOf([]*node{t.root})
	for i := 0; i < len(b.machine.states); i++ {
		if i >= maxStates {
			return nil, ErrTangled
		}
		b.expand(int32(i))
	}
	b.machine.findBelow()
	return b.machine, nil
}

type builder struct {
	machine *Machine
	single  []int32          // by node ID: the state of that node alone
	several map[string]int32 // by their IDs: the state of several nodes
	key     []byte
}

// stateOf returns the state of these nodes, which it creates if needed. For no nodes it returns none.
func (b *builder) stateOf(nodes []*node) int32 {
	if len(nodes) == 0 {
		return none
	}
	next := int32(len(b.machine.states))
	if len(nodes) == 1 {
		if known := b.single[nodes[0].id]; known != none {
			return known
		}
		b.single[nodes[0].id] = next
	} else {
		b.key = b.key[:0]
		for _, n := range nodes {
			b.key = binary.LittleEndian.AppendUint32(b.key, uint32(n.id))
		}
		if known, ok := b.several[string(b.key)]; ok {
			return known
		}
		b.several[string(b.key)] = next
	}
	b.machine.states = append(b.machine.states, state{nodes: nodes, other: none})
	return next
}

// expand adds the states that one segment leads to.
func (b *builder) expand(i int32) {
	nodes := b.machine.states[i].nodes
	var steps []step
	for _, n := range nodes {
		for _, child := range n.children {
			if literal := child.segment.Text; len(nodes) == 1 || !contains(steps, literal) {
				steps = append(steps, step{literal, b.stateOf(nodesAfter(nodes, literal))})
			}
		}
	}
	other := b.stateOf(nodesAfter(nodes, "")) // no literal is empty
	b.machine.states[i].steps, b.machine.states[i].other = steps, other
}

func contains(steps []step, literal string) bool {
	for _, s := range steps {
		if s.literal == literal {
			return true
		}
	}
	return false
}

// nodesAfter returns the nodes that a path may still lead to after a segment. It leaves out those that come after a
// greedy resource with all verbs, because they are never reached.
func nodesAfter(nodes []*node, segment string) []*node {
	var next []*node
	taken := 0
	for _, n := range nodes {
		greedy := n
		if n.segment.Kind != Greedy {
			if child := n.literalChild(segment); child != nil {
				next = append(next, child)
			}
			if n.variable == nil {
				continue
			}
			if n.variable.segment.Kind != Greedy {
				next = append(next, n.variable)
				continue
			}
			greedy = n.variable
		}
		next = append(next, greedy)
		for verb := range Verbs {
			if greedy.pattern(verb) != none {
				taken |= 1 << verb
			}
		}
		if taken == 1<<len(Verbs)-1 {
			break
		}
	}
	return next
}

// findBelow sets the states below each state. A state with only greedy resources leads to itself. Any other state leads
// to later states, or to such a state, so the states are visited from the last to the first.
func (m *Machine) findBelow() {
	m.below = make([]Set, len(m.states))
	words := len(NewSet(len(m.states)))
	room := make([]uint64, words*len(m.states))
	for i := range m.states {
		m.below[i] = room[i*words : (i+1)*words]
		if m.states[i].other == int32(i) {
			m.below[i].Add(i)
		}
	}
	for i := len(m.states) - 1; i >= 0; i-- {
		s := &m.states[i]
		if s.other == int32(i) {
			continue
		}
		add := func(next int32) {
			if next != none {
				m.below[i].Add(int(next))
				m.below[i].AddAll(m.below[next])
			}
		}
		for _, step := range s.steps {
			add(step.next)
		}
		add(s.other)
	}
}

// Len returns the number of states. States are numbered from 0.
func (m *Machine) Len() int { return len(m.states) }

// Pattern returns the index of the pattern for a request whose path ends in a state, or -1. The verb is an index in
// [Verbs].
func (m *Machine) Pattern(at, verb int) int {
	for _, n := range m.states[at].nodes {
		if i := n.pattern(verb); i != none {
			return int(i)
		}
	}
	return none
}

// Read returns the state that a segment leads to, or -1.
func (m *Machine) Read(at int, segment string) int {
	for _, step := range m.states[at].steps {
		if step.literal == segment {
			return int(step.next)
		}
	}
	return int(m.states[at].other)
}

// Literals returns the segments that lead to another state than other segments do.
func (m *Machine) Literals(at int) []string {
	out := make([]string, len(m.states[at].steps))
	for i, step := range m.states[at].steps {
		out[i] = step.literal
	}
	return out
}

// Literal returns the states that a segment leads to from the states of a set.
func (m *Machine) Literal(from Set, segment string) Set {
	to := NewSet(len(m.states))
	for at := range from.All {
		if next := m.Read(at, segment); next != none {
			to.Add(next)
		}
	}
	return to
}

// Run returns the states that one or more segments of any text lead to from the states of a set.
func (m *Machine) Run(from Set) Set {
	to := NewSet(len(m.states))
	for at := range from.All {
		to.AddAll(m.below[at])
	}
	return to
}
