package policycompiler

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// owned returns a table from lines. A line has a route, and what it requires: "id=sub" or "tenant~tenants" for a
// parameter, "+s" for a scope, "|" between alternatives of Either; "-" for a route that is elsewhere.
func owned(t testing.TB, lines ...string) *access.Table {
	t.Helper()
	var rules []access.Rule
	for _, line := range lines {
		words := strings.Fields(line)
		rule := access.Rule{Pattern: route.MustParse(strings.Join(words[:2], " "))}
		for _, word := range words[2:] {
			if word == "-" {
				rule.Elsewhere = true
				continue
			}
			var all []access.Requirement
			for one := range strings.SplitSeq(word, "|") {
				if scope, found := strings.CutPrefix(one, "+"); found {
					all = append(all, access.Requirement{Kind: access.Scope, AnyOf: []string{scope}})
				} else if parameter, claim, found := strings.Cut(one, "="); found {
					all = append(all, access.Requirement{Kind: access.PathIs, Parameter: parameter, Claim: claim})
				} else {
					parameter, claim, _ := strings.Cut(one, "~")
					all = append(all, access.Requirement{Kind: access.PathIn, Parameter: parameter, Claim: claim})
				}
			}
			if len(all) > 1 {
				all = []access.Requirement{{Kind: access.Either, Either: all}}
			}
			rule.Requires = append(rule.Requires, all...)
		}
		rules = append(rules, rule)
	}
	table, err := access.NewTable(rules)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// text and list return claims.
func text(path, value string) access.ClaimValue { return access.ClaimValue{Path: path, Text: value} }
func list(path string, values ...string) access.ClaimValue {
	return access.ClaimValue{Path: path, List: values}
}

func scopes(names string, claims ...access.ClaimValue) access.Rights {
	return access.Rights{Scopes: strings.Fields(names), Claims: claims}
}

// allowedBy returns the requests that the policy for the rights allows.
func allowedBy(t testing.TB, c *Compiler, rights access.Rights, requests ...string) (out []string) {
	t.Helper()
	g := c.table.Grant(rights)
	policy, err := c.Append(nil, prefix, &g)
	if err != nil {
		t.Fatal(err)
	}
	document, err := iampolicy.Parse(string(policy))
	if err != nil {
		t.Fatalf("%s: %v", policy, err)
	}
	safe := safeOnly(t, policy)
	for _, request := range requests {
		verb, path, _ := strings.Cut(request, " ")
		allowed := document.Evaluate(iampolicy.Request{
			Action: iampolicy.InvokeAction, Resource: prefix + verb + path,
		}).Outcome == iampolicy.Allowed
		if allowed {
			out = append(out, request)
		}
		if got := safe.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction, Resource: prefix + verb + path}).Outcome ==
			iampolicy.Allowed; got != (allowed && !slices.Contains(unsafeVerbs[:], verb)) {
			t.Errorf("%s: allowed %v, with the unsafe verbs denied %v", request, allowed, got)
		}
		if rule, ok := c.table.Match(verb, path); ok && !strings.Contains(path, "//") &&
			Permits(&g, rule, path) != allowed && !(c.DenyEscapes && strings.Contains(path, "%")) {
			t.Errorf("%s: allowed %v, and Permits says otherwise", request, allowed)
		}
	}
	return out
}

