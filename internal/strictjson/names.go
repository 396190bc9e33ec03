package strictjson

// manyNames is the number of members from which an object's names are in a map. Below it, comparing is faster. Above
// it, comparing would cost n² for a text of n bytes.
const manyNames = 32

// names detects a name that occurs twice in one object.
type names struct {
	count int
	bits  uint64              // a bit for the digest of each name: if it is not yet set, the name is new
	all   map[string]struct{} // set only if there are many
}

// add records the name at a node, and reports whether it is new. The object is the node at self, and the nodes before
// the name are already in nodes.
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

// digest maps names to 64 values. It only saves time: an attacker who makes names collide causes a few more
// comparisons.
func digest(name string) uint {
	n := uint(len(name))
	if n == 0 {
		return 0
	}
	return (n*5 ^ uint(name[0])*3 ^ uint(name[n/2])*11 ^ uint(name[n-1])*7) & 63
}
