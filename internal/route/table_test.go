package route

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func quote(s string) string { return strconv.Quote(s) }

func patterns(lines ...string) []Pattern {
	out := make([]Pattern, len(lines))
	for i, s := range lines {
		out[i] = MustParse(s)
	}
	return out
}

func table(t testing.TB, lines ...string) *Table {
	t.Helper()
	tab, err := NewTable(patterns(lines...))
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func TestNewTableErrors(t *testing.T) {
	const once = "API Gateway takes one variable part at one place, so write both the same way"
	for _, c := range []struct {
		name string
		in   []Pattern
		want string
	}{
		{"twice", patterns("GET /a", "POST /a", "GET /a"),
			`route: pattern "GET /a" is declared twice: one route has one function and one set of requirements, so ` +
				`leave one out`},
		{"ANY twice", patterns("ANY /{p+}", "ANY /{p+}"),
			`route: pattern "ANY /{p+}" is declared twice: one route has one function and one set of requirements, so ` +
				`leave one out`},
		{"two names at one place", patterns("GET /orders/{id}", "GET /orders/{order}/items"),
			`route: pattern "GET /orders/{order}/items" has {order} where "GET /orders/{id}" has {id}: ` + once},
		{"{id} beside {proxy+}", patterns("GET /orders/{id}", "ANY /orders/{proxy+}"),
			`route: pattern "ANY /orders/{proxy+}" has {proxy+} where "GET /orders/{id}" has {id}: ` + once},
		{"the same name, once greedy", patterns("GET /{p+}", "GET /{p}"),
			`route: pattern "GET /{p}" has {p} where "GET /{p+}" has {p+}: ` + once},
		{"not parsed, a verb of its own making", []Pattern{{Verb: "BREW"}},
			`route: pattern "BREW /": unknown verb "BREW": API Gateway has DELETE, GET, HEAD, OPTIONS, PATCH, ` +
				`POST, PUT and ANY`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := NewTable(c.in)
			if err == nil || err.Error() != c.want {
				t.Errorf("want %s\n got %v", c.want, err)
			}
		})
	}
	table(t, "GET /orders/{id}", "POST /orders/{id}", "GET /customers/{name}",
		"ANY /orders/{id}/{proxy+}") // one name at each place
}

func TestTableIsItsOwn(t *testing.T) {
	in := patterns("GET /a", "GET /b")
	tab, err := NewTable(in)
	if err != nil {
		t.Fatal(err)
	}
	in[1] = MustParse("GET /c")
	if got := tab.Patterns()[1].String(); got != "GET /b" {
		t.Errorf("the table changed with its caller's slice: %s", got)
	}
}

