package route

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// segments are the parts of random patterns and paths. They are few, so that the patterns overlap.
var segments = []string{"a", "b", "c"}

// randomTable returns a random table. It adds patterns until there are enough that fit into one table.
func randomTable(r *rand.Rand) *Table {
	var all []Pattern
	for range 1 + r.IntN(12) {
		p := Pattern{Verb: append([]string{Any, Any, "GET", "GET"}, Verbs...)[r.IntN(11)]}
		for depth := range r.IntN(5) {
			switch r.IntN(5) {
			case 0, 1:
				p.Segments = append(p.Segments, Segment{Param, fmt.Sprintf("p%d", depth)})
			case 2:
				if r.IntN(3) == 0 {
					p.Segments = append(p.Segments, Segment{Greedy, fmt.Sprintf("p%d", depth)})
				}
			default:
				p.Segments = append(p.Segments, Segment{Literal, segments[r.IntN(len(segments))]})
			}
			if p.isGreedy() {
				break
			}
		}
		if _, err := NewTable(append(all[:len(all):len(all)], p)); err == nil {
			all = append(all, p)
		}
	}
	t, err := NewTable(all)
	if err != nil {
		panic(err)
	}
	return t
}

func randomPath(r *rand.Rand) []string {
	path := make([]string, r.IntN(7))
	for i := range path {
		path[i] = append([]string{"x", "y"}, segments...)[r.IntN(5)]
	}
	return path
}

// TestMachine checks that reading a path one segment at a time leads to the pattern of Match.
func TestMachine(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		tab := randomTable(r)
		m, err := tab.Machine()
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			path := randomPath(r)
			at := Start
			for _, s := range path {
				if at = m.Read(at, s); at < 0 {
					break
				}
			}
			for verb, name := range Verbs {
				got := -1
				if at >= 0 {
					got = m.Pattern(at, verb)
				}
				if want := tab.Index(name, "/"+strings.Join(path, "/")); got != want {
					t.Fatalf("%v: %s %v: want %d, got %d", tab.Patterns(), name, path, want, got)
				}
			}
		}
	}
}

// TestMachineSets checks that Run leads to exactly the states that some segments lead to, and that Literal reads one
// segment from each.
func TestMachineSets(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		m, err := randomTable(r).Machine()
		if err != nil {
			t.Fatal(err)
		}
		states := NewSet(m.Len())
		states.Add(r.IntN(m.Len()))
		want, queue := NewSet(m.Len()), []int{}
		for at := range states.All {
			queue = append(queue, at)
		}
		for len(queue) > 0 {
			at := queue[0]
			queue = queue[1:]
			for _, s := range append([]string{"x"}, segments...) {
				if next := m.Read(at, s); next >= 0 && !want.Has(next) {
					want.Add(next)
					queue = append(queue, next)
				}
			}
		}
		if got := m.Run(states); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("Run: want %b, got %b", want, got)
		}
		read := NewSet(m.Len())
		for at := range want.All {
			if next := m.Read(at, "b"); next >= 0 {
				read.Add(next)
			}
		}
		if got := m.Literal(want, "b"); fmt.Sprint(got) != fmt.Sprint(read) {
			t.Fatalf("Literal: want %b, got %b", read, got)
		}
	}
}

// TestMachineSize checks that tables like those of people need about one state for each resource, and that only a
// contrived one is refused.
func TestMachineSize(t *testing.T) {
	big := thousand(t)
	m, err := big.Machine()
	if err != nil || m.Len() > len(big.Resources())+1 {
		t.Errorf("1,000 routes, %d resources: %d states, %v", len(big.Resources()), m.Len(), err)
	}
	var lines []string
	for i := range 20 {
		lines = append(lines, fmt.Sprintf("GET /x%d/{b}/{c}/{d}", i), fmt.Sprintf("GET /{a}/y%d/{c}/{d}", i),
			fmt.Sprintf("GET /{a}/{b}/z%d/{d}", i))
	}
	if _, err := table(t, lines...).Machine(); !errors.Is(err, ErrTangled) {
		t.Errorf("want ErrTangled, got %v", err)
	}
}

func TestSet(t *testing.T) {
	s, other := NewSet(130), NewSet(130)
	for _, i := range []int{0, 63, 64, 129} {
		s.Add(i)
	}
	other.Add(65)
	if s.Meets(other) {
		t.Error("two sets without a common number meet")
	}
	other.Add(129)
	if !s.Meets(other) {
		t.Error("two sets with 129 in common do not meet")
	}
	s.AddAll(other)
	var got []int
	for i := range s.All {
		got = append(got, i)
		if i == 65 {
			break
		}
	}
	if fmt.Sprint(got) != "[0 63 64 65]" || !s.Has(129) || s.Has(128) {
		t.Errorf("got %v", got)
	}
}

func BenchmarkMachine(b *testing.B) {
	tab, err := NewTable(thousand(b).Patterns()[:100])
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tab.Machine(); err != nil {
			b.Fatal(err)
		}
	}
}