func TestOwnership(t *testing.T) {
	for _, c := range []struct {
		name   string
		table  []string
		rights access.Rights
		allow  []string
		deny   []string
	}{
		{
			"value is a segment",
			[]string{"GET /users/{id} id=sub", "GET /users/{id}/posts/{post} id=sub", "GET /open"},
			scopes("", text("sub", "u-17")),
			[]string{"GET /users/u-17", "GET /users/u-17/", "GET /users/u-17/posts/7", "GET /open"},
			[]string{"GET /users/u-18", "GET /users/u-1", "GET /users/u-17x", "GET /users/U-17", "GET /users/*",
				"GET /users/u-18/posts/u-17", "GET /users/u-17//posts/7", "GET /users//u-17", "GET /users/u%2D17"},
		},
		{
			"value with reserved characters has two spellings",
			[]string{"GET /users/{id} id=sub"},
			scopes("", text("sub", "auth0|7:a+b@c")),
			[]string{"GET /users/auth0|7:a+b@c", "GET /users/auth0%7C7%3Aa%2Bb%40c"},
			[]string{"GET /users/auth0%7c7%3aa%2bb%40c", "GET /users/auth0%7C7:a+b@c", "GET /users/auth0"},
		},
		{
			"list",
			[]string{"GET /tenants/{tenant}/bills tenant~tenants"},
			scopes("", list("tenants", "acme", "b|c", "acme")),
			[]string{"GET /tenants/acme/bills", "GET /tenants/b|c/bills", "GET /tenants/b%7Cc/bills"},
			[]string{"GET /tenants/b/bills", "GET /tenants/c/bills", "GET /tenants/acme"},
		},
		{
			"a list is not a text, nor a text a list",
			[]string{"GET /a/{id} id=sub", "GET /b/{id} id~tenants"},
			scopes("", list("sub", "x"), text("tenants", "x")),
			nil,
			[]string{"GET /a/x", "GET /b/x"},
		},
		{
			"either the owner or a scope, as the owner",
			[]string{"GET /users/{id} id=sub|+admin"},
			scopes("", text("sub", "u-17")),
			[]string{"GET /users/u-17"}, []string{"GET /users/u-18"},
		},
		{
			"either the owner or a scope, with the scope",
			[]string{"GET /users/{id} id=sub|+admin"},
			scopes("admin", text("sub", "u-17")),
			[]string{"GET /users/u-17", "GET /users/u-18"}, nil,
		},
		{
			"owner and scope",
			[]string{"GET /users/{id} id=sub +s"},
			scopes("", text("sub", "u-17")),
			nil, []string{"GET /users/u-17"},
		},
		{
			"two parameters",
			[]string{"GET /t/{tenant}/u/{id} tenant~tenants id=sub"},
			scopes("", text("sub", "u"), list("tenants", "a", "b")),
			[]string{"GET /t/a/u/u", "GET /t/b/u/u"},
			[]string{"GET /t/c/u/u", "GET /t/a/u/a", "GET /t/u/u/a"},
		},
		{
			"two parameters whose values have two spellings each",
			[]string{"GET /t/{tenant}/u/{id} tenant~tenants id=sub"},
			scopes("", text("sub", "a|b"), list("tenants", "c:d", "e")),
			[]string{"GET /t/c:d/u/a|b", "GET /t/c%3Ad/u/a%7Cb", "GET /t/e/u/a|b", "GET /t/e/u/a%7Cb"},
			[]string{"GET /t/c%3Ad/u/a|b", "GET /t/c:d/u/a%7Cb", "GET /t/e/u/c:d", "GET /t/e/u/"},
		},
		{
			"value that makes one path of two routes",
			[]string{"GET /{org}/{team} team~teams", "GET /{org}/{team}/admins team~teams"},
			scopes("", list("teams", "admins", "blue")),
			[]string{"GET /o/blue", "GET /o/blue/admins"},
			[]string{"GET /o/admins", "GET /o/admins/admins", "GET /o/red", "GET /o/red/admins"},
		},
		{
			"either of two parameters",
			[]string{"GET /friends/{a}/{b} a=sub|b=sub"},
			scopes("", text("sub", "u")),
			[]string{"GET /friends/u/x", "GET /friends/x/u", "GET /friends/u/u"},
			[]string{"GET /friends/x/y", "GET /friends/x", "GET /friends/"},
		},
		{
			"one parameter of two claims",
			[]string{"GET /t/{tenant} tenant=home tenant~tenants"},
			scopes("", text("home", "a"), list("tenants", "a", "b")),
			[]string{"GET /t/a"}, []string{"GET /t/b"},
		},
		{
			"one parameter of two claims without a value in common",
			[]string{"GET /t/{tenant} tenant=home tenant~tenants", "GET /u/{id} id=home"},
			scopes("", text("home", "c"), list("tenants", "a", "b")),
			[]string{"GET /u/c"}, []string{"GET /t/a", "GET /t/b", "GET /t/c"},
		},
		{
			"one parameter of two claims, one of which is missing",
			[]string{"GET /t/{tenant} tenant=home tenant~tenants", "GET /u/{id} id=home"},
			scopes("", text("home", "c")),
			[]string{"GET /u/c"}, []string{"GET /t/c"},
		},
		{
			"claim whose name is a literal sibling",
			[]string{"GET /users/{id} id=sub", "GET /users/me +s", "POST /users/{id} id=sub"},
			scopes("", text("sub", "me")),
			nil, []string{"GET /users/me", "GET /users/me/", "GET /users/%6De", "POST /users/me"},
		},
		{
			"value that is a literal of another place",
			[]string{"GET /t/{tenant}/users tenant~tenants", "GET /users +s"},
			scopes("", list("tenants", "users", "acme")),
			[]string{"GET /t/users/users", "GET /t/acme/users"}, []string{"GET /users"},
		},
		{
			"two claims of one value",
			[]string{"GET /a/{id} id=sub", "GET /b/{id} id~tenants"},
			scopes("", text("sub", "x"), list("tenants", "x", "y")),
			[]string{"GET /a/x", "GET /b/x", "GET /b/y"}, []string{"GET /a/y"},
		},
		{
			"what a * takes is denied to others",
			[]string{"GET /{t}/users +s", "GET /admin/{what} what=sub", "GET /x"},
			scopes("s", text("sub", "u")),
			[]string{"GET /b/users", "GET /admin/u"}, []string{"GET /admin/users", "GET /admin/x"},
		},
		{
			"route below that is barred",
			[]string{"GET /u/{id}/p/{post} id=sub", "GET /u/{id}/p/{post}/audit +s"},
			scopes("", text("sub", "me")),
			[]string{"GET /u/me/p/1"}, []string{"GET /u/me/p/1/audit", "GET /u/x/p/1"},
		},
		{
			"route below of the same owner",
			[]string{"GET /u/{id}/p/{post} id=sub", "GET /u/{id}/p/{post}/c/{comment} id=sub"},
			scopes("", text("sub", "me")),
			[]string{"GET /u/me/p/1", "GET /u/me/p/1/c/2"}, []string{"GET /u/x/p/me/c/me", "GET /u/x/p/1"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			compiler := compilerOf(t, owned(t, c.table...))
			if conflicts := compiler.Conflicts(); len(conflicts) > 0 {
				t.Fatal(conflicts[0])
			}
			got := allowedBy(t, compiler, c.rights, append(slices.Clone(c.allow), c.deny...)...)
			if !slices.Equal(got, c.allow) {
				t.Errorf("allowed %q\n   want %q", got, c.allow)
			}
		})
	}
}

