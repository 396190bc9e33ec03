package route

import "slices"

// Opened is a protected route that can be missing, and an open one that then takes requests of it.
type Opened struct{ Protected, Open int } // patterns, by their index

// Opened finds every protected route that may be missing whose requests an open one takes then, whichever of the others
// that may be missing are there.
func (t *Table) Opened(missing, open func(pattern int) bool) (found []Opened) {
	for p, protected := range t.patterns {
		if open(p) || !missing(p) {
			continue
		}
		for o := range t.patterns {
			if open(o) && t.opens(p, o, t.shared(protected, t.patterns[o]), missing) {
				found = append(found, Opened{p, o})
			}
		}
	}
	return found
}

// opens reports whether an open route takes one of some paths behind a protected one: those that come before it and may
// be missing are taken away one after the other.
func (t *Table) opens(protected, open int, paths []string, missing func(pattern int) bool) bool {
	for _, verb := range Verbs {
		if !t.patterns[protected].takes(verb) || !t.patterns[open].takes(verb) {
			continue
		}
		for _, path := range paths {
			left := make([]int, len(t.patterns))
			for i := range left {
				left[i] = i
			}
			behind := false
			for {
				next := t.taker(left, verb, path)
				if next == open && behind {
					return true
				}
				if next < 0 || next == open || !missing(next) {
					break
				}
				behind = behind || next == protected
				left = slices.DeleteFunc(left, func(i int) bool { return i == next })
			}
		}
	}
	return false
}

// taker is which of some patterns a request goes to; -1 for none.
func (t *Table) taker(some []int, verb, path string) int {
	patterns := make([]Pattern, len(some))
	for i, p := range some {
		patterns[i] = t.patterns[p]
	}
	left, err := NewTable(patterns)
	if err != nil {
		return -1 // never, as the whole table is one
	}
	if i := left.Index(verb, path); i >= 0 {
		return some[i]
	}
	return -1
}
