package access

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

func claim(path string, texts ...string) Requirement {
	return Requirement{Kind: Claim, Claim: path, AnyOf: texts}
}

func claimHas(path, text string) Requirement {
	return Requirement{Kind: ClaimHas, Claim: path, AnyOf: []string{text}}
}

func either(alternatives ...Requirement) Requirement {
	return Requirement{Kind: Either, Either: alternatives}
}

func TestConditionString(t *testing.T) {
	for _, c := range []struct {
		in   Requirement
		want string
	}{
		{claim("plan", "pro"), "claim plan is pro"},
		{claim("plan", "pro", "team"), "claim plan is one of pro, team"},
		{claimHas("amr", "mfa"), "claim amr has mfa"},
		{either(claim("plan", "pro"), group("staff", "admins")), "either claim plan is pro or group staff or admins"},
	} {
		if got := c.in.String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestCheckConditions(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []Requirement
		want string
	}{
		{"claim without a name", []Requirement{claim("", "x")},
			`a claim requirement without the name of the claim: name it, as in Claim("plan")`},
		{"claim without a text", []Requirement{claim("plan")}, "a claim requirement without a value admits no caller"},
		{"empty text", []Requirement{claim("plan", "")}, "a claim requirement has an empty value, which no token brings"},
		{"text twice", []Requirement{claim("plan", "pro", "pro")},
			`the value "pro" of claim plan is listed twice: leave one out`},
		{"name that is not UTF-8", []Requirement{claimHas("\xff", "x")}, `the claim's name "\xff" is not valid UTF-8`},
		{"scope of a claim", []Requirement{{Kind: Scope, Claim: "scp", AnyOf: []string{"x"}}},
			`a scope requirement names the claim "scp": the issuer's settings say which claim has scopes`},
		{"scope with alternatives", []Requirement{{Kind: Scope, AnyOf: []string{"x"}, Either: []Requirement{scope("y")}}},
			"a scope requirement has alternatives, which only either has"},
		{"one alternative", []Requirement{either(scope("x"))}, "Either has 1 alternatives: name at least two"},
		{"alternative twice", []Requirement{either(scope("x"), scope("x"))}, `Either has the alternative "scope x" twice`},
		{"wrong alternative", []Requirement{either(scope("x"), group())}, "a group requirement without a value"},
		{"Either within Either", []Requirement{either(scope("x"), either(scope("y"), scope("z")))},
			"Either is an alternative of Either: name its alternatives in the outer one"},
		{"Either with values", []Requirement{{Kind: Either, AnyOf: []string{"x"},
			Either: []Requirement{scope("y"), scope("z")}}},
			"an either requirement has values of its own"},
		{"Either with a claim", []Requirement{{Kind: Either, Claim: "plan", Either: []Requirement{scope("y"), scope("z")}}},
			"an either requirement has values of its own"},
		{"condition twice", []Requirement{claim("plan", "pro"), claim("plan", "pro")},
			"it requires twice that claim plan is pro: leave one out"},
		{"alternatives twice", []Requirement{either(scope("x"), group("g")), either(scope("x"), group("g"))},
			"it requires twice that either scope x or group g: leave one out"},
		{"parameter that the path lacks", []Requirement{pathIs("id", "sub")},
			`it requires that the path's id is the caller's sub, and its path has no parameter of one segment`},
		{"two texts of one claim", []Requirement{claim("plan", "pro"), claim("plan", "free", "team")},
			"no token meets all that it requires, since a claim has one text: name the texts that it may have in one OneOf"},
		{"text and list", []Requirement{claim("amr", "mfa"), claimHas("amr", "mfa")}, "no token meets all that it requires"},
	} {
		t.Run(c.name, func(t *testing.T) {
			errs := CheckAll(route.MustParse("GET /a"), c.in)
			if len(errs) != 1 || !strings.Contains(errs[0].Error(), c.want) {
				t.Errorf("want %s\n got %v", c.want, errs)
			}
		})
	}
	for _, in := range [][]Requirement{
		{claim("plan", "pro", "team"), claimHas("amr", "mfa"), claimHas("amr", "otp")},
		{either(claim("plan", "pro"), claim("plan", "free")), claim("plan", "free", "x")},
		{scope("a"), scope("a")},
	} {
		if errs := CheckAll(route.MustParse("GET /a"), in); errs != nil {
			t.Errorf("%v: %v", in, errs)
		}
	}
}

// Parameters meet the first requirements in 16 ways, which are supported, and one more alternative makes 20.
func TestCheckAllCountsWays(t *testing.T) {
	p := route.MustParse("GET /{a}/{b}")
	four := either(pathIs("a", "x"), pathIs("a", "y"), pathIs("b", "x"), pathIs("b", "y"))
	other := either(pathIn("a", "x"), pathIn("a", "y"), pathIn("b", "x"), pathIn("b", "y"))
	if errs := CheckAll(p, []Requirement{four, other}); errs != nil {
		t.Errorf("16 ways: %v", errs)
	}
	other.Either = append(other.Either, pathIn("b", "z"))
	errs := CheckAll(p, []Requirement{four, other})
	const want = "parameters of the path meet its requirements in 20 ways, and 16 are supported: name fewer alternatives"
	if len(errs) != 1 || errs[0].Error() != want {
		t.Errorf("want %s\n got %v", want, errs)
	}
}

func TestPermittedByConditions(t *testing.T) {
	table, err := NewTable([]Rule{
		rule("GET /plan", claim("plan", "pro", "team")),
		rule("GET /mfa", claimHas("amr", "mfa")),
		rule("GET /either", either(claim("plan", "pro"), group("admins")), scope("s")),
		rule("GET /amr", claim("amr", "mfa")),
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"plan", "amr"}, table.Claims()); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		name   string
		rights Rights
		want   []bool
	}{
		{"no claim", Rights{Scopes: []string{"s"}}, []bool{false, false, false, false}},
		{"one of the texts", Rights{Claims: []ClaimValue{{Path: "plan", Text: "team"}}}, []bool{true, false, false, false}},
		{"part of a text", Rights{Claims: []ClaimValue{{Path: "plan", Text: "pro2"}}}, []bool{false, false, false, false}},
		{"list for a text", Rights{Claims: []ClaimValue{{Path: "plan", List: []string{"pro"}}}},
			[]bool{false, false, false, false}},
		{"list", Rights{Claims: []ClaimValue{{Path: "amr", List: []string{"pwd", "mfa"}}}},
			[]bool{false, true, false, false}},
		{"text for a list", Rights{Claims: []ClaimValue{{Path: "amr", Text: "mfa"}}}, []bool{false, false, false, true}},
		{"text of another claim", Rights{Claims: []ClaimValue{{Path: "amr", Text: "pro"}}},
			[]bool{false, false, false, false}},
		{"first alternative", Rights{Scopes: []string{"s"}, Claims: []ClaimValue{{Path: "plan", Text: "pro"}}},
			[]bool{true, false, true, false}},
		{"second alternative", Rights{Scopes: []string{"s"}, Groups: []string{"admins"}}, []bool{false, false, true, false}},
		{"alternative without the other requirement", Rights{Groups: []string{"admins"}}, []bool{false, false, false, false}},
		{"group for a claim", Rights{Groups: []string{"pro"}, Roles: []string{"mfa"}}, []bool{false, false, false, false}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, table.Grant(c.rights).All); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMarshalConditions(t *testing.T) {
	table, err := NewTable([]Rule{
		rule("GET /a", claim("plan", "pro", "team"), claimHas("amr", "mfa")),
		rule("GET /b", either(claim("plan", "pro"), group("admins"))),
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"version":1,"routes":[` + "\n" +
		`{"route":"GET /a","requires":[{"kind":"claim","claim":"plan","anyOf":["pro","team"]},` +
		`{"kind":"claimHas","claim":"amr","anyOf":["mfa"]}]},` + "\n" +
		`{"route":"GET /b","requires":[{"kind":"either","either":[{"kind":"claim","claim":"plan","anyOf":["pro"]},` +
		`{"kind":"group","anyOf":["admins"]}]}]}` + "\n]}\n"
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
}

func TestParseConditionErrors(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"either within either",
			`{"kind":"either","either":[{"kind":"either","either":[]},{"kind":"scope","anyOf":["a"]}]}`,
			`"requires": "either": "either": not known to this release`},
		{"alternatives that are not a list", `{"kind":"either","either":{}}`, `"either": want an array, got an object`},
		{"claim that is not a string", `{"kind":"claim","claim":["plan"],"anyOf":["a"]}`,
			`"claim": want a string, got an array`},
		{"claim of a scope", `{"kind":"scope","claim":"plan","anyOf":["a"]}`, `a scope requirement names the claim "plan"`},
		{"claim without a name", `{"kind":"claim","anyOf":["a"]}`, `without the name of the claim`},
		{"value twice", `{"kind":"claim","claim":"plan","anyOf":["a","a"]}`, `is listed twice`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(`{"version":1,"routes":[{"route":"GET /","requires":[` + c.in + `]}]}`))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %s\n got %v", c.want, err)
			}
		})
	}
}

func TestLackingWithClaims(t *testing.T) {
	for _, c := range []struct {
		name      string
		permitted []Rule
		other     Rule
		want      Rights
		ok        bool
	}{
		{"claim has one text", []Rule{rule("GET /p", claim("plan", "free")), rule("GET /q", claim("plan", "pro"))},
			rule("GET /n", scope("s")), Rights{}, false},
		{"text that both take", []Rule{rule("GET /p", claim("plan", "free", "pro")),
			rule("GET /q", claim("plan", "x", "pro"))},
			rule("GET /n", scope("s")), Rights{Claims: []ClaimValue{{Path: "plan", Text: "pro"}}}, true},
		{"the other's text cannot be there", []Rule{rule("GET /p", claim("plan", "free", "pro"))},
			rule("GET /n", claim("plan", "free")), Rights{Claims: []ClaimValue{{Path: "plan", Text: "pro"}}}, true},
		{"lists add", []Rule{rule("GET /p", claimHas("amr", "a")), rule("GET /q", claimHas("amr", "b"))},
			rule("GET /n", claimHas("amr", "c")), Rights{Claims: []ClaimValue{{Path: "amr", List: []string{"a", "b"}}}}, true},
		{"second alternative", []Rule{rule("GET /p", either(scope("a"), group("g")))}, rule("GET /n", scope("a")),
			Rights{Groups: []string{"g"}}, true},
		{"all alternatives are the other's", []Rule{rule("GET /p", scope("a"))},
			rule("GET /n", either(scope("a"), group("g"))),
			Rights{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := lacking(c.other, c.permitted...)
			if diff := cmp.Diff(c.want, got); ok != c.ok || diff != "" {
				t.Errorf("want %v, got %v: %s", c.ok, ok, diff)
			}
		})
	}
}

// TestLackingClaimsSearch compares lacking with a search through all values of two claims.
func TestLackingClaimsSearch(t *testing.T) {
	values := func(path string) []ClaimValue {
		return []ClaimValue{{Path: path}, {Path: path, Text: "a"}, {Path: path, Text: "b"}, {Path: path, List: []string{"a"}},
			{Path: path, List: []string{"b"}}, {Path: path, List: []string{"a", "b"}}}
	}
	r := rand.New(rand.NewPCG(5, 6))
	atom := func() Requirement {
		path := []string{"x", "y"}[r.IntN(2)]
		if r.IntN(2) == 0 {
			return claimHas(path, []string{"a", "b"}[r.IntN(2)])
		}
		return claim(path, [][]string{{"a"}, {"b"}, {"a", "b"}}[r.IntN(3)]...)
	}
	random := func() Rule {
		out := rule("GET /r")
		for range 1 + r.IntN(2) {
			if out.Requires = append(out.Requires, atom()); r.IntN(3) == 0 {
				out.Requires = append(out.Requires, either(atom(), atom()))
			}
		}
		return out
	}
	found := 0
	for range 2000 {
		other, permitted := random(), []Rule{random(), random()}
		want := false
		for _, x := range values("x") {
			for _, y := range values("y") {
				rights := Rights{Claims: []ClaimValue{x, y}}
				want = want || permitted[0].Permits(rights) && permitted[1].Permits(rights) && !other.Permits(rights)
			}
		}
		got, ok := lacking(other, permitted...)
		if ok != want {
			t.Fatalf("%v without %v: want %v, got %v %v", permitted, other, want, ok, got)
		}
		if ok && (other.Permits(got) || !permitted[0].Permits(got) || !permitted[1].Permits(got)) {
			t.Fatalf("%v without %v: wrong rights %v", permitted, other, got)
		}
		if ok {
			found++
		}
	}
	if found < 100 || found > 1900 {
		t.Errorf("%d of 2000 were found", found)
	}
}

func TestValues(t *testing.T) {
	var all []Requirement
	for one := range either(scope("a", "b"), claim("plan", "pro")).Values {
		all = append(all, one)
	}
	if diff := cmp.Diff([]Requirement{scope("a"), scope("b"), claim("plan", "pro")}, all); diff != "" {
		t.Error(diff)
	}
	for one := range scope("a", "b").Values {
		if one.AnyOf[0] != "a" {
			t.Errorf("the first value is %q", one.AnyOf)
		}
		break // the others must not be yielded
	}
	if r, ok := (Rights{}).WithFirst(pathIs("id", "sub")); !ok || !cmp.Equal(r, Rights{}) {
		t.Errorf("a requirement without values adds %v, %v", r, ok)
	}
}

func TestImplies(t *testing.T) {
	for _, c := range []struct {
		a, b Requirement
		want bool
	}{
		{scope("a"), scope("a", "b"), true},
		{scope("a", "b"), scope("a"), false},
		{claim("plan", "pro"), either(claim("plan", "pro", "team"), group("g")), true},
		{either(scope("a"), group("g")), scope("a"), false},
		{claim("plan", "pro"), claim("tier", "pro"), false},
		{pathIs("id", "sub"), either(pathIs("id", "sub"), pathIs("id", "owner"), group("g")), true},
		{pathIs("id", "sub"), group("g"), false},
		{pathIs("id", "sub"), pathIn("id", "sub"), false},
		{either(pathIs("id", "sub"), group("g")), pathIs("id", "sub"), false},
		{group("g"), either(pathIs("id", "sub"), group("g")), true},
		{claimHas("plan", "pro"), claim("plan", "pro"), false},
	} {
		if got := c.a.Implies(c.b); got != c.want {
			t.Errorf("%s implies %s: got %v", c.a, c.b, got)
		}
	}
}
