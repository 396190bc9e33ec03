package route

import (
	"encoding/binary"
	"errors"
)

// maxStates is how many states a [Machine] may have. Tables that people write need about one for each resource.
const maxStates = 4096

// ErrTangled says that a table's parameters and literals overlap in so many ways that no [Machine] is made of it.
var ErrTangled = errors.New("route: the patterns overlap in more than 4096 ways: use fewer literals beside " +
	"parameters of other routes")

// Machine answers where sets of paths lead, which [Table.Match] answers for one path. It is the finite automaton that
// reads a path's segments, one at a time, as API Gateway does: its states are the resources that are still in question,
// in the order in which they are tried.
//
// It covers paths without empty segments, a slash at the end aside. It does not change once made.
type Machine struct {
	states []state
	below  []Set // of each state: those that one segment or more lead to
}

// state says what the segments read so far have left open.
type state struct {
	nodes []*node // the resources in question, first come first served; greedy ones stay whatever follows
	steps []step  // by the literals of the resources below
	other int32   // where any other segment leads, or none
}

type step struct {
	literal string
	next    int32
}

// Start is the state before any segment is read.
const Start = 0

// Machine makes the automaton of a table. The error is [ErrTangled].
func (t *Table) Machine() (*Machine, error) {
	b := builder{machine: &Machine{}, single: make([]int32, len(t.nodes)), several: map[string]int32{}}
	for i := range b.single {
		b.single[i] = none
	}
	b.state([]*node{t.root})
	for i := 0; i < len(b.machine.states); i++ {
		if i >= maxStates {
			return nil, ErrTangled
		}
		b.expand(int32(i))
	}
	b.machine.close()
	return b.machine, nil
}

type builder struct {
	machine *Machine
	single  []int32          // the state of one node alone, by the node's id
	several map[string]int32 // the state of several, by their ids
	key     []byte
}

// state finds or makes the state of these nodes, or none for no nodes.
func (b *builder) state(nodes []*node) int32 {
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

// expand finds the states that one segment leads to.
func (b *builder) expand(i int32) {
	nodes := b.machine.states[i].nodes
	var steps []step
	for _, n := range nodes {
		for _, child := range n.children {
			if literal := child.segment.Text; len(nodes) == 1 || !contains(steps, literal) {
				steps = append(steps, step{literal, b.state(after(nodes, literal))})
			}
		}
	}
	other := b.state(after(nodes, "")) // no literal is empty
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

// after is what is still in question once a segment is read. Nothing that comes after a greedy resource with all verbs
// is ever reached.
func after(nodes []*node, segment string) []*node {
	var next []*node
	taken := 0
	for _, n := range nodes {
		greedy := n
		if n.segment.Kind != Greedy {
			if child := n.literal(segment); child != nil {
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

// close finds the states below each. A state in which only greedy resources are left leads to itself; every other one
// leads to states that were made after it, or to such a one.
func (m *Machine) close() {
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

// Len returns the number of states: they are the numbers from 0 on.
func (m *Machine) Len() int { return len(m.states) }

// Pattern returns the one that a request with this verb is sent to if its path ends in a state, by its index, or -1.
// The verb is given by its place in [Verbs].
func (m *Machine) Pattern(at, verb int) int {
	for _, n := range m.states[at].nodes {
		if i := n.pattern(verb); i != none {
			return int(i)
		}
	}
	return none
}

// Read returns where a segment leads from a state, or -1 if nowhere.
func (m *Machine) Read(at int, segment string) int {
	for _, step := range m.states[at].steps {
		if step.literal == segment {
			return int(step.next)
		}
	}
	return int(m.states[at].other)
}

// Literals returns the segments that lead elsewhere from a state than any other segment does.
func (m *Machine) Literals(at int) []string {
	out := make([]string, len(m.states[at].steps))
	for i, step := range m.states[at].steps {
		out[i] = step.literal
	}
	return out
}

// Literal returns where a segment leads from the states of a set.
func (m *Machine) Literal(from Set, segment string) Set {
	to := NewSet(len(m.states))
	for at := range from.All {
		if next := m.Read(at, segment); next != none {
			to.Add(next)
		}
	}
	return to
}

// Run returns where one segment or more, whatever they are, lead from the states of a set.
func (m *Machine) Run(from Set) Set {
	to := NewSet(len(m.states))
	for at := range from.All {
		to.AddAll(m.below[at])
	}
	return to
}
