package policycompiler

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// tableOf returns a table from lines such as "+GET /orders". "+" marks a permitted rule, and "-" one that is elsewhere.
func tableOf(tb testing.TB, lines ...string) (*access.Table, []bool) {
	tb.Helper()
	var rules []access.Rule
	var permitted []bool
	for _, line := range lines {
		line, plus := strings.CutPrefix(line, "+")
		line, minus := strings.CutPrefix(line, "-")
		rules = append(rules, access.Rule{Pattern: route.MustParse(line), Elsewhere: minus})
		permitted = append(permitted, plus)
	}
	t, err := access.NewTable(rules)
	if err != nil {
		tb.Fatal(err)
	}
	return t, permitted
}

func compilerOf(tb testing.TB, t *access.Table) *Compiler {
	tb.Helper()
	c, err := NewCompiler(t)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// says returns a policy in short form: "Allow GET/a GET/b; Deny GET/c".
func says(tb testing.TB, policy []byte) string {
	tb.Helper()
	doc, err := iampolicy.Parse(string(policy))
	if err != nil {
		tb.Fatalf("%s: %v", policy, err)
	}
	var out []string
	for _, s := range doc.Statements {
		var resources []string
		for _, r := range s.Resource {
			rest, ok := strings.CutPrefix(r, prefix)
			if !ok {
				tb.Errorf("resource %q is outside of the API", r)
			}
			resources = append(resources, rest)
		}
		out = append(out, string(s.Effect)+" "+strings.Join(resources, " "))
	}
	return strings.Join(out, "; ")
}

func TestAppend(t *testing.T) {
	const any7 = "DELETE/x DELETE/x/ GET/x GET/x/ HEAD/x HEAD/x/ OPTIONS/x OPTIONS/x/ PATCH/x PATCH/x/ POST/x POST/x/ " +
		"PUT/x PUT/x/"
	for _, c := range []struct {
		name  string
		rules []string
		want  string
	}{
		{"nothing is permitted: a statement all the same", []string{"GET /a"}, "Deny *"},
		{"nothing is the authorizer's", []string{"-GET /a"}, "Deny *"},
		{"there are no rules", nil, "Deny *"},
		{"everything is permitted", []string{"+GET /a", "+POST /b/{id}"}, "Allow *"},
		{"everything that is the authorizer's", []string{"+GET /a", "-GET /b", "-ANY /{p+}"}, "Allow *"},
		{"a literal, with the slash that is ignored", []string{"+GET /a", "GET /b"}, "Allow GET/a GET/a/"},
		{"the root's path is a slash", []string{"+GET /", "GET /b"}, "Allow GET/"},
		{"a parameter is not empty, so that the parent stays out", []string{"+GET /a/{id}", "GET /a"},
			"Allow GET/a/?*; Deny *//*"},
		{"a parameter in the middle", []string{"+GET /a/{id}/b", "GET /x"}, "Allow GET/a/*/b GET/a/*/b/; Deny *//*"},
		{"ANY is its seven verbs, since */x also matches GET/y/x", []string{"+ANY /x", "POST /b"},
			"Allow " + strings.ReplaceAll(any7, "POST/x POST/x/ ", "") + " POST/x POST/x/"},
		{"ANY beside a verb of its own", []string{"+ANY /x", "GET /x"},
			"Allow " + strings.ReplaceAll(any7, "GET/x GET/x/ ", "")},
		{"* crosses slashes: the sub-resource is denied", []string{"+GET /a/{id}", "GET /a/{id}/b"},
			"Allow GET/a/?*; Deny GET/a/*/b GET/a/*/b/ *//*"},
		{"a literal beside the parameter is denied", []string{"+GET /a/{id}", "GET /a/export"},
			"Allow GET/a/?*; Deny GET/a/export GET/a/export/ *//*"},
		{"not so if it has another verb", []string{"+GET /a/{id}", "POST /a/export"}, "Allow GET/a/?*; Deny *//*"},
		{"the parameter beside a literal needs no Deny", []string{"+GET /users/me", "GET /users/{id}"},
			"Allow GET/users/me GET/users/me/"},
		{"nor does the parameter above a permitted one", []string{"GET /users/{id}", "+GET /users/{id}/posts"},
			"Allow GET/users/*/posts GET/users/*/posts/; Deny *//*"},
		{"a branch that is permitted is one pattern", []string{"+GET /a", "+GET /a/b", "+GET /a/c", "GET /z"},
			"Allow GET/a GET/a/*; Deny *//*"},
		{"without its own resource", []string{"GET /a", "+GET /a/b", "+GET /a/c", "GET /z"}, "Allow GET/a/?*; Deny *//*"},
		{"not if what falls through goes elsewhere in it", []string{"+GET /a/b", "+GET /a/c", "GET /{p+}"},
			"Allow GET/a/b GET/a/b/ GET/a/c GET/a/c/"},
		{"a branch with a rule for other callers", []string{"+GET /a/b", "+GET /a/c", "-GET /a/d", "GET /z"},
			"Allow GET/a/?*; Deny *//*"},
		{"all of a verb", []string{"+GET /", "+GET /a", "+GET /b/{c}", "POST /a"}, "Allow GET/*; Deny *//*"},
		{"all but one: allow everything, deny that",
			[]string{"+GET /a/{x}/b", "+GET /c/{x}/d", "+GET /e", "+GET /f", "GET /g"}, "Allow GET/*; Deny GET/g GET/g/ *//*"},
		{"denied in one", []string{"+GET /{p+}", "GET /a", "GET /a/b", "GET /a/c", "GET /a/{d+}"},
			"Allow GET/?*; Deny GET/a GET/a/* *//*"},
		{"greedy", []string{"+GET /files/{p+}", "GET /files"}, "Allow GET/files/?*; Deny *//*"},
		{"fall-through: the catch-all takes the other verbs", []string{"+ANY /{p+}", "GET /admin"},
			"Allow DELETE/?* HEAD/?* OPTIONS/?* PATCH/?* POST/?* PUT/?* GET/?*; Deny GET/admin GET/admin/ *//*"},
		{"fall-through past what is barred", []string{"+GET /{p+}", "POST /admin"}, "Allow GET/?*; Deny *//*"},
		{"what a pattern matches elsewhere in the tree is denied there", []string{"+GET /{t}/users", "GET /admin/{what}"},
			"Allow GET/*/users GET/*/users/; Deny GET/admin/?* *//*"},
		{"and closer, where the whole would hit something permitted",
			[]string{"+GET /{t}/users", "GET /admin/{what}", "+GET /admin/{what}/logs"},
			"Allow GET/*/users GET/*/users/ GET/admin/*/logs GET/admin/*/logs/; Deny GET/admin/users GET/admin/users/ *//*"},
		{"a rule that no request reaches is not allowed",
			[]string{"+ANY /a", "GET /a", "DELETE /a", "HEAD /a", "OPTIONS /a", "PATCH /a", "POST /a", "PUT /a"}, "Deny *"},
		{"deep", []string{"+GET /{a}/{b}/{c}/{d}", "GET /x"}, "Allow GET/*/*/*/?*; Deny *//*"},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, permitted := tableOf(t, c.rules...)
			policy, err := compilerOf(t, table).Append(nil, prefix, allOf(permitted))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, says(t, policy)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAppendJSON(t *testing.T) {
	table, permitted := tableOf(t, "+GET /a/{id}", "GET /a/b")
	c := compilerOf(t, table)
	got, err := c.Append([]byte(`"policyDocument":`), "arn:aws-cn:execute-api:cn-north-1:123456789012:api/s/",
		allOf(permitted))
	if err != nil {
		t.Fatal(err)
	}
	const p = "arn:aws-cn:execute-api:cn-north-1:123456789012:api/s/"
	const want = `"policyDocument":{"Version":"2012-10-17","Statement":[` +
		`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["` + p + `GET/a/?*"]},` +
		`{"Effect":"Deny","Action":"execute-api:Invoke","Resource":["` + p + `GET/a/b","` + p + `GET/a/b/","` +
		p + `*//*"]}]}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestAppendErrors(t *testing.T) {
	table, permitted := tableOf(t, "+GET /orders/{id}", "GET /orders/{id}/items", "+GET /orders/{id}/items/{item}")
	c := compilerOf(t, table)
	before := []byte("before")
	got, err := c.Append(before, prefix, allOf(permitted))
	const want = `policycompiler: no policy that may be cached allows just the permitted routes: the Deny for "GET ` +
		`/orders/{id}/items" would hit requests to "GET /orders/{id}/items/{item}", which are permitted`
	if !errors.Is(err, ErrConflict) || err.Error() != want || string(got) != "before" {
		t.Errorf("want %s\n got %v, with %q", want, err, got)
	}
	for _, bad := range []string{"", "arn:aws:execute-api:us-east-1:123456789012:api/prod", prefix + "GET/",
		`arn:aws:execute-api:us-east-1:1:api/"/`, "arn:aws:execute-api:us-east-1:1:*/prod/"} {
		if got, err := c.Append(before, bad, allOf([]bool{true, true, true})); !errors.Is(err, ErrARN) ||
			string(got) != "before" {
			t.Errorf("prefix %q: want ErrARN, got %v, with %q", bad, err, got)
		}
	}
	// If there are fewer or more results than rules, rules without a result are not permitted.
	if got, err := c.Append(nil, prefix, allOf(nil)); err != nil || says(t, got) != "Deny *" {
		t.Errorf("no answers: got %s, %v", got, err)
	}
	if got, err := c.Append(nil, prefix, allOf(make([]bool, 500))); err != nil || says(t, got) != "Deny *" {
		t.Errorf("500 answers: got %s, %v", got, err)
	}
}

func TestTooLarge(t *testing.T) {
	var lines []string
	for i := range 400 {
		lines = append(lines, fmt.Sprintf("%sGET /resource-number-%d", strings.Repeat("+", i%2), i))
	}
	table, permitted := tableOf(t, lines...)
	c := compilerOf(t, table)
	c.Limit = 30_000
	_, err := c.Append(nil, prefix, allOf(permitted))
	const want = "policycompiler: the policy is too large: 34190 bytes, and the limit is 30000: guard fewer routes with " +
		"one authorizer, or put those that need the same under one path"
	if !errors.Is(err, ErrTooLarge) || err.Error() != want {
		t.Errorf("want %s\n got %v", want, err)
	}
	table, permitted = tableOf(t, "+GET /"+strings.Repeat("long", 120), "GET /a")
	_, err = compilerOf(t, table).Append(nil, prefix, allOf(permitted))
	if !errors.Is(err, ErrTooLarge) ||
		!strings.HasSuffix(err.Error(), "has 543 characters, and API Gateway takes 512: shorten the route's path") {
		t.Errorf("a long path: got %v", err)
	}
}

// TestSameRightsSameBytes checks this for several compilers, at any time, and after any other request.
func TestSameRightsSameBytes(t *testing.T) {
	r := newRand(11)
	for range 200 {
		table := randomTable(r, 20)
		a, b := compilerOf(t, table), compilerOf(t, table)
		first := map[string]string{}
		for range 30 {
			permitted := randomPermitted(r, table)
			one, err1 := a.Append(nil, prefix, allOf(permitted))
			two, err2 := b.Append([]byte("x"), prefix, allOf(permitted))
			if (err1 == nil) != (err2 == nil) || err1 == nil && "x"+string(one) != string(two) {
				t.Fatalf("%s, %v\n%s, %v", one, err1, two, err2)
			}
			key := fmt.Sprint(permitted)
			if known, ok := first[key]; ok && known != string(one) {
				t.Fatalf("first %s\n then %s", known, one)
			}
			first[key] = string(one)
		}
	}
}

func TestAppendInParallel(t *testing.T) {
	r := newRand(12)
	table, _ := tableOf(t, "GET /", "GET /a", "GET /b/{id}", "POST /b", "GET /b/{id}/c", "PUT /b/{id}", "ANY /d/{p+}",
		"GET /e", "GET /f", "POST /f", "GET /g/{x}/{y}")
	c := compilerOf(t, table)
	var sets [][]bool
	for range 2 * maxCached { // so that the cache is cleared under way
		set := make([]bool, len(table.Rules()))
		for i := range set {
			set[i] = r.IntN(2) == 0
		}
		sets = append(sets, set)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for i, s := range sets {
				got, err := c.Append(nil, prefix, allOf(s))
				want, err2 := compilerOf(t, table).Append(nil, prefix, allOf(s))
				if string(got) != string(want) || (err == nil) != (err2 == nil) {
					t.Errorf("set %d: want %s, got %s", i, want, got)
				}
			}
		})
	}
	wait.Wait()
	if len(c.cached) > maxCached {
		t.Errorf("%d policies are kept: want %d at most", len(c.cached), maxCached)
	}
}

// bigTable returns an API of n routes as services grow them, and the rights of a caller who may call some of them.
func bigTable(tb testing.TB, n int) (*access.Table, access.Rights) {
	var rules []access.Rule
	for i := 0; len(rules) < n; i++ {
		name := fmt.Sprintf("/v1/resource%d", i)
		read := access.Requirement{Kind: access.Scope, AnyOf: []string{fmt.Sprintf("r%d:read", i), "admin"}}
		write := access.Requirement{Kind: access.Scope, AnyOf: []string{fmt.Sprintf("r%d:write", i), "admin"}}
		for _, p := range []struct {
			pattern string
			req     access.Requirement
		}{
			{"GET " + name, read},
			{"POST " + name, write},
			{"GET " + name + "/{id}", read},
			{"PUT " + name + "/{id}", write},
			{"DELETE " + name + "/{id}", write},
			{"GET " + name + "/{id}/items", read},
			{"POST " + name + "/{id}/items", write},
			{"GET " + name + "/{id}/items/{item}", read},
		} {
			if len(rules) < n {
				rules = append(rules, access.Rule{Pattern: route.MustParse(p.pattern), Requires: []access.Requirement{p.req}})
			}
		}
	}
	t, err := access.NewTable(rules)
	if err != nil {
		tb.Fatal(err)
	}
	var rights access.Rights
	for i := range n / 8 {
		if i%2 == 0 {
			rights.Scopes = append(rights.Scopes, fmt.Sprintf("r%d:read", i))
		}
		if i%3 == 0 {
			rights.Scopes = append(rights.Scopes, fmt.Sprintf("r%d:write", i))
		}
	}
	return t, rights
}

func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{10, 100, 300} {
		table, rights := bigTable(b, n)
		c := compilerOf(b, table)
		permitted := table.Grant(rights).All
		policy, err := c.Append(nil, prefix, allOf(permitted))
		if err != nil {
			b.Fatal(err)
		}
		out := make([]byte, 0, 2*len(policy))
		b.Run(fmt.Sprintf("%d-routes/known-rights", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				out, _ = c.Append(out[:0], prefix, allOf(permitted))
			}
			b.ReportMetric(float64(len(policy)), "bytes")
		})
		b.Run(fmt.Sprintf("%d-routes/new-rights", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				clear(c.cached)
				out, _ = c.Append(out[:0], prefix, allOf(permitted))
			}
		})
	}
}

func BenchmarkNewCompiler(b *testing.B) {
	for _, n := range []int{100, 300} {
		table, _ := bigTable(b, n)
		b.Run(fmt.Sprintf("%d-routes", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := NewCompiler(table); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAtSynth(b *testing.B) {
	for _, n := range []int{30, 100, 300} {
		table, _ := bigTable(b, n)
		c := compilerOf(b, table)
		b.Run(fmt.Sprintf("%d-routes/conflicts", n), func(b *testing.B) {
			for b.Loop() {
				c.Conflicts()
			}
		})
		b.Run(fmt.Sprintf("%d-routes/size", n), func(b *testing.B) {
			for b.Loop() {
				if err := c.CheckSize(len(prefix)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
