package route

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     Pattern
	}{
		{"root", "GET /", Pattern{Verb: "GET"}},
		{"literal", "POST /orders", Pattern{"POST", []Segment{{Literal, "orders"}}}},
		{"parameter", "GET /orders/{id}", Pattern{"GET", []Segment{{Literal, "orders"}, {Param, "id"}}}},
		{"greedy", "ANY /files/{proxy+}", Pattern{"ANY", []Segment{{Literal, "files"}, {Greedy, "proxy"}}}},
		{"all that a literal may hold", "GET /a:b.c_d-e$1", Pattern{"GET", []Segment{{Literal, "a:b.c_d-e$1"}}}},
		{"a name may hold the same", "GET /{a:b.c_d-e$1}", Pattern{"GET", []Segment{{Param, "a:b.c_d-e$1"}}}},
		{"a literal may repeat a parameter's name", "GET /id/{id}",
			Pattern{"GET", []Segment{{Literal, "id"}, {Param, "id"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Parse(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if got.String() != c.in {
				t.Errorf("String: want %q, got %q", c.in, got.String())
			}
		})
	}
	for _, verb := range append([]string{Any}, Verbs...) {
		if p, err := Parse(verb + " /"); err != nil || p.Verb != verb {
			t.Errorf("verb %s: got %v, %v", verb, p, err)
		}
	}
}

// TestParseErrors has each error text in full, because people read them, and each must have a fix.
func TestParseErrors(t *testing.T) {
	const alphabet = `API Gateway takes letters, digits and : . _ - $ in a path, not `
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", `want a verb, one space and a path, like "GET /orders/{id}"`},
		{"a verb only", "GET", `want a verb, one space and a path, like "GET /orders/{id}"`},
		{"no verb", "/orders",
			`no verb: write "ANY /orders" for every verb, or one of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT`},
		{"unknown verb", "FETCH /orders",
			`unknown verb "FETCH": API Gateway has DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT and ANY`},
		{"a verb that HTTP has and API Gateway has not", "TRACE /",
			`unknown verb "TRACE": API Gateway has DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT and ANY`},
		{"lower-case verb", "get /orders", `verb "get": verbs are written in upper case: "GET"`},
		{"lower-case any", "Any /orders", `verb "Any": verbs are written in upper case: "ANY"`},
		{"two spaces", "GET  /orders", `path " /orders" does not start with a slash`},
		{"no slash", "GET orders", `path "orders" does not start with a slash`},
		{"a host, as ServeMux takes", "GET example.com/orders", `path "example.com/orders" does not start with a slash`},
		{"trailing slash", "GET /orders/",
			`the path ends in a slash, which API Gateway ignores: write "GET /orders", and "GET /orders/{proxy+}" for what ` +
				`lies below it`},
		{"trailing slashes", "GET /a/b//",
			`the path ends in a slash, which API Gateway ignores: write "GET /a/b", and "GET /a/b/{proxy+}" for what ` +
				`lies below it`},
		{"nothing but slashes", "GET //", `an empty segment (two slashes in a row): the root path is "GET /"`},
		{"empty segment", "GET /a//b", `an empty segment (two slashes in a row)`},
		{"leading empty segment", "GET //b", `an empty segment (two slashes in a row)`},
		{"greedy not last", "GET /{p+}/x",
			`the greedy parameter {p+} is not last: API Gateway takes it only at the end of a path`},
		{"named twice", "GET /{id}/x/{id}", `the parameter "id" is named twice: give each its own name`},
		{"named twice, once greedy", "GET /{id}/{id+}", `the parameter "id" is named twice: give each its own name`},
		{"ServeMux's greedy", "GET /files/{path...}", `segment "{path...}": API Gateway writes a greedy parameter {path+}`},
		{"ServeMux's end", "GET /files/{$}", `segment "{$}": API Gateway's paths match exactly already; leave it out`},
		{"no name", "GET /{}", `segment "{}": the parameter has no name`},
		{"greedy without a name", "GET /{+}", `segment "{+}": the parameter has no name`},
		{"text before a parameter", "GET /v{id}", `segment "v{id}": a parameter takes the whole segment, as in {id}`},
		{"text after a parameter", "GET /{id}.json", `segment "{id}.json": a parameter takes the whole segment, as in {id}`},
		{"unclosed", "GET /{id", `segment "{id": a parameter takes the whole segment, as in {id}`},
		{"unopened", "GET /id}", `segment "id}": a parameter takes the whole segment, as in {id}`},
		{"two parameters", "GET /{a}{b}",
			`segment "{a}{b}": a parameter's name takes letters, digits and : . _ - $, not '}'`},
		{"plus inside the name", "GET /{a+b}",
			`segment "{a+b}": a parameter's name takes letters, digits and : . _ - $, not '+'`},
		{"wildcard", "GET /*", `segment "*": ` + alphabet + `'*': a parameter is {id}, and all that lies below is {proxy+}`},
		{"Flask's parameter", "GET /orders/<id>",
			`segment "<id>": ` + alphabet + `'<': a parameter is {id}, and all that lies below is {proxy+}`},
		{"Next.js's parameter", "GET /orders/[id]",
			`segment "[id]": ` + alphabet + `'[': a parameter is {id}, and all that lies below is {proxy+}`},
		{"question mark", "GET /a?b=c", `segment "a?b=c": ` + alphabet + `'?'`},
		{"percent", "GET /a%20b", `segment "a%20b": ` + alphabet + `'%'`},
		{"space", "GET /a b", `segment "a b": ` + alphabet + `' '`},
		{"tilde", "GET /~me", `segment "~me": ` + alphabet + `'~'`},
		{"not ASCII", "GET /größe", `segment "größe": ` + alphabet + `'ö'`},
		{"not UTF-8", "GET /\xff", `segment "\xff": ` + alphabet + `'�'`},
		{"NUL", "GET /a\x00", `segment "a\x00": ` + alphabet + `'\x00'`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(c.in)
			if err == nil {
				t.Fatal("want an error, got none")
			}
			rest, ok := strings.CutPrefix(err.Error(), "route: pattern "+quote(c.in)+": ")
			if !ok || rest != c.want {
				t.Errorf("want %q\n got %q", c.want, rest)
			}
		})
	}
}

