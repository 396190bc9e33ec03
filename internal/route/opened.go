package route

import "slices"

// Opened is a protected route that may be missing, and an open route that then takes some of its requests.
type Opened struct{ Protected, Open int } // indexes of patterns

// Opened finds every protected route that may be missing and whose requests an open route would then take. Any of the
// other routes that may be missing can be missing too.
func (t *Table) Opened(missing, open func(pattern int) bool) (found []Opened) {
	for p, protected := range t.patterns {
		if open(p) || !missing(p) {
			continue
		}
		for o := range t.patterns {
			if open(o) && t.opens(p, o, t.sharedPaths(protected, t.patterns[o]), missing) {
				found = append(found, Opened{p, o})
			}
		}
	}
	return found
}

// opens reports whether an open route is next in line for one of the paths after a protected route. It removes the
// routes that come first and may be missing, one after the other.
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
				next := t.firstOf(left, verb, path)
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

// firstOf returns which of some patterns takes a request, or -1.
func (t *Table) firstOf(some []int, verb, path string) int {
	patterns := make([]Pattern, len(some))
	for i, p := range some {
		patterns[i] = t.patterns[p]
	}
	left, err := NewTable(patterns)
	if err != nil {
		return -1 // cannot happen, because the whole table is valid
	}
	if i := left.Index(verb, path); i >= 0 {
		return some[i]
	}
	return -1
}