// Only a usable value is ever a segment of a policy.
func TestHostileValuesPermitNothing(t *testing.T) {
	c := compilerOf(t, owned(t, "GET /users/{id} id=sub", "GET /t/{t}/x t~tenants", "GET /users/me +s"))
	for _, v := range []string{
		"", ".", "..", "*", "?", "$", "${aws:username}", "/", "a/b", "%", "%2F", "u%2D17", "a b", "é", `"`, `\`, "\x00",
		"a\n", "me",
		"=0", "\x00=0", strings.Repeat("a", 129), strings.Repeat("a", 600), "(", "'", "!", ",", ";", "&", "#", "<", "{id}",
	} {
		got := allowedBy(t, c, scopes("", text("sub", v), list("tenants", v)), "GET /users/"+v, "GET /t/"+v+"/x",
			"GET /users/x", "GET /users/u-17", "GET /users/me", "GET /t/x/x", "GET /users/%6De", "GET /users/%2e%2e")
		if v == "me" { // not a literal there
			got = slices.DeleteFunc(got, func(r string) bool { return r == "GET /t/me/x" })
		}
		if len(got) > 0 {
			t.Errorf("%q: allowed %q", v, got)
		}
	}
}

func TestOwnershipConflicts(t *testing.T) {
	for _, c := range []struct {
		name  string
		table []string
		want  string // a part of the first conflict
	}{
		{"* before the segment and all below it", []string{"GET /a/{x}/b/{id}/{rest+} id=sub"},
			`a caller who may call "GET /a/{x}/b/{id}/{rest+}" for some values of its path's parameters gets a policy that ` +
				`denies GET/a/*/b/*`},
		{"* before the segment, and a deeper route", []string{"GET /a/{x}/b/{id} id=sub", "GET /a/{x}/b/{id}/b/{y} +s"}, ``},
		{"* of another route takes other values", []string{"GET /{x}/b +s", "GET /{x}/{id} id=sub"}, ``},
		{"Deny hits the owner", []string{"GET /u/{id}/p/{post} id=sub", "GET /u/{id}/p/{post}/a +s",
			"GET /u/{id}/p/{post}/a/{z} id=sub"},
			`and not "GET /u/{id}/p/{post}/a" gets a policy that denies GET/u/<sub>/p/*/a`},
		{"Deny hits what anyone may call", []string{"GET /u/{id}/p/{post} id=sub", "GET /u/{id}/p/{post}/a +s",
			"GET /u/{id}/p/{post}/a/{z}"},
			`and not "GET /u/{id}/p/{post}/a" gets a policy that denies GET/u/<sub>/p/*/a`},
		{"greedy route that anyone may call", []string{"GET /{rest+}", "GET /u/{id} id=sub"},
			`may call "GET /{rest+}" and not "GET /u/{id}" gets a policy that denies GET/u/?*`},
		{"owner's routes alone", []string{"GET /u/{id} id=sub", "GET /u/{id}/p id=sub", "GET /u/{id}/p/{post} id=sub",
			"DELETE /u/{id} id=sub|+admin"}, ``},
		{"parameters one after the other", []string{"GET /{t}/{x} t~tenants", "GET /{t}/{x}/y t~tenants",
			"GET /{t} t~tenants"}, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			conflicts := compilerOf(t, owned(t, c.table...)).Conflicts()
			switch {
			case c.want == "" && len(conflicts) > 0:
				t.Error(conflicts[0])
			case c.want != "" && len(conflicts) == 0:
				t.Error("no conflict")
			case c.want != "" && !strings.Contains(conflicts[0].String(), c.want):
				t.Errorf("want %s\n got %s", c.want, conflicts[0])
			}
		})
	}
}

