package access

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func pathIs(parameter, claim string) Requirement {
	return Requirement{Kind: PathIs, Parameter: parameter, Claim: claim}
}

func pathIn(parameter, claim string) Requirement {
	return Requirement{Kind: PathIn, Parameter: parameter, Claim: claim}
}

func TestUsable(t *testing.T) {
	for _, v := range []string{
		"a", "u-17", "auth0|5f7c", "jo@example.com", "a:b+c", "~._-", "...", "azAZ09", strings.Repeat("a", 128),
	} {
		if !Usable(v) {
			t.Errorf("%q is refused", v)
		}
	}
	for _, v := range []string{
		"", ".", "..", "a/b", "a%b", "a*", "a?", "$a", "${a}", "a b", "é", "\x00", "a\n", `"`, `\`, "#", "=",
		strings.Repeat("a", 129),
	} {
		if Usable(v) {
			t.Errorf("%q is accepted", v)
		}
	}
}

func TestEscaped(t *testing.T) {
	for v, want := range map[string]string{"u-17": "u-17", "auth0|7": "auth0%7C7", "a@b:c+d|e": "a%40b%3Ac%2Bd%7Ce"} {
		if got := Escaped(v); got != want {
			t.Errorf("%s: got %s, want %s", v, got, want)
		}
	}
}

func TestPathRequirementString(t *testing.T) {
	for _, c := range []struct {
		in   Requirement
		want string
	}{
		{pathIs("id", "sub"), "the path's id is the caller's sub"},
		{pathIn("tenant", "app.tenants"), "the path's tenant is in the caller's app.tenants"},
		{either(pathIs("id", "sub"), group("admins")), "either the path's id is the caller's sub or group admins"},
	} {
		if got := c.in.String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestMarshalPathRequirements(t *testing.T) {
	table, err := NewTable([]Rule{rule("GET /t/{t}/{x}", pathIn("t", "tenants"), either(pathIs("x", "sub"), group("g")))})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"version":1,"routes":[` + "\n" +
		`{"route":"GET /t/{t}/{x}","requires":[{"kind":"pathIn","parameter":"t","claim":"tenants"},` +
		`{"kind":"either","either":[{"kind":"pathIs","parameter":"x","claim":"sub"},{"kind":"group","anyOf":["g"]}]}]}` +
		"\n]}\n"
	if diff := cmp.Diff(want, string(table.Marshal())); diff != "" {
		t.Error(diff)
	}
	again, err := Parse([]byte(want))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(table.Rules(), again.Rules()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"tenants", "sub"}, table.Claims()); diff != "" {
		t.Error(diff)
	}
}