// TestMatch has the rules of API Gateway's routing, one case each.
func TestMatch(t *testing.T) {
	shop := []string{
		"GET /orders", "POST /orders", "GET /orders/{id}", "POST /orders/export", "ANY /orders/{id}/items",
		"GET /orders/{id}/items", "GET /", "GET /files/{path+}", "OPTIONS /files",
	}
	withProxy := append([]string{"ANY /{proxy+}"}, shop...)
	withProxy = append(withProxy[:7:7], "GET /files/{path+}") // without the root
	for _, c := range []struct {
		name       string
		in         []string
		verb, path string
		want       string // the pattern, or none
		params     map[string]string
	}{
		{"literal", shop, "GET", "/orders", "GET /orders", nil},
		{"verb of the same resource", shop, "POST", "/orders", "POST /orders", nil},
		{"parameter", shop, "GET", "/orders/7", "GET /orders/{id}", map[string]string{"id": "7"}},
		{"literal beats parameter", shop, "POST", "/orders/export", "POST /orders/export", nil},
		{"a resource without the verb is passed over", shop, "GET", "/orders/export", "GET /orders/{id}",
			map[string]string{"id": "export"}},
		{"a verb beats ANY", shop, "GET", "/orders/7/items", "GET /orders/{id}/items", map[string]string{"id": "7"}},
		{"ANY", shop, "PATCH", "/orders/7/items", "ANY /orders/{id}/items", map[string]string{"id": "7"}},
		{"ANY is not every word", shop, "TRACE", "/orders/7/items", "", nil},
		{"a request cannot say ANY", shop, "ANY", "/orders/7/items", "", nil},
		{"verbs are capitals", shop, "get", "/orders", "", nil},
		{"HEAD is not GET", shop, "HEAD", "/orders", "", nil},
		{"unknown verb", shop, "DELETE", "/orders", "", nil},
		{"unknown path", shop, "GET", "/customers", "", nil},
		{"a prefix is no match", shop, "GET", "/order", "", nil},
		{"deeper than any route", shop, "GET", "/orders/7/items/8", "", nil},
		{"literals are case-sensitive", shop, "GET", "/Orders", "", nil},
		{"root", shop, "GET", "/", "GET /", nil},
		{"root, empty", shop, "GET", "", "GET /", nil},
		{"trailing slash", shop, "GET", "/orders/", "GET /orders", nil},
		{"trailing slash after a parameter", shop, "GET", "/orders/7/", "GET /orders/{id}", map[string]string{"id": "7"}},
		{"trailing slash after a greedy parameter", shop, "GET", "/files/a/b/", "GET /files/{path+}",
			map[string]string{"path": "a/b"}},
		{"trailing slashes", shop, "GET", "/orders///", "GET /orders", nil},
		{"leading slashes, as of a base URL that ends in one", shop, "GET", "//orders", "GET /orders", nil},
		{"nothing but slashes", shop, "GET", "///", "GET /", nil},
		{"a parameter is not empty", shop, "GET", "/orders//items", "", nil},
		{"a double slash within a greedy value is kept", shop, "GET", "/files/a//b", "GET /files/{path+}",
			map[string]string{"path": "a//b"}},
		{"a greedy value that begins with a slash", shop, "GET", "/files//a", "GET /files/{path+}",
			map[string]string{"path": "/a"}},
		{"greedy takes one segment or more", shop, "OPTIONS", "/files", "OPTIONS /files", nil},
		{"greedy is not empty", shop, "GET", "/files", "", nil},
		{"values are not decoded", shop, "GET", "/orders/a%2Fb%20c+d", "GET /orders/{id}",
			map[string]string{"id": "a%2Fb%20c+d"}},
		{"literals are not decoded", shop, "GET", "/%6Frders", "", nil},
		{"dot segments are segments", shop, "GET", "/orders/..", "GET /orders/{id}", map[string]string{"id": ".."}},
		{"a colon", shop, "GET", "/orders/a:b", "GET /orders/{id}", map[string]string{"id": "a:b"}},
		{"fall through to {proxy+}: verb", withProxy, "DELETE", "/orders", "ANY /{proxy+}",
			map[string]string{"proxy": "orders"}},
		{"fall through to {proxy+}: path", withProxy, "GET", "/orders/7/8/9", "ANY /{proxy+}",
			map[string]string{"proxy": "orders/7/8/9"}},
		{"fall through past OPTIONS only", []string{"OPTIONS /a", "GET /{proxy+}"}, "GET", "/a", "GET /{proxy+}",
			map[string]string{"proxy": "a"}},
		{"parameter beats greedy further up", withProxy, "GET", "/orders/7", "GET /orders/{id}",
			map[string]string{"id": "7"}},
		{"deeper greedy beats the one further up", withProxy, "GET", "/files/x", "GET /files/{path+}",
			map[string]string{"path": "x"}},
		{"root does not fall into {proxy+}", withProxy, "GET", "/", "", nil},
		{"a literal branch that ends early is left again", []string{"GET /a/b", "GET /{x}/{y}/c"}, "GET", "/a/b/c",
			"GET /{x}/{y}/c", map[string]string{"x": "a", "y": "b"}},
		{"nothing of a branch that was left remains", []string{"GET /a/{y}/z", "GET /{p+}"}, "GET", "/a/b/c", "GET /{p+}",
			map[string]string{"p": "a/b/c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tab := table(t, c.in...)
			i, params, ok := tab.Match(c.verb, c.path)
			got := ""
			if ok {
				got = tab.Patterns()[i].String()
			} else if i != -1 {
				t.Errorf("no match: want index -1, got %d", i)
			}
			if got != c.want {
				t.Fatalf("want %q, got %q", c.want, got)
			}
			if diff := cmp.Diff(c.params, params); diff != "" {
				t.Error(diff)
			}
			if j := tab.Index(c.verb, c.path); j != i {
				t.Errorf("Index: want %d, got %d", i, j)
			}
		})
	}
}

// slowMatch is the simplest implementation of Match: it takes the first of all patterns that fit.
func slowMatch(all []Pattern, verb, path string) int {
	var segments []string
	if path = strings.Trim(path, "/"); path != "" {
		segments = strings.Split(path, "/")
	}
	best := -1
	for i, p := range all {
		if fits(p.Segments, segments) && p.takes(verb) && (best < 0 || comesFirst(p, all[best])) {
			best = i
		}
	}
	return best
}