// The percent-encoded spelling of a literal is not that literal. An Allow for one does not lead where the other leads.
func TestLiteralThatCanBeEscaped(t *testing.T) {
	c := compilerOf(t, owned(t, "GET /{x}/{id} id=sub", "GET /q/a:b +s", "GET /q/{id} +s"))
	if conflicts := c.Conflicts(); len(conflicts) > 0 {
		t.Fatal(conflicts[0])
	}
	got := allowedBy(t, c, scopes("", text("sub", "a:b")), "GET /z/a:b", "GET /z/a%3Ab", "GET /q/a:b", "GET /q/a%3Ab")
	if got != nil {
		t.Errorf("allowed %q", got)
	}
}

// Lists that are far too long cost no more than others.
func TestLongListsOfManyRoutes(t *testing.T) {
	var lines []string
	for i := range 100 {
		lines = append(lines, fmt.Sprintf("GET /r%d/{t}/{x} t~tenants", i))
	}
	c := compilerOf(t, owned(t, append(lines, "GET /u/{id} id=sub")...))
	var values []string
	for i := range access.MaxValues {
		values = append(values, fmt.Sprintf("tenant-%04d", i))
	}
	rights := scopes("", text("sub", "u"), list("tenants", values...))
	if got := allowedBy(t, c, rights, "GET /u/u", "GET /r7/tenant-0001/x"); !slices.Equal(got, []string{"GET /u/u"}) {
		t.Errorf("allowed %q", got)
	}
	g := c.table.Grant(rights)
	if allocated := testing.AllocsPerRun(3, func() {
		g.Left = nil
		if _, err := c.Append(nil, prefix, &g); err != nil {
			t.Fatal(err)
		}
	}); allocated > 5000 {
		t.Errorf("%v allocations", allocated)
	}
}