func TestParsePathRequirementErrors(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"parameter that the path lacks", `{"kind":"pathIs","parameter":"x","claim":"sub"}`,
			`has no parameter "x": it has "id"`},
		{"literal that is named like a parameter", `{"kind":"pathIs","parameter":"files","claim":"sub"}`,
			`has no parameter "files": it has "id"`},
		{"greedy parameter", `{"kind":"pathIs","parameter":"rest","claim":"sub"}`, `{rest+} takes any number of segments`},
		{"values", `{"kind":"pathIn","parameter":"id","claim":"sub","anyOf":["x"]}`,
			`a pathIn requirement has values of its own`},
		{"no claim", `{"kind":"pathIs","parameter":"id"}`, `without the name of the claim`},
		{"no parameter", `{"kind":"pathIs","claim":"sub"}`, `without the name of a parameter`},
		{"parameter of a scope", `{"kind":"scope","parameter":"id","anyOf":["a"]}`,
			`names the path's parameter "id", which it does not look at`},
		{"parameter of Either", `{"kind":"either","parameter":"id","either":[]}`, `has values of its own`},
		{"parameter within Either",
			`{"kind":"either","either":[{"kind":"pathIs","parameter":"x","claim":"s"},{"kind":"scope","anyOf":["a"]}]}`,
			`has no parameter "x"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(`{"version":1,"routes":[{"route":"GET /files/{id}/{rest+}","requires":[` + c.in + `]}]}`))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %s\n got %v", c.want, err)
			}
		})
	}
}

// TestPermittedLeavesPathsOut checks that rights do not permit routes that a table permits only by path values.
func TestPermittedLeavesPathsOut(t *testing.T) {
	table, err := NewTable([]Rule{
		rule("GET /a/{id}", pathIs("id", "sub")),
		rule("GET /b/{id}", either(pathIs("id", "sub"), scope("s"))),
		rule("GET /c/{id}", pathIs("id", "sub"), scope("s")),
		rule("GET /d", scope("s")),
	})
	if err != nil {
		t.Fatal(err)
	}
	rights := Rights{Claims: []ClaimValue{{Path: "sub", Text: "u"}}}
	if diff := cmp.Diff([]bool{false, false, false, false}, table.Grant(rights).All); diff != "" {
		t.Error(diff)
	}
	g := table.Grant(rights)
	same := func(a, b string) bool { return a == b }
	for rule, want := range map[int]bool{0: true, 1: true, 2: false} {
		path := []string{"/a/u", "/b/u", "/c/u"}[rule]
		if g.Permits(rule, path, same) != want || g.Permits(rule, path+"x", same) {
			t.Errorf("%s: want %v", path, want)
		}
	}
	g.Left = []Left{{Rule: 0, Segments: []int{1}, Values: []string{"u"}, Why: "so"}, {Rule: 1}}
	if g.Permits(0, "/a/u", same) || g.Permits(1, "/b/u", same) || g.WhyNot(0) != "so" {
		t.Error("an omitted rule is permitted")
	}
	if g.WhyNot(2) == "" {
		t.Error("a rule that is not omitted has no explanation")
	}
	for name, l := range map[string]Left{
		"another value":   {Segments: []int{1}, Values: []string{"v"}},
		"another segment": {Segments: []int{0}, Values: []string{"u"}},
		"another rule":    {Rule: 1},
	} {
		if g.Left = []Left{l}; !g.Permits(0, "/a/u", same) {
			t.Errorf("%s is omitted, and this one is not permitted", name)
		}
	}
	g = table.Grant(Rights{Scopes: []string{"s"}, Claims: rights.Claims})
	if !g.All[1] || g.All[2] || !g.Permits(2, "/c/u/", same) {
		t.Errorf("with the scope: %v", g.All)
	}
	if table.Bound(0) == nil || table.Bound(3) != nil {
		t.Errorf("got the ways %v and %v", table.Bound(0), table.Bound(3))
	}
}

// TestGrantLeavesLiteralsOut checks that a value belongs to another route if that route has it as a literal at the same
// place.
func TestGrantLeavesLiteralsOut(t *testing.T) {
	table, err := NewTable([]Rule{
		rule("GET /u/{id}", pathIn("id", "ids")),
		rule("GET /u/me", scope("s")),
		rule("PUT /u/me/x", scope("s")),
		rule("GET /v/other", scope("s")),
		rule("GET /w/{id}", pathIn("id", "ids"), pathIs("id", "sub")),
	})
	if err != nil {
		t.Fatal(err)
	}
	g := table.Grant(Rights{Claims: []ClaimValue{
		{Path: "ids", List: []string{"me", "other", "u-1", "a*"}},
		{Path: "sub", Text: "u-1"},
	}})
	if diff := cmp.Diff([]string{"other", "u-1"}, g.ValuesOf(g.Ways[0][0][0])); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"u-1"}, g.ValuesOf(g.Ways[4][0][0])); diff != "" {
		t.Error(diff)
	}
	same := func(a, b string) bool { return a == b }
	for _, c := range []struct {
		rule int
		path string
		want bool
	}{
		{0, "/u/u-1", true},
		{0, "/u/other", true},
		{0, "/u/me", false},
		{0, "/u/a*", false},
		{0, "/u/", false},
		{1, "/u/me", false},
		{4, "/w/u-1", true},
		{4, "/w/other", false},
		{5, "/u/u-1", false}, // there are five rules
	} {
		if got := g.Permits(c.rule, c.path, same); got != c.want {
			t.Errorf("rule %d, %s: got %v", c.rule, c.path, got)
		}
	}
	if g := table.Grant(Rights{}); g.Ways != nil || g.Permits(0, "/u/u-1", same) || g.Permits(1, "/u/me", same) {
		t.Error("no rights permit a rule")
	}
}

func TestWaysJoinParameters(t *testing.T) {
	table, err := NewTable([]Rule{
		rule("GET /{a}/{b}", either(pathIs("b", "x"), pathIs("a", "x")), either(pathIs("a", "y"), pathIs("b", "y"))),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got [][]Bind
	for _, w := range table.Bound(0) {
		if w.Unmet == 3 {
			for _, way := range w.Ways {
				got = append(got, way)
			}
		}
	}
	want := [][]Bind{
		{{Segment: 0, Sources: []int{1}}, {Segment: 1, Sources: []int{0}}},
		{{Segment: 1, Sources: []int{0, 1}}},
		{{Segment: 0, Sources: []int{0, 1}}},
		{{Segment: 0, Sources: []int{0}}, {Segment: 1, Sources: []int{1}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