func fits(pattern []Segment, path []string) bool {
	for i, s := range pattern {
		if i >= len(path) {
			return false
		}
		switch {
		case s.Kind == Greedy:
			return true
		case s.Kind == Param && path[i] == "", s.Kind == Literal && path[i] != s.Text:
			return false
		}
	}
	return len(pattern) == len(path)
}

// comesFirst reports whether pattern a takes precedence over b. At the first segment in which they differ a literal
// does, and on the same path a verb takes precedence over ANY.
func comesFirst(a, b Pattern) bool {
	for i := 0; i < len(a.Segments) && i < len(b.Segments); i++ {
		if a.Segments[i] != b.Segments[i] {
			return a.Segments[i].Kind == Literal
		}
	}
	return b.Verb == Any
}

func FuzzMatch(f *testing.F) {
	f.Add("GET /orders\nGET /orders/{id}\nANY /{proxy+}", "GET", "/orders/7")
	f.Add("GET /orders\nPOST /orders/export\nGET /orders/{id}", "GET", "/orders/export/")
	f.Add("ANY /a/{x}/c\nANY /{y}/b/d\nGET /a/b/{z}", "GET", "/a/b/d")
	f.Add("ANY /\nGET /{p+}", "ANY", "//")
	f.Add("GET /f/{p+}", "GET", "/f//a//")
	f.Fuzz(func(t *testing.T, lines, verb, path string) {
		var all []Pattern
		for line := range strings.Lines(lines) {
			if p, err := Parse(strings.TrimSuffix(line, "\n")); err == nil {
				all = append(all, p)
			}
		}
		tab, err := NewTable(all)
		if err != nil {
			return
		}
		i, params, ok := tab.Match(verb, path)
		if want := slowMatch(all, verb, path); i != want || ok != (want >= 0) {
			t.Fatalf("%s %q: want %d, got %d, %v", verb, path, want, i, ok)
		}
		if !ok {
			return
		}
		// The pattern with the parameters' values gives the path again, except for slashes at its ends.
		parts := make([]string, len(all[i].Segments))
		for j, s := range all[i].Segments {
			if parts[j] = s.Text; s.Kind != Literal {
				parts[j] = params[s.Text]
			}
		}
		if got := strings.Join(parts, "/"); got != strings.Trim(path, "/") {
			t.Errorf("%s: %v put back gives %q of %q", all[i], params, got, path)
		}
	})
}

func TestResources(t *testing.T) {
	got := table(t, "GET /orders/{id}", "ANY /orders", "POST /orders", "PUT /files/{p+}",
		"GET /orders/{id}/lines").Resources()
	var lines []string
	for i, r := range got {
		lines = append(lines, fmt.Sprintf("%d: %q below %d, %v", i, r.Segment, r.Parent, r.Methods))
	}
	want := []string{
		`0: "" below -1, [-1 -1 -1 -1 -1 -1 -1]`,
		`1: "orders" below 0, [1 1 1 1 1 2 1]`,
		`2: "{id}" below 1, [-1 0 -1 -1 -1 -1 -1]`,
		`3: "files" below 0, [-1 -1 -1 -1 -1 -1 -1]`,
		`4: "{p+}" below 3, [-1 -1 -1 -1 -1 -1 3]`,
		`5: "lines" below 2, [-1 4 -1 -1 -1 -1 -1]`,
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

// thousand returns a table of 1,000 routes as services grow them: collections, members, sub-collections.
func thousand(tb testing.TB) *Table {
	var lines []string
	for i := range 200 {
		lines = append(lines, fmt.Sprintf("GET /v1/resource%d", i), fmt.Sprintf("POST /v1/resource%d", i),
			fmt.Sprintf("GET /v1/resource%d/{id}", i),
			fmt.Sprintf("DELETE /v1/resource%d/{id}", i), fmt.Sprintf("GET /v1/resource%d/{id}/items/{item}", i))
	}
	return table(tb, lines...)
}

func BenchmarkMatch(b *testing.B) {
	tab := thousand(b)
	for _, c := range []struct{ name, path string }{
		{"literal", "/v1/resource150"}, {"parameter", "/v1/resource150/42"}, {"two-parameters", "/v1/resource150/42/items/7"},
		{"nowhere", "/v1/resource150/42/items/7/8"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tab.Match("GET", c.path)
			}
		})
		b.Run(c.name+"-index", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tab.Index("GET", c.path)
			}
		})
	}
}

func BenchmarkNewTable(b *testing.B) {
	all := thousand(b).Patterns()[:100]
	for b.Loop() {
		if _, err := NewTable(all); err != nil {
			b.Fatal(err)
		}
	}
}
