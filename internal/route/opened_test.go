package route

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestOpened(t *testing.T) {
	for _, tt := range []struct {
		name   string
		routes string // those that may be missing end in "?", open ones begin with "o "
		want   string
	}{
		{"the next one", "GET /a?, o GET /{p}", "0 by 1"},
		{"one that is always there comes first", "GET /a/b?, GET /a/{p}, o GET /{p+}", ""},
		{"that one may be missing as well", "GET /a/b?, GET /a/{p}?, o GET /{p+}", "0 by 2, 1 by 2"},
		{"of some values", "GET /a/{p}?, o GET /{p}/x", "0 by 1"},
		{"an open one first", "GET /{p}?, o GET /a", ""},
		{"another verb", "GET /a?, o POST /{p}", ""},
		{"any verb of one resource", "GET /a?, o ANY /a", "0 by 1"},
		{"a longer path of a greedy one", "GET /a/{p+}?, o GET /{p}/{q}/x", "0 by 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var patterns []Pattern
			var open, missing []bool
			for _, text := range strings.Split(tt.routes, ", ") {
				text, isOpen := strings.CutPrefix(text, "o ")
				text, may := strings.CutSuffix(text, "?")
				patterns, open, missing = append(patterns, MustParse(text)), append(open, isOpen), append(missing, may)
			}
			table, err := NewTable(patterns)
			if err != nil {
				t.Fatal(err)
			}
			if got := openedOf(table, missing, open); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func openedOf(t *Table, missing, open []bool) string {
	var out []string
	for _, o := range t.Opened(func(i int) bool { return missing[i] }, func(i int) bool { return open[i] }) {
		out = append(out, fmt.Sprintf("%d by %d", o.Protected, o.Open))
	}
	return strings.Join(out, ", ")
}

// TestOpenedByTrial compares the result for small tables with a trial of all paths and all sets of routes that may be
// missing.
func TestOpenedByTrial(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	pool := strings.Split("GET /a, GET /{p}, GET /a/b, GET /a/{p}, GET /{p}/b, GET /{p}/{q}, ANY /a/b, ANY /{p}, "+
		"GET /{p+}, GET /a/{p+}, GET /{p}/{q}/c, GET /a/{p}/{q}", ", ")
	var paths []string
	for _, x := range []string{"a", "b", "*"} {
		paths = append(paths, "/"+x)
		for _, y := range []string{"b", "*"} {
			paths = append(paths, "/"+x+"/"+y)
			for _, z := range []string{"c", "*"} {
				paths = append(paths, "/"+x+"/"+y+"/"+z, "/"+x+"/"+y+"/"+z+"/*")
			}
		}
	}
	some := 0
	for range 3000 {
		var patterns []Pattern
		for _, i := range r.Perm(len(pool))[:2+r.IntN(4)] {
			patterns = append(patterns, MustParse(pool[i]))
		}
		table, err := NewTable(patterns)
		if err != nil {
			continue // parameters of two names at one place
		}
		n := len(patterns)
		missing, open := make([]bool, n), make([]bool, n)
		for i := range n {
			missing[i], open[i] = r.IntN(3) > 0, r.IntN(2) == 0
		}
		want := trialOf(table, paths, missing, open)
		got := openedOf(table, missing, open)
		if got != want {
			t.Fatalf("%v, of which may be missing %v, open %v: got %q, want %q", patterns, missing, open, got, want)
		}
		if want != "" {
			some++
		}
	}
	if some < 300 {
		t.Errorf("%d tables with an opened route: too few to tell", some)
	}
}

// trialOf removes each set of the routes that may be missing. If an open route takes a request only because a set is
// missing, and the set includes the protected route that took it before, that route opens it.
func trialOf(t *Table, paths []string, missing, open []bool) string {
	n := len(t.patterns)
	found := map[Opened]bool{}
	for _, verb := range []string{"GET", "PUT"} {
		for _, path := range paths {
			takers := make([]int, 1<<n) // by the set of missing patterns
			for away := range 1 << n {
				var left []int
				takers[away] = -1
				possible := true
				for i := range n {
					if away>>i&1 == 0 {
						left = append(left, i)
					} else if !missing[i] {
						possible = false
					}
				}
				if possible {
					takers[away] = t.firstOf(left, verb, path)
				}
			}
			for away, p := range takers {
				if p < 0 || open[p] || !missing[p] {
					continue
				}
				for more, o := range takers {
					if more&away == away && more>>p&1 != 0 && o >= 0 && open[o] {
						found[Opened{p, o}] = true
					}
				}
			}
		}
	}
	var out []string
	for p := range n {
		for o := range n {
			if found[Opened{p, o}] {
				out = append(out, fmt.Sprintf("%d by %d", p, o))
			}
		}
	}
	return strings.Join(out, ", ")
}
