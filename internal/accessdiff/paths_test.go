package accessdiff

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// TestClasses finds one path for each set of patterns that some path matches.
func TestClasses(t *testing.T) {
	const stages = "abc/beta/GET abc/prod/GET"
	for _, tt := range []struct {
		name     string
		patterns []string
		head     string
		tails    []string
		escapes  bool
		want     []string
	}{
		{"the root", []string{"GET /"}, "", nil, false, []string{"/"}},
		{"a parameter and a literal", []string{"GET /{id}", "GET /me"}, "", nil, false, []string{"/me", "/x"}},
		{"a parameter that is longer than one", []string{"GET /{id}/x", "POST /a/{b}"}, "", nil, false,
			[]string{"/a/1", "/a/x", "/x/x"}},
		{"a greedy parameter", []string{"GET /{rest+}", "GET /a/b"}, "", nil, false, []string{"/a/b", "/x"}},
		{"a greedy parameter and plain ones", []string{"GET /o/{rest+}", "GET /{p}/{q}"}, "", nil, false,
			[]string{"/o/x", "/o/x/x", "/x/x"}},
		{"a policy about one path", []string{"GET /o/{id}"}, "abc/prod/GET", []string{"abc/prod/GET/o/1*"}, false,
			[]string{"/o/1", "/o/1/", "/o/x", "/o/x/"}},
		{"a policy that tells a slash at the end", []string{"GET /o"}, "abc/prod/GET", []string{"abc/prod/GET/o"}, false,
			[]string{"/o", "/o/"}},
		{"a policy about another verb", []string{"GET /o"}, "abc/prod/GET", []string{"abc/prod/POST/*"}, false,
			[]string{"/o", "/o/"}},
		{"a policy about paths with and without a slash", []string{"GET /{p}/a"}, "abc/prod/GET",
			[]string{"abc/*/a/*"}, false,
			[]string{"/a/a", "/x/a", "/x/a/"}},
		{"a policy about names that begin with a dot", []string{"GET /{p}"}, "abc/prod/GET", []string{"abc/*/.*"}, false,
			[]string{"/.", "/..", "/../", "/./", "/.x", "/.x/", "/x", "/x..", "/x../", "/x/"}},
		{"a single character", []string{"GET /{id}"}, "abc/prod/GET", []string{"abc/*/?"}, false,
			[]string{"/x", "/x/", "/xx"}},
		{"a policy about one of two stages", []string{"GET /{p}"}, stages, []string{"abc/prod/*/me"}, false,
			[]string{"/me", "/x", "/x/"}},
		{"a policy about both", []string{"GET /{p}"}, stages, []string{"abc/prod/*/me", "abc/beta/*"}, false,
			[]string{"/me", "/x", "/x/"}},
		{"an escape", []string{"GET /{id}"}, "", nil, true, []string{"/%7E", "/x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var patterns []route.Pattern
			for _, text := range tt.patterns {
				p, err := route.Parse(text)
				if err != nil {
					t.Fatal(err)
				}
				patterns = append(patterns, p)
			}
			found, complete := classes(patterns, strings.Fields(tt.head), tt.tails, tt.escapes)
			var got []string
			for _, c := range found {
				got = append(got, c.path)
			}
			slices.Sort(got)
			if !complete || !slices.Equal(got, tt.want) {
				t.Errorf("got %q, %v, want %q", got, complete, tt.want)
			}
		})
	}
}

// TestPatternsAfterHeads checks that the automaton has a policy's patterns once, and not once for each stage, unless
// stages leave different parts of them.
func TestPatternsAfterHeads(t *testing.T) {
	heads := []string{"abc/new/GET", "abc/old/GET", "abc/beta/GET", "abc/GET/GET"}
	for pattern, want := range map[string]int{
		"abc/old/GET/orders/*": 1, // of one stage
		"abc/*/GET/orders/*":   1, // each head leaves the same
		"abc/*/me":             1,
		"abc/new/POST/*":       0, // another verb
		"xyz/*":                0, // another API
		"abc/?eta/*":           1,
		"abc/*GET/GET/x":       2, // the stage GET leaves "/GET/x" as well
	} {
		a := &automaton{}
		a.afterHeads(heads, []string{pattern})
		if got := len(a.starts); got != want {
			t.Errorf("%s occurs %d times, want %d", pattern, got, want)
		}
	}
}
