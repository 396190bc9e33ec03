package accessdiff

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// pathClass is a set of paths that no pattern of either API and of none of their policies tells apart, by one of them.
type pathClass struct{ path string }

// maxStates bounds the search for classes of paths.
const maxStates = 50_000

// classes finds the classes of the paths of some routes. Tails are patterns of policies, which match what follows one of
// the heads: the part of a method's ARN from the API's id to the verb. Two heads are of the stages that one request is
// compared on. Complete is false if there are too many classes.
//
// All patterns together are an automaton. Its states are sets of places in the patterns; two paths that end in one set
// are of one class. So each set that can be reached, by its shortest path, is all that has to be looked at.
func classes(patterns []route.Pattern, heads, tails []string, escapes bool) (found []pathClass, complete bool) {
	a := &automaton{}
	slashes := len(tails) > 0 // a policy can tell /orders from /orders/
	for _, p := range patterns {
		a.route(p, slashes)
	}
	routes := len(a.starts)
	for _, p := range shapesApart(tails, escapes) {
		a.wildcard(p)
	}
	shapes := len(a.starts)
	for range heads { // each has the tails for itself: a path may fit one behind one head alone
		for _, t := range tails {
			a.wildcard(t)
		}
	}
	at := a.closed(a.starts[:shapes])
	for i, head := range heads {
		late := a.closed(a.starts[shapes+i*len(tails) : shapes+(i+1)*len(tails)])
		for _, c := range head {
			late = a.step(late, string(c))
		}
		at = at.union(late)
	}
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
			// A slash at the end does not count for routes, so a greedy parameter that has taken it needs more.
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

// shapesApart are patterns of paths that are told apart although no route and no policy does: those with an escape, if
// an authorizer looks at them, and those that [where] names, as far as policies can tell them from others.
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

// ends says in one text which patterns end here. Some is false if no route does.
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

// free are characters for a place where any will do: those that values of claims can have, so that a parameter can be
// one.
const free = "x17zqjkvw0-_~"

// alphabet is what leads on from a place: the characters that some pattern names there, and one that none does. Paths
// with an empty segment are left out, and at an end there is at most one slash more.
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