// Routes below one parameter share what allows them, so that many tenants fit, even if a tenant has the name of a
// route.
func TestTenantsOfManyRoutes(t *testing.T) {
	var lines []string
	for i := range 60 {
		lines = append(lines, fmt.Sprintf("GET /t/{t}/r%d/{x} t~tenants", i))
	}
	c := compilerOf(t, owned(t, lines...))
	values := []string{"r7"}
	for i := range 200 {
		values = append(values, fmt.Sprintf("tenant-%04d", i))
	}
	for _, tenants := range [][]string{values[1:], values} {
		got := allowedBy(t, c, scopes("", list("tenants", tenants...)), "GET /t/tenant-0001/r7/x", "GET /t/tenant-0199/r59/y",
			"GET /t/tenant-0200/r1/x")
		if len(got) != 2 {
			t.Errorf("%d tenants: allowed %q", len(tenants), got)
		}
	}
}

// The suggested route has parameters, and no claims in place of their values.
func TestNarrowerOfOwners(t *testing.T) {
	conflicts := compilerOf(t, owned(t, "GET /u/{id}/p/{post} id=sub", "GET /u/{id}/p/{post}/a +s",
		"GET /u/{id}/p/{post}/a/{z} id=sub")).Conflicts()
	if len(conflicts) == 0 {
		t.Fatal(conflicts)
	}
	if got, want := conflicts[0].Narrower(), "GET /u/{id}/p/{post}/a/a"; got != want {
		t.Errorf("got %s, want %s\n%s", got, want, conflicts[0])
	}
}

// For a route that synth would refuse, a policy allows its owners less, never more.
func TestWhereThereIsNoSoundPolicy(t *testing.T) {
	c := compilerOf(t, owned(t, "GET /a/{x}/b/{id}/{rest+} id=sub", "GET /open"))
	got := allowedBy(t, c, scopes("", text("sub", "u-17")), "GET /a/q/b/u-17/z", "GET /a/q/b/u-18/b/u-17/z", "GET /open")
	if !slices.Equal(got, []string{"GET /open"}) {
		t.Errorf("allowed %q", got)
	}
	g := c.table.Grant(scopes("", text("sub", "u-17")))
	if _, err := c.Append(nil, prefix, &g); err != nil || len(g.Left) != 1 || g.Left[0].Rule != 0 {
		t.Errorf("left %v, %v", g.Left, err)
	}
}

