package route

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFallThroughs(t *testing.T) {
	for _, c := range []struct {
		name            string
		open, protected []string
		want            []string
	}{
		{"another verb of a protected resource", []string{"ANY /{proxy+}"}, []string{"GET /admin/users"},
			verbsInto("GET /admin/users", "ANY /{proxy+}", "DELETE", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")},
		{"the greedy route's one verb", []string{"GET /{proxy+}"}, []string{"POST /orders"},
			verbsInto("POST /orders", "GET /{proxy+}", "GET")},
		{"the same verb does not fall", []string{"GET /{proxy+}"}, []string{"GET /orders"}, nil},
		{"ANY takes all", []string{"ANY /{proxy+}"}, []string{"ANY /orders"}, nil},
		{"seven verbs are ANY", []string{"ANY /{proxy+}"},
			[]string{"DELETE /o", "GET /o", "HEAD /o", "OPTIONS /o", "PATCH /o", "POST /o", "PUT /o"}, nil},
		{"an open verb of the same resource takes it first", []string{"GET /{proxy+}", "GET /orders"},
			[]string{"POST /orders"}, nil},
		{"a protected catch-all between them takes it", []string{"ANY /{proxy+}"}, []string{"ANY /a/{rest+}", "GET /a/b"},
			nil},
		{"but not its own lack of a verb", []string{"ANY /{proxy+}"}, []string{"GET /a/{rest+}", "GET /a/b"},
			append(verbsInto("GET /a/{rest+}", "ANY /{proxy+}", "DELETE", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"),
				verbsInto("GET /a/b", "ANY /{proxy+}", "DELETE", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")...)},
		{"parameters of the protected route", []string{"POST /{proxy+}"}, []string{"GET /orders/{id}"},
			verbsInto("GET /orders/{id}", "POST /{proxy+}", "POST")},
		{"through a parameter", []string{"POST /{tenant}/{proxy+}"}, []string{"GET /admin/users"},
			verbsInto("GET /admin/users", "POST /{tenant}/{proxy+}", "POST")},
		{"only values that no other route takes", []string{"POST /{tenant}/files/{proxy+}"},
			[]string{"GET /admin/{kind}/{id}"}, verbsInto("GET /admin/{kind}/{id}", "POST /{tenant}/files/{proxy+}", "POST")},
		{"an open carve-out comes first by itself", []string{"GET /public/{proxy+}"}, []string{"ANY /{proxy+}"}, nil},
		{"two verbs of one greedy resource", []string{"GET /{proxy+}"}, []string{"POST /{proxy+}"}, nil},
		{"other places", []string{"ANY /files/{proxy+}"}, []string{"GET /orders", "GET /files"}, nil},
		{"too short for the greedy route", []string{"ANY /{a}/{proxy+}"}, []string{"GET /orders"}, nil},
		{"open, not greedy", []string{"GET /users/{id}"}, []string{"POST /users/me"},
			verbsInto("POST /users/me", "GET /users/{id}", "GET")},
		{"nothing is open", nil, []string{"ANY /{proxy+}", "GET /orders"}, nil},
		{"a greedy protected route whose short values another one takes", []string{"POST /{proxy+}"},
			[]string{"GET /a/{rest+}", "POST /a/{rest+}", "GET /b/c/{rest+}", "POST /b/c"},
			verbsInto("GET /b/c/{rest+}", "POST /{proxy+}", "POST")},
	} {
		t.Run(c.name, func(t *testing.T) {
			tab := table(t, slices.Concat(c.open, c.protected)...)
			var got []string
			for _, f := range tab.FallThroughs(func(i int) bool { return i < len(c.open) }) {
				got = append(got, fmt.Sprintf("%s of %s reaches %s", f.Verb, tab.Patterns()[f.Protected], tab.Patterns()[f.Open]))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func verbsInto(protected, open string, verbs ...string) (out []string) {
	for _, v := range verbs {
		out = append(out, fmt.Sprintf("%s of %s reaches %s", v, protected, open))
	}
	return out
}

// TestFallThroughsSearch compares the result with a search through all short paths.
func TestFallThroughsSearch(t *testing.T) {
	paths := []string{"/"}
	for level := []string{""}; len(level) < 1000; {
		var next []string
		for _, p := range level {
			for _, s := range append([]string{"x"}, segments...) {
				next = append(next, p+"/"+s)
			}
		}
		paths, level = append(paths, next...), next
	}
	split := make([][]string, len(paths))
	for i, path := range paths {
		split[i] = strings.Split(path[1:], "/")
	}
	r := rand.New(rand.NewPCG(5, 6))
	found := 0
	for range 400 {
		tab := randomTable(r)
		open := make([]bool, len(tab.Patterns()))
		for i := range open {
			open[i] = r.IntN(2) == 0
		}
		var want []FallThrough
		for o, variable := range tab.Patterns() {
			for p, protected := range tab.Patterns() {
				if !variable.Variable() || !open[o] || open[p] || !comesFirst(protected, variable) ||
					protected.Path() == variable.Path() {
					continue
				}
				for _, verb := range Verbs {
					for i, path := range paths {
						if fits(protected.Segments, split[i]) && tab.Index(verb, path) == o {
							want = append(want, FallThrough{p, o, verb})
							break
						}
					}
				}
			}
		}
		got := tab.FallThroughs(func(i int) bool { return open[i] })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%v, open %v: %s", tab.Patterns(), open, diff)
		}
		found += len(got)
	}
	if found < 100 {
		t.Errorf("only %d found: the tables are too tame", found)
	}
}

func TestWildcard(t *testing.T) {
	for in, want := range map[string]string{
		"GET /":                  "/",
		"GET /orders":            "/orders",
		"GET /orders/{id}/items": "/orders/*/items",
		"ANY /files/{p+}":        "/files/?*",
	} {
		if got := MustParse(in).Wildcard(); got != want {
			t.Errorf("%s: want %s, got %s", in, want, got)
		}
	}
}

func TestWildcardCovers(t *testing.T) {
	for _, c := range []struct {
		named, other string
		want         bool
		why          string
	}{
		{"GET /orders/{id}", "GET /orders/{id}/items", true, "* crosses slashes"},
		{"GET /orders/{id}", "ANY /orders/{id}/items", true, "ANY is GET too"},
		{"ANY /orders/{id}", "GET /orders/{id}", true, "the GET of ANY is GET"},
		{"GET /orders/{id}", "POST /orders/{id}/items", false, "another verb"},
		{"GET /orders/{id}", "GET /orders", false, "?* is not empty, so not even /orders/ is covered"},
		{"GET /orders/{id}", "GET /orders/export", true, "export is a value of *"},
		{"GET /users/me", "GET /users/{id}", false, "the request for me goes to the first"},
		{"GET /orders/{id}/items", "GET /orders/{id}", false, "two segments more"},
		{"GET /orders/{id}/items", "GET /orders/{id}/items/{item}", true, "an item called items"},
		{"GET /{tenant}/users", "GET /admin/{what}", true, "/admin/users"},
		{"GET /{tenant}/users", "GET /admin/{what}/x", false, "it ends in x"},
		{"GET /files/{p+}", "GET /orders", false, "another place"},
		{"GET /orders", "GET /orders", true, "not two routes of one API"},
	} {
		if got := WildcardCovers(MustParse(c.named), MustParse(c.other)); got != c.want {
			t.Errorf("%s covers %s: want %v (%s), got %v", c.named, c.other, c.want, c.why, got)
		}
	}
}

// TestApartIsNeverCovered checks that the comparison without a machine agrees with the one that uses it.
func TestApartIsNeverCovered(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pattern := func() Pattern {
		var b strings.Builder
		b.WriteString([]string{"GET ", "POST ", "ANY "}[random.IntN(3)])
		for range 1 + random.IntN(3) {
			b.WriteString([]string{"/a", "/b", "/ab", "/{x}"}[random.IntN(4)])
		}
		if random.IntN(4) == 0 {
			b.WriteString("/{rest+}")
		}
		p, err := Parse(b.String())
		if err != nil { // a parameter twice
			return MustParse("GET /a")
		}
		return p
	}
	n := 0
	for range 20_000 {
		if x, y := pattern(), pattern(); partEarly(x, y) {
			n++
			if covers(x, y) {
				t.Fatalf("%q covers %q", x, y)
			}
		}
	}
	if n < 1000 {
		t.Errorf("compared %d patterns that are apart, want more", n)
	}
}
