package access

// value is one of the values that a requirement names.
type value struct {
	kind  Kind
	claim string // the claim's path, for Claim, ClaimHas and Tenant
	text  string // "" for Tenant, which any tenant ID meets
}

// valueSet numbers values in the order in which they were added.
type valueSet struct {
	list   []value
	number map[value]int // set only if there are many values
}

// manyValues is the number of values up to which comparing is as fast as a map. Building a map takes time at each cold
// start.
const manyValues = 8

// find returns the number of a value, or -1.
func (s *valueSet) find(of value) int {
	if s.number != nil {
		if n, ok := s.number[of]; ok {
			return n
		}
		return -1
	}
	for n, v := range s.list {
		if v.text == of.text && v.kind == of.kind && v.claim == of.claim {
			return n
		}
	}
	return -1
}

// add numbers a value that is not in the set yet.
func (s *valueSet) add(v value) int {
	n := len(s.list)
	s.list = append(s.list, v)
	switch {
	case s.number != nil:
		s.number[s.list[n]] = n
	case len(s.list) > manyValues:
		s.number = make(map[value]int, 4*manyValues)
		for i, v := range s.list {
			s.number[v] = i
		}
	}
	return n
}