func TestValuesThatDoNotFitAreLeftOut(t *testing.T) {
	long := "GET /" + strings.Repeat("deep/", 70) + "{id} id=sub"
	c := compilerOf(t, owned(t, long, "GET /u/{id} id=sub", "GET /t/{t} t~tenants"))
	c.Limit = 16 << 10
	path := "GET /" + strings.Repeat("deep/", 70)
	wide := strings.Repeat("v", 128)
	if got := allowedBy(t, c, scopes("", text("sub", wide)), path+wide, "GET /u/"+wide); len(got) != 1 {
		t.Errorf("long value: allowed %q", got)
	}
	var many []string
	for i := range 500 {
		many = append(many, fmt.Sprintf("tenant-%d", i))
	}
	if got := allowedBy(t, c, scopes("", text("sub", "u"), list("tenants", many...)), "GET /t/tenant-1", "GET /u/u",
		path+"u"); !slices.Equal(got, []string{"GET /u/u", path + "u"}) {
		t.Errorf("many values: allowed %q", got)
	}
	some := scopes("", text("sub", "u"), list("tenants", many[:20]...))
	if got := allowedBy(t, c, some, "GET /t/tenant-1"); len(got) != 1 {
		t.Errorf("some values: allowed %q", got)
	}
	for i := range 1000 {
		many = append(many, fmt.Sprintf("more-%d", i))
	}
	c.Limit = defaultLimit
	if got := allowedBy(t, c, scopes("", list("tenants", many...)), "GET /t/tenant-1"); got != nil {
		t.Errorf("more values than count: allowed %q", got)
	}
}

// The same rights give the same bytes, and cached policies do not depend on values.
func TestPoliciesOfOwnersAreNotKept(t *testing.T) {
	c := compilerOf(t, owned(t, "GET /u/{id} id=sub", "GET /t/{t} t~tenants", "GET /x +s"))
	for i := range 1000 {
		rights := scopes("s", text("sub", fmt.Sprintf("u-%d", i)), list("tenants", fmt.Sprintf("b-%d", i), "a"))
		one, other := c.table.Grant(rights), c.table.Grant(scopes("s", list("tenants", "a", fmt.Sprintf("b-%d", i), "a"),
			text("sub", fmt.Sprintf("u-%d", i))))
		a, err := c.Append(nil, prefix, &one)
		b, err2 := c.Append(nil, prefix, &other)
		if err != nil || err2 != nil || string(a) != string(b) {
			t.Fatalf("%v %v\n%s\n%s", err, err2, a, b)
		}
	}
	if len(c.cached) != 1 {
		t.Errorf("%d plans are kept", len(c.cached))
	}
}

// TestPlansOfOwnersAreNotShared checks that callers do not share a plan if different parameters of a route must match.
func TestPlansOfOwnersAreNotShared(t *testing.T) {
	c := compilerOf(t, owned(t, "GET /o/{a}/{b} a=x|+s b=y|+t", "GET /z +z"))
	requests := []string{"GET /o/1/9", "GET /o/9/2", "GET /o/1/2", "GET /o/9/9"}
	claims := []access.ClaimValue{text("x", "1"), text("y", "2")}
	for _, k := range []struct {
		scopes string
		want   []string
	}{
		{"s", []string{"GET /o/9/2", "GET /o/1/2"}},
		{"t", []string{"GET /o/1/9", "GET /o/1/2"}},
		{"", []string{"GET /o/1/2"}},
		{"s t", requests},
	} {
		if got := allowedBy(t, c, scopes(k.scopes, claims...), requests...); !slices.Equal(got, k.want) {
			t.Errorf("with the scopes %q: allowed %q, want %q", k.scopes, got, k.want)
		}
	}
}

// A resource of an ANY route is as long as that of its longest verb. Only the values that are too long are left out.
func TestLongValueOfAnyVerb(t *testing.T) {
	path := "/" + strings.Repeat("d", maxResource-len(prefix)-len("OPTIONS")-len("//")-100) + "/"
	c := compilerOf(t, owned(t, "ANY "+path+"{t} t~tenants", "GET /z +z"))
	short, fits, long := "a", strings.Repeat("b", 99), strings.Repeat("c", 100)
	got := allowedBy(t, c, scopes("", list("tenants", short, fits, long)), "GET "+path+short, "OPTIONS "+path+fits,
		"OPTIONS "+path+long, "GET "+path+long)
	if want := []string{"GET " + path + short, "OPTIONS " + path + fits}; !slices.Equal(got, want) {
		t.Errorf("allowed %q, want %q", got, want)
	}
}

