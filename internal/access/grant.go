package access

import (
	"slices"
	"strings"
)

// Grant describes what some rights permit.
type Grant struct {
	// All reports for each rule whether it is permitted whatever the parameters of its path are.
	All []bool

	// Ways are the ways in which a rule that is not in All is permitted. They are empty for a rule that is not permitted
	// at all. The slice is nil if no rule has ways.
	Ways [][]Way

	// Unmet has, for each rule with ways, a bit for each requirement that a parameter of the path has to meet.
	Unmet []uint16

	// Values are the values of each source that a segment can have, sorted. See [Usable].
	Values [][]string

	// Left lists the parts of the ways that a policy for the whole API cannot express.
	Left []Left
}

// Left is a rule that a policy leaves out, for some values of its path's parameters or for all.
type Left struct {
	Rule     int
	Segments []int    // the places of the values; nil for all values
	Values   []string // one for each of Segments
	Why      string
}

// MaxValues is the maximum number of values in a claim's list. A longer list permits nothing.
const MaxValues = 1024

// Usable reports whether a claim's value can be compared with a segment of a path. A usable value has 1 to 128
// characters: letters, digits and - . _ ~ (unreserved in RFC 3986, section 2.3), and @ | : +, which subjects and
// addresses have. It is not "." or "..", which clients resolve as steps in the path (section 5.2.4). A usable value
// therefore means itself in a policy, where it has at most two spellings: see [Escaped].
func Usable(value string) bool {
	if len(value) == 0 || len(value) > 128 || value == "." || value == ".." {
		return false
	}
	for i := range len(value) {
		c := value[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && strings.IndexByte("-._~@|:+", c) < 0 {
			return false
		}
	}
	return true
}

// reserved has the characters of usable values that a client may percent-encode.
const reserved = "@|:+"

// Escaped returns a usable value with its reserved characters percent-encoded, in uppercase hex as RFC 3986, section
// 2.1 recommends. Most values have none.
func Escaped(value string) string {
	if !strings.ContainsAny(value, reserved) {
		return value
	}
	const hex = "0123456789ABCDEF"
	b := make([]byte, 0, len(value)+8)
	for i := range len(value) {
		if c := value[i]; strings.IndexByte(reserved, c) >= 0 {
			b = append(b, '%', hex[c>>4], hex[c&15])
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}

// Grant returns what some rights permit.
func (t *Table) Grant(r Rights) Grant {
	held := t.heldValues(r)
	g := Grant{All: make([]bool, len(t.rules))}
	for i, needs := range t.needs {
		if t.rules[i].Elsewhere {
			continue
		}
		unmet := uint16(0)
		path := Ownership && t.bounds != nil && t.bounds[i] != nil
		met := true
		for j, need := range needs {
			if held.Meets(need) {
				continue
			}
			if met = path && t.bounds[i].clauses>>j&1 != 0; !met {
				break
			}
			unmet |= 1 << j
		}
		switch {
		case met && unmet == 0:
			g.All[i] = true
		case Ownership && met:
			g.permitByPath(t, i, unmet, r)
		}
	}
	return g
}

// permitByPath adds a rule that parameters of the path can permit, if a parameter can have a value for it.
func (g *Grant) permitByPath(t *Table, rule int, unmet uint16, r Rights) {
	if g.Values == nil {
		g.Values = make([][]string, len(t.sources))
		for i, s := range t.sources {
			g.Values[i] = r.valuesOf(s)
		}
	}
	var ways []Way
	for _, w := range t.bounds[rule].ways {
		if w.Unmet == unmet {
			ways = w.Ways
			break
		}
	}
	if slices.ContainsFunc(ways, g.isEmpty) {
		ways = slices.DeleteFunc(slices.Clone(ways), g.isEmpty)
	}
	if len(ways) == 0 {
		return
	}
	if g.Ways == nil {
		g.Ways, g.Unmet = make([][]Way, len(t.rules)), make([]uint16, len(t.rules))
	}
	g.Ways[rule], g.Unmet[rule] = ways, unmet
}

// isEmpty reports whether no value of a segment can meet a way, as far as each source by itself shows.
func (g *Grant) isEmpty(way Way) bool {
	for _, b := range way {
		for _, source := range b.Sources {
			if len(g.Values[source]) == 0 {
				return true
			}
		}
	}
	return false
}

// valuesOf returns the values of a source that a segment can have, sorted and each once.
func (r Rights) valuesOf(s Source) []string {
	claim := r.Claim(s.Claim)
	if s.Kind == PathIs {
		if Usable(claim.Text) {
			return []string{claim.Text}
		}
		return nil
	}
	var out []string
	for _, v := range claim.List {
		if Usable(v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	if out = slices.Compact(out); len(out) > MaxValues {
		return nil
	}
	return out
}

// ValuesOf returns the values that a bind permits. A literal that another route has at the bind's place is not among
// them.
func (g Grant) ValuesOf(b Bind) []string {
	var out []string
	for _, v := range g.Values[b.Sources[0]] {
		if g.bindPermits(b, v) {
			out = append(out, v)
		}
	}
	return out
}

// bindPermits reports whether a bind permits a value.
func (g Grant) bindPermits(b Bind, value string) bool {
	return !slices.Contains(b.Taken, value) && !slices.ContainsFunc(b.Sources, func(source int) bool {
		_, found := slices.BinarySearch(g.Values[source], value)
		return !found
	})
}

// Permits reports whether a rule is permitted for a path that belongs to it, and not among what is left out. The
// function same compares a segment with a value.
func (g Grant) Permits(rule int, path string, same func(segment, value string) bool) bool {
	if rule >= len(g.All) {
		return false
	}
	if g.All[rule] {
		return true
	}
	if !Ownership || g.Ways == nil {
		return false
	}
	segments := Segments(path)
	return slices.ContainsFunc(g.Ways[rule], func(way Way) bool {
		values, ok := g.matchWay(way, segments, same)
		return ok && !slices.ContainsFunc(g.Left, func(l Left) bool { return l.Rule == rule && l.includes(way, values) })
	})
}

// matchWay returns the values that the segments of a path have, if a way permits the path.
func (g Grant) matchWay(way Way, segments []string, same func(segment, value string) bool) ([]string, bool) {
	values := make([]string, len(way))
	for i, b := range way {
		if b.Segment >= len(segments) {
			return nil, false
		}
		all := g.Values[b.Sources[0]]
		n := slices.IndexFunc(all, func(value string) bool { return same(segments[b.Segment], value) })
		if n < 0 || !g.bindPermits(b, all[n]) {
			return nil, false
		}
		values[i] = all[n]
	}
	return values, true
}

// WhyNot explains why a rule is not permitted although each of its requirements is met by itself.
func (g Grant) WhyNot(rule int) string {
	for _, l := range g.Left {
		if l.Rule == rule {
			return l.Why
		}
	}
	return "that value is a literal of another route, or spelled in a way that the policy does not have"
}

// includes reports whether values of a way are among what is left out.
func (l Left) includes(way Way, values []string) bool {
	return l.Segments == nil || slices.Equal(l.Values, values) &&
		slices.EqualFunc(l.Segments, way, func(segment int, b Bind) bool { return segment == b.Segment })
}

// Segments splits a request's path. Slashes at either end do not count: see [route.Table.Match].
func Segments(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }
