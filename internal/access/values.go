package access

// value is one that a requirement names.
type value struct {
	kind  Kind
	claim string // its path, of Claim and ClaimHas
	text  string
}

// valueSet is values, numbered in the order in which they were added.
type valueSet struct {
	list   []value
	number map[value]int // once there are many
}

// manyValues is the number up to which comparing is as fast as a map, which takes time to make at each cold start.
const manyValues = 8

// find is the number of a value, or -1.
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

// add numbers a value that is not there yet.
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