func TestDenyEscapesLeavesEscapedSpellingsOut(t *testing.T) {
	c := compilerOf(t, owned(t, "GET /u/{id} id=sub"))
	c.DenyEscapes = true
	g := c.table.Grant(scopes("", text("sub", "a|b")))
	policy, err := c.Append(nil, prefix, &g)
	if err != nil || !strings.Contains(string(policy), `/u/a|b"`) || strings.Contains(string(policy), "%7C") {
		t.Errorf("%s, %v", policy, err)
	}
	if got := allowedBy(t, c, scopes("", text("sub", "a|b")), "GET /u/a|b", "GET /u/a%7Cb"); len(got) != 1 {
		t.Errorf("allowed %q", got)
	}
	// The policy has the caller's values, because one of them is a literal of another route.
	c = compilerOf(t, owned(t, "GET /t/{t}/{id} t~tenants id=sub", "GET /t/me/x +s"))
	c.DenyEscapes = true
	got := allowedBy(t, c, scopes("", text("sub", "a|b"), list("tenants", "c:d", "me")), "GET /t/c:d/a|b", "GET /t/me/a|b",
		"GET /t/c%3Ad/a%7Cb", "GET /t/c:d/a%7Cb", "GET /t/me/x")
	if want := []string{"GET /t/c:d/a|b"}; !slices.Equal(got, want) {
		t.Errorf("allowed %q, want %q", got, want)
	}
}

func TestMethodOfOwner(t *testing.T) {
	table := owned(t, "GET /u/{id} id=sub", "GET /u/me +s", "GET /t/{t}/{rest+} t~tenants")
	g := table.Grant(scopes("", text("sub", "auth0|7"), list("tenants", "a-b", "me")))
	for path, want := range map[string]bool{
		"/u/auth0%7C7": true, "/u/auth0%7c7": true, "/u/%61uth0%7C7": true, "/u/auth0%7C7/": true,
		"/u/auth0%7C": false, "/u/auth0%257C7": false, "/u/auth0%7C7%": false, "/u/auth0%7C7%2": false,
		"/u/auth0%7C7%zz": false,
		"/u/auth0%7C77":   false, "/u//auth0%7C7": false, "/u/auth0%7C7//": false,
		"/t/a-b/x": true, "/t/a%2Db/x/y": true, "/t/c/a-b": false, "/t/me/x": true,
		"/u/me": false, "/u/%6De": false,
	} {
		a, err := ParseARN(prefix + "GET" + path)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := Method(table, &g, a); got != want {
			t.Errorf("%s: got %v", path, got)
		}
	}
	g = table.Grant(scopes("", text("sub", "me")))
	for _, path := range []string{"/u/me", "/u/%6De", "/u/m%65"} {
		a, _ := ParseARN(prefix + "GET" + path)
		if _, got := Method(table, &g, a); got {
			t.Errorf("%s: a user called me got in", path)
		}
	}
}

func TestCheckSizeOfOwnership(t *testing.T) {
	var lines []string
	for i := range 40 {
		lines = append(lines, fmt.Sprintf("GET /t/{t}/r%d/{x} t~tenants", i))
	}
	c := compilerOf(t, owned(t, lines...))
	if err := c.CheckSize(LongestPrefix); err != nil {
		t.Errorf("40 routes: %v", err)
	}
	// Ten values of 64 characters a route fit, also at run time.
	var values []string
	for i := range 10 {
		values = append(values, fmt.Sprintf("%064d", i))
	}
	g := c.table.Grant(scopes("", list("tenants", values...)))
	policy, err := c.Append(nil, prefix, &g)
	if err != nil || len(g.Left) > 0 {
		t.Errorf("left %v, %v", g.Left, err)
	}
	if said, _ := c.maxSize(len(prefix)); said < len(policy) {
		t.Errorf("at most %d bytes, got %d", said, len(policy))
	}
	c.Limit = len(policy) / 2
	if err := c.CheckSize(len(prefix)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("half of it: %v", err)
	}
}
