package accessdiff

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// pathClass is a set of paths that no pattern of either API or their policies distinguishes, represented by one of
// them.
type pathClass struct{ path string }

// maxStates limits the search for classes of paths.
const maxStates = 50_000

// classes finds the classes of the paths of some routes. tails are patterns of policies, which match what follows one
// of the heads: the part of a method's ARN from the API's ID to the verb. There are several heads if one request is
// compared on several stages. complete is false if there are too many classes.
//
// All patterns together form an automaton whose states are sets of places in the patterns. Two paths that end in the
// same set are in the same class. So it suffices to examine each reachable set once, by its shortest path.
func classes(patterns []route.Pattern, heads, tails []string, escapes bool) (found []pathClass, complete bool) {
	a := &automaton{}
	slashes := len(tails) > 0 // a policy can distinguish /orders from /orders/
	for _, p := range patterns {
		a.route(p, slashes)
	}
	routes := len(a.starts)
	for _, p := range shapesApart(tails, escapes) {
		a.wildcard(p)
	}
	shapes := len(a.starts)
	late := a.afterHeads(heads, tails)
	at := a.closed(a.starts[:shapes]).union(late)
	type visit struct {
		at   places
		path string
	}
	seen := map[string]bool{}
	accepted := map[string]bool{}
	queue := []visit{{at, ""}}
	seen[at.key()] = true
	for len(queue) > 0 {
		if len(seen) > maxStates {
			return found, false
		}
		v := queue[0]
		queue = queue[1:]
		at, path := v.at, v.path
		if !slashes && path != "/" && strings.HasSuffix(path, "/") {
			// Routes ignore a slash at the end, so a greedy parameter that has matched only that slash needs more.
			more := a.alphabet(at, path, false)[0]
			at, path = a.step(at, more), path+more
		}
		if ends, some := a.ends(at, routes); some && path != "" && !accepted[ends] {
			accepted[ends] = true
			found = append(found, pathClass{path})
		}
		for _, symbol := range a.alphabet(v.at, v.path, escapes) {
			next := v.at
			for _, c := range symbol {
				next = a.step(next, string(c))
			}
			if !a.alive(next) || seen[next.key()] {
				continue
			}
			seen[next.key()] = true
			queue = append(queue, visit{next, v.path + symbol})
		}
	}
	return found, true
}

// afterHeads adds patterns of policies to an automaton, and returns their places after each of some heads. A path may
// match a pattern after one head only, so there is one copy of a pattern for each of its sets of places after a head: a
// pattern that no head matches has none, and most have one, since all stages leave the same of them.
func (a *automaton) afterHeads(heads, tails []string) places {
	var at [][]int // the places of each copy, after its head
	for _, t := range tails {
		alone := &automaton{}
		alone.wildcard(t)
		seen := map[string]bool{}
		for _, head := range heads {
			rest := alone.closed(alone.starts)
			for _, c := range head {
				rest = alone.step(rest, string(c))
			}
			list := slices.Collect(rest.all())
			if list == nil || seen[rest.key()] {
				continue
			}
			seen[rest.key()] = true
			a.wildcard(t)
			begin := a.starts[len(a.starts)-1]
			for i := range list {
				list[i] += begin
			}
			at = append(at, list)
		}
	}
	return a.closed(slices.Concat(at...))
}

// shapesApart returns patterns of paths that form their own classes although no route or policy distinguishes them:
// paths with an escape, if an authorizer looks at these, and the paths that [where] names, as far as policies can
// distinguish them.
func shapesApart(tails []string, escapes bool) (out []string) {
	if escapes {
		out = append(out, "*%*")
	}
	if len(tails) > 0 {
		out = append(out, "*/")
	}
	if slices.ContainsFunc(tails, func(t string) bool { return strings.Contains(t, ".") }) {
		out = append(out, "*..*", "*/./*", "*/.")
	}
	return out
}

// alive reports whether a route can still be reached.
func (a *automaton) alive(p places) bool {
	for i := range p.all() {
		if i < a.routes {
			return true
		}
	}
	return false
}

// ends identifies the patterns that end here. some is false if no route does.
func (a *automaton) ends(p places, routes int) (key string, some bool) {
	var b strings.Builder
	for i := range p.all() {
		if a.nodes[i].kind == end {
			some = some || a.nodes[i].of < routes
			b.WriteString(string(rune(a.nodes[i].of + 32)))
		}
	}
	return b.String(), some
}

// free are characters for a place that accepts any character. Values of claims can have them, so that a parameter can
// equal a claim.
const free = "x17zqjkvw0-_~"

// alphabet returns the characters that lead on from a set of places: those that a pattern names there, and one that
// none does. It leaves out paths with an empty segment, and allows at most one more slash at an end.
func (a *automaton) alphabet(p places, path string, escapes bool) (out []string) {
	named := map[string]bool{}
	var list []string
	for i := range p.all() {
		if n := a.nodes[i]; n.kind == literal && !named[n.char] {
			named[n.char] = true
			list = append(list, n.char)
		}
	}
	if path == "" {
		return []string{"/"}
	}
	for _, c := range free {
		if !named[string(c)] {
			out = append(out, string(c))
			break
		}
	}
	if escapes {
		out = append(out, "%7E")
	}
	for _, c := range list {
		if c != "/" && strings.IndexByte("*?%#", c[0]) < 0 {
			out = append(out, c)
		}
	}
	if !strings.HasSuffix(path, "/") {
		out = append(out, "/")
	}
	return out
}