func TestMustParse(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("want a panic for a pattern that is wrong, got none")
		}
	}()
	MustParse("nonsense")
}

func TestPatternTakes(t *testing.T) {
	for _, c := range []struct {
		pattern, verb string
		want          bool
	}{
		{"GET /", "GET", true},
		{"GET /", "HEAD", false},
		{"ANY /", "PUT", true},
		{"ANY /", "TRACE", false}, // API Gateway's ANY is its seven verbs
		{"ANY /", "ANY", false},   // ANY is not a verb that a request can have
		{"ANY /", "", false},
	} {
		if got := MustParse(c.pattern).takes(c.verb); got != c.want {
			t.Errorf("%s matches %q: want %v, got %v", c.pattern, c.verb, c.want, got)
		}
	}
}

// FuzzParse checks that an accepted pattern is written back unchanged, and that two parses of it do not differ.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"GET /", "ANY /files/{proxy+}", "GET /orders/{id}/items/{item}", "get /x", "/x",
		"GET /{a}{b}", "GET //", "GET /a:b.c_d-e$1", "GET /{$}", "POST /%2F"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Parse(s)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "route: pattern ") {
				t.Errorf("the error does not name the pattern: %v", err)
			}
			return
		}
		if p.String() != s {
			t.Errorf("%q is written back as %q", s, p.String())
		}
		if strings.ContainsAny(s, `*?%"\<>`) || strings.Contains(p.Path(), " ") {
			t.Errorf("%q: a character of policies, of URLs or of JSON passed", s)
		}
		again, err := Parse(p.String())
		if err != nil || !cmp.Equal(p, again) {
			t.Errorf("%q: read again as %v, %v", s, again, err)
		}
	})
}
