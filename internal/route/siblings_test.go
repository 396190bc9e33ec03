package route

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func all(_, _ int) bool { return true }

func TestSiblings(t *testing.T) {
	for _, tt := range []struct {
		name     string
		patterns []string
		want     []string
	}{
		{"a literal beside a greedy parameter", []string{"GET /admin", "GET /{proxy+}"},
			[]string{"GET /%61dmin: GET /{proxy+} -> GET /admin"}},
		{"a literal beside a parameter", []string{"GET /users/me", "GET /users/{id}"},
			[]string{"GET /users/%6de: GET /users/{id} -> GET /users/me"}},
		{"deeper below a greedy parameter", []string{"GET /a/b/c", "ANY /{proxy+}"},
			[]string{"GET /%61/%62/%63: ANY /{proxy+} -> GET /a/b/c"}},
		{"a parameter after the literal", []string{"GET /a/{x}", "GET /{y}/b"},
			[]string{"GET /%61/b: GET /{y}/b -> GET /a/{x}"}},
		{"a greedy parameter that takes one segment more", []string{"GET /a/{rest+}", "GET /{x}/{y}"},
			[]string{"GET /%61/~: GET /{x}/{y} -> GET /a/{rest+}"}},
		{"ANY on both", []string{"ANY /admin", "ANY /{proxy+}"},
			[]string{"DELETE /%61dmin: ANY /{proxy+} -> ANY /admin"}},
		{"another verb", []string{"POST /admin", "GET /{proxy+}"}, nil},
		{"literals alone", []string{"GET /a", "GET /b"}, nil},
		{"parameters at other depths", []string{"GET /orders", "GET /orders/{id}"}, nil},
		{"a greedy parameter of its own place", []string{"GET /files/{p+}", "GET /orders/{id}"}, nil},
		{"HEAD on ANY of the same path", []string{"GET /x", "ANY /x"}, []string{"HEAD /x: ANY /x -> GET /x"}},
		{"HEAD at the root", []string{"GET /", "ANY /"}, []string{"HEAD /: ANY / -> GET /"}},
		{"HEAD of a parameter", []string{"GET /users/{id}", "ANY /users/{id}"},
			[]string{"HEAD /users/~: ANY /users/{id} -> GET /users/{id}"}},
		{"HEAD of a literal goes to ANY of the parameter", []string{"GET /users/me", "GET /users/{id}", "ANY /users/{id}"},
			[]string{"GET /users/%6de: GET /users/{id} -> GET /users/me",
				"HEAD /users/~: ANY /users/{id} -> GET /users/{id}", "HEAD /users/me: ANY /users/{id} -> GET /users/me"}},
		{"HEAD of a literal of each", []string{"GET /a/{x}", "GET /{y}/b", "ANY /{y}/b"},
			[]string{"GET /%61/b: GET /{y}/b -> GET /a/{x}",
				"HEAD /a/b: ANY /{y}/b -> GET /a/{x}", "HEAD /~/b: ANY /{y}/b -> GET /{y}/b"}},
		{"HEAD of other literals", []string{"GET /a", "ANY /b"}, nil},
		{"HEAD of another depth", []string{"GET /a", "ANY /a/b"}, nil},
		{"HEAD of another depth, the other way round", []string{"GET /a/b", "ANY /a"}, nil},
		{"POST and ANY of the same path", []string{"POST /x", "ANY /x"}, nil},
		{"HEAD of its own", []string{"GET /x", "HEAD /x", "ANY /x"}, nil},
		{"two candidates: the most specific is served", []string{"GET /a/b", "GET /a/{x}", "GET /{p+}"}, []string{
			"GET /a/%62: GET /a/{x} -> GET /a/b", "GET /%61/%62: GET /{p+} -> GET /a/b",
			"GET /%61/~: GET /{p+} -> GET /a/{x}"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := tableOf(t, tt.patterns...)
			var got []string
			for _, s := range table.Siblings(all) {
				got = append(got, fmt.Sprintf("%s %s: %s -> %s", s.Verb, s.Path, tt.patterns[s.Chosen],
					tt.patterns[s.Served]))
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if got := tableOf(t, "GET /admin", "GET /{proxy+}").Siblings(func(chosen,
		served int) bool {
		return chosen == 0
	}); got != nil {
		t.Errorf("pairs that do not matter: %v", got)
	}
}

func tableOf(t *testing.T, patterns ...string) *Table {
	t.Helper()
	var parsed []Pattern
	for _, p := range patterns {
		parsed = append(parsed, MustParse(p))
	}
	table, err := NewTable(parsed)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestSiblingsAreAll checks that the pair is found for every path that is sent to one pattern and decodes to another.
func TestSiblingsAreAll(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	words := []string{"a", "b", "me", "x"}
	found := 0
	for range 3000 {
		var patterns []Pattern
		for range 2 + r.IntN(6) {
			p := Pattern{Verb: []string{"GET", "POST", Any}[r.IntN(3)]}
			for d := range r.IntN(4) {
				s := Segment{Kind(r.IntN(3)), fmt.Sprintf("p%d", d)}
				if s.Kind == Literal || r.IntN(2) == 0 {
					s = Segment{Literal, words[r.IntN(len(words))]}
				}
				p.Segments = append(p.Segments, s)
				if s.Kind == Greedy {
					break
				}
			}
			if _, err := NewTable(append(patterns[:len(patterns):len(patterns)], p)); err == nil {
				patterns = append(patterns, p)
			}
		}
		table, err := NewTable(patterns)
		if err != nil {
			t.Fatal(err)
		}
		pairs := map[[2]int]bool{}
		for _, s := range table.Siblings(all) {
			pairs[[2]int{s.Chosen, s.Served}] = true
		}
		for range 60 {
			verb, sent := []string{"GET", "POST", "PUT"}[r.IntN(3)], ""
			for range 1 + r.IntN(4) {
				sent += "/" + []string{"a", "b", "me", "x", "%61", "%62", "%6De"}[r.IntN(7)]
			}
			decoded, err := url.PathUnescape(sent)
			if err != nil {
				t.Fatal(err)
			}
			chosen, served := table.Index(verb, sent), table.Index(verb, decoded)
			if chosen >= 0 && served >= 0 && chosen != served {
				found++
				if !pairs[[2]int{chosen, served}] {
					t.Fatalf("%s %s is for %s, and decoded for %s, of %v", verb, sent, patterns[chosen],
						patterns[served], patterns)
				}
			}
		}
	}
	if found < 1000 {
		t.Errorf("only %d requests were for two patterns", found)
	}
}
