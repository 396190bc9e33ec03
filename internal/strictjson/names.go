package strictjson

// manyNames is the number of members from which on an object's names are kept in a map: until then comparing is
// faster, and from then on it would let a text of n bytes cost n².
const manyNames = 32

// names finds a name that occurs twice in one object.
type names struct {
	count int
	bits  uint64              // one for each name, by its digest: a bit not yet set proves the name new
	all   map[string]struct{} // once there are many
}

// add takes the name at a node into account, and reports whether it is new. The object is the node at self; what comes
// before the name is already in nodes.
func (s *names) add(text string, nodes []node, self, name int) bool {
	s.count++
	decoded := nodes[name].decoded(text)
	if s.count > manyNames {
		if s.all == nil {
			s.all = make(map[string]struct{}, 4*manyNames)
			for i := self + 1; i < name; i = int(nodes[i+1].next) {
				s.all[nodes[i].decoded(text)] = struct{}{}
			}
		}
		s.all[decoded] = struct{}{}
		return len(s.all) == s.count
	}
	bit := uint64(1) << digest(decoded)
	if s.bits&bit != 0 {
		for i := self + 1; i < name; i = int(nodes[i+1].next) {
			if nodes[i].is(text, decoded) {
				return false
			}
		}
	}
	s.bits |= bit
	return true
}

// digest spreads names over 64 values. It only saves time: an attacker who makes them collide gains a few comparisons.
func digest(name string) uint {
	n := uint(len(name))
	if n == 0 {
		return 0
	}
	return (n*5 ^ uint(name[0])*3 ^ uint(name[n/2])*11 ^ uint(name[n-1])*7) & 63
}
