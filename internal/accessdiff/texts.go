package accessdiff

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// mostTexts limits the values of a header that are tried, since they multiply with addresses and values of another
// header.
const mostTexts = 64

// headerValues returns values of a header: nil for a request without it, and one value of each class that the patterns
// in policies distinguish. Each value is also in upper and in lower case, for operators that ignore case. complete is
// false if there are too many classes.
func headerValues(patterns []string) (out []*string, complete bool) {
	out = []*string{nil}
	if len(patterns) == 0 {
		return out, true
	}
	list, complete := textClasses(slices.Compact(slices.Sorted(slices.Values(patterns))), mostTexts, "*")
	for _, text := range list {
		for _, variant := range unique([]string{text, strings.ToUpper(text), strings.ToLower(text)}) {
			if !slices.ContainsFunc(out, func(have *string) bool { return have != nil && *have == variant }) {
				out = append(out, &variant)
			}
		}
	}
	return out, complete
}

// patternOf returns the pattern with which a condition compares a text. StringEquals and similar operators treat * and
// ? as literals.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
func patternOf(operator, value string) string {
	if op := strings.ToLower(operator); strings.Contains(op, "equals") && !strings.Contains(op, "arn") {
		return strings.NewReplacer("*", "${*}", "?", "${?}").Replace(value)
	}
	return value
}

// textClasses returns texts that match a shape: the shortest of each class that some patterns with * and ? distinguish,
// and at most most texts. complete is false if there are more.
//
// It is the search of [classes] for texts of any characters.
func textClasses(patterns []string, most int, shape string) (found []string, complete bool) {
	a := &automaton{}
	for _, p := range patterns {
		a.wildcard(p)
	}
	type visit struct {
		at   places
		text string
	}
	start := a.closed(a.starts)
	queue := []visit{{start, ""}}
	seen := map[string]bool{start.key(): true}
	known := map[string]bool{}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		if ends, _ := a.ends(v.at, 0); !known[ends] && iampolicy.Match(shape, v.text) {
			if len(found) == most {
				return found, false
			}
			known[ends] = true
			found = append(found, v.text)
		}
		for _, c := range a.characters(v.at) {
			next := a.step(v.at, c)
			if key := next.key(); !seen[key] {
				if len(seen) == maxStates {
					return found, false
				}
				seen[key] = true
				queue = append(queue, visit{next, v.text + c})
			}
		}
	}
	return found, true
}

// characters returns what leads on from a set of places in texts: the characters that a pattern names there, and one
// that none does.
func (a *automaton) characters(p places) (out []string) {
	for i := range p.all() {
		if n := a.nodes[i]; n.kind == literal && !slices.Contains(out, n.char) {
			out = append(out, n.char)
		}
	}
	for _, c := range free {
		if !slices.Contains(out, string(c)) {
			return append(out, string(c))
		}
	}
	return out
}
