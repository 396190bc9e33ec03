package plan

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

func from(ranges ...string) FromCIDRs { return FromCIDRs{ranges} }

// odd is the Deny for spellings of paths that can be read in two ways.
const odd = `Deny Resource [execute-api:/prod/*//* execute-api:/prod/*/%2F* execute-api:/prod/*/%2f* ` +
	`execute-api:/prod/*/./* execute-api:/prod/*/. execute-api:/prod/*..*] `

const office, branch = "203.0.113.0/24", "198.51.100.0/24"

func TestWrongFromCIDRs(t *testing.T) {
	ops := func(words ...Access) func(*Props) { return add(handle("GET /ops", fn, words...)) }
	testRefusals(t, []refusal{
		{"no range", ops(from()), `route "GET /ops": its FromCIDRs names no range, which locks every caller out: want ` +
			`ranges like "203.0.113.0/24"`},
		{"not a range", ops(from("office")), `route "GET /ops": its FromCIDRs: "office" is not a CIDR: want an address ` +
			`and a length, like "203.0.113.0/24" or "2001:db8::/32", or one address`},
		{"a list that is a token", ops(from("#{Token[TOKEN.7]}")),
			`route "GET /ops": its FromCIDRs is a list known only when ` +
				`the stack is deployed: take single values of it with awscdk.Fn_Select`},
		{"every address", ops(from(office, "::/0")),
			`route "GET /ops": its FromCIDRs has "::/0", which is every address: leave FromCIDRs out`},
		{"twice", ops(from(office), from(branch)), `route "GET /ops": it has FromCIDRs twice: name all of its ranges in one`},
		{"in Either", ops(Either{[]Access{anyScope("s"), from(office)}}),
			"its Either holds FromCIDRs, which is not a requirement of who calls"},
		{"private addresses of a public endpoint", ops(from("10.0.0.0/8")),
			`route "GET /ops": its FromCIDRs has private addresses only, like "10.0.0.0/8"`},
		{"outside of the API's", both(ops(from(office)), policy(ResourcePolicy{AllowCIDRs: []string{branch}})),
			`route "GET /ops": its FromCIDRs has "203.0.113.0/24", and ResourcePolicy.AllowCIDRs has none of its addresses`},
		{"denied to the API", both(ops(from("203.0.113.7")), policy(ResourcePolicy{DenyCIDRs: []string{office}})),
			`route "GET /ops": its FromCIDRs has "203.0.113.7/32", which ResourcePolicy.DenyCIDRs denies as a whole`},
		{"no stage", both(ops(from(office)), func(p *Props) { p.RestAPI = &RestAPI{NotDeployed: true} }),
			`route "GET /ops" has FromCIDRs, and the stage is not known, as RestApiProps.Deploy is false`},
		{"a * that crosses slashes", add(handle("GET /a/{id}/audit", fn, from(office)), handle("GET /a/{id}", fn)),
			`route "GET /a/{id}/audit" has FromCIDRs, and "GET /a/{id}" does not have the same: the resource policy names the ` +
				`second by a *, which crosses slashes and would cover the first, so callers from elsewhere could reach it: give ` +
				`both the same FromCIDRs, or move one to another path`},
		{"a greedy route beside it", add(handle("GET /admin", fn, from(office)), handle("GET /{proxy+}", fn)),
			`route "GET /admin" has FromCIDRs, and "GET /{proxy+}" does not have the same`},
		{"other ranges below", add(handle("GET /a/{id}/audit", fn, from(office)), handle("GET /a/{id}", fn, from(branch))),
			`route "GET /a/{id}/audit" has FromCIDRs, and "GET /a/{id}" does not have the same`},
		{"an Allow that covers a guarded route",
			add(handle("GET /files/{id}", fn, Public{"x"}), handle("GET /files/{id}/audit", fn),
				handle("GET /ops", fn, from(office))),
			`FromCIDRs takes a resource policy, and "GET /files/{id}" needs an Allow in the policy, whose * crosses slashes`},
	})
}

func TestAddressStatements(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Props)
		want   []string
	}{
		{"one route", add(handle("GET /ops", fn, from(branch, office, "192.0.2.7"))), []string{
			`Allow Resource [execute-api:/prod/GET/health]`,
			`Deny NotResource [execute-api:/prod/*/health* execute-api:/prod/*/orders*] not from ` +
				`[192.0.2.7/32 198.51.100.0/24 203.0.113.0/24]`,
			odd + `not from [192.0.2.7/32 198.51.100.0/24 203.0.113.0/24]`,
		}},
		{"neighbours, and preflights", both(
			add(handle("GET /orders/{id}", fn, from(office)), handle("GET /", fn)),
			func(p *Props) { p.CORS = &CORS{AllowOrigins: []string{"*"}} },
		), []string{
			`Allow Resource [execute-api:/prod/GET/health execute-api:/prod/OPTIONS/*]`,
			`Deny NotResource [execute-api:/prod/GET/ execute-api:/prod/GET/health* execute-api:/prod/GET/orders ` +
				`execute-api:/prod/GET/orders/ execute-api:/prod/OPTIONS/*] not from [203.0.113.0/24]`,
			odd + `not from [203.0.113.0/24]`,
		}},
		{"a verb of a path", func(p *Props) {
			p.Routes = []Route{handle("GET /a", fn), handle("PUT /a", fn, from(office)), handle("DELETE /a", fn, from(office))}
		}, []string{
			`Deny NotResource [execute-api:/prod/GET/a*] not from [203.0.113.0/24]`,
			odd + `not from [203.0.113.0/24]`,
		}},
		{"a verb of a route for every verb", func(p *Props) {
			p.Routes = []Route{handle("ANY /a", fn), handle("PUT /a", fn, from(office)), handle("POST /a", fn)}
			p.CORS = &CORS{AllowOrigins: []string{"*"}}
		}, []string{
			`Allow Resource [execute-api:/prod/OPTIONS/*]`,
			`Deny NotResource [execute-api:/prod/DELETE/a* execute-api:/prod/GET/a* execute-api:/prod/HEAD/a* ` +
				`execute-api:/prod/OPTIONS/* execute-api:/prod/PATCH/a* execute-api:/prod/POST/a*] not from [203.0.113.0/24]`,
			odd + `not from [203.0.113.0/24]`,
		}},
		{"every route", func(p *Props) {
			p.Routes = []Route{handle("GET /a", fn, from(office)), handle("GET /b/{c}", fn, from(office))}
		}, []string{`Deny Resource execute-api:/* not from [203.0.113.0/24]`}},
		{"beside statements alone", both(add(handle("GET /ops", fn, from(office))),
			policy(ResourcePolicy{Statements: []bool{true}})), []string{
			`Deny NotResource [execute-api:/prod/*/health* execute-api:/prod/*/orders*] not from [203.0.113.0/24]`,
			odd + `not from [203.0.113.0/24]`,
		}},
		{"bare addresses of the API", policy(ResourcePolicy{AllowCIDRs: []string{"203.0.113.7", "2001:db8::7"},
			DenyCIDRs: []string{"203.0.113.9"}}), []string{
			`Allow Resource [execute-api:/prod/GET/health]`,
			`Deny Resource execute-api:/* not from [203.0.113.7/32 2001:db8::7/128]`,
			`Deny Resource execute-api:/*`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := New(table(tt.change))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range p.PolicyStatements() {
				line := fmt.Sprint(s["Effect"])
				for _, member := range []string{"Resource", "NotResource"} {
					if s[member] != nil {
						line += fmt.Sprint(" ", member, " ", s[member])
					}
				}
				if c, ok := s["Condition"].(condition); ok && c["NotIpAddress"] != nil {
					line += fmt.Sprint(" not from ", c["NotIpAddress"]["aws:SourceIp"])
				}
				got = append(got, line)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// For every accepted table, a request is denied by its address exactly if the route that serves it does not accept that
// address. This also holds if a path is decoded before it is matched. No odd spelling of a path may get through.
func FuzzFromCIDRs(f *testing.F) {
	for seed := range uint64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 7))
		props := randomRestricted(r)
		p, err := New(props)
		if err != nil {
			return
		}
		document, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": p.PolicyStatements()})
		if err != nil {
			t.Fatal(err)
		}
		if !p.RestrictsAddresses() {
			return
		}
		policy, err := iampolicy.Parse(string(document))
		if err != nil {
			t.Fatal(err)
		}
		const arn = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5"
		policy = policy.Expand(arn)
		for range 60 {
			verb, path := randomCall(r, p)
			for address, is := range map[string]string{"203.0.113.9": office, "198.51.100.9": branch, "192.0.2.1": ""} {
				context := iampolicy.Context{}
				context.Set("aws:SourceIp", address)
				got := policy.Evaluate(iampolicy.Request{
					Action: iampolicy.InvokeAction, Resource: arn + "/prod/" + verb + path, Context: context,
				}).Outcome
				checkAddress(t, p, verb, path, is, got)
			}
		}
	})
}

// checkAddress compares an outcome with the routes that serve a path, as sent and decoded.
func checkAddress(t *testing.T, p *Plan, verb, path, address string, got iampolicy.Outcome) {
	t.Helper()
	takes := func(path string) (served, takes bool) {
		i := p.table.Index(verb, path)
		if i < 0 || verb == "OPTIONS" && p.props.CORS != nil {
			return false, true
		}
		return true, p.Routes[i].From == nil || slices.Contains(p.Routes[i].From, address)
	}
	served, want := takes(path)
	decoded, err := url.PathUnescape(path)
	if err != nil {
		decoded = path
	}
	_, alsoDecoded := takes(decoded)
	isOdd := strings.Contains(path, "//") || strings.Contains(path, "..") || strings.Contains(path, "/./") ||
		strings.HasSuffix(path, "/.") || strings.Contains(path, "/%2F")
	switch {
	case got != iampolicy.ExplicitDeny && (!want || !alsoDecoded):
		t.Errorf("%s %s from %q is allowed\n%s", verb, path, address, describe(p))
	case got == iampolicy.ExplicitDeny && served && want && !isOdd:
		t.Errorf("%s %s from %q is denied\n%s", verb, path, address, describe(p))
	case served && !isOdd && want && p.Routes[p.table.Index(verb, path)].Guard == nil && !strings.HasSuffix(path, "/") &&
		got != iampolicy.Allowed:
		t.Errorf("%s %s from %q, which is public, is not allowed: %v\n%s", verb, path, address, got, describe(p))
	}
}

func describe(p *Plan) string {
	var b strings.Builder
	for _, r := range p.Routes {
		fmt.Fprintln(&b, r.Pattern, r.Guard, r.From)
	}
	for _, s := range p.PolicyStatements() {
		fmt.Fprintln(&b, s)
	}
	return b.String()
}

// randomRestricted returns a random table in which some routes accept only some addresses.
func randomRestricted(r *rand.Rand) Props {
	words := []string{"a", "b", "ab", "a-b"}
	verbs := []string{"GET", "GET", "POST", route.Any}
	p := Props{Authorizer: signing()}
	if r.IntN(3) == 0 {
		p.CORS = &CORS{AllowOrigins: []string{"https://shop.example.com"}}
	}
	var patterns []route.Pattern
	for range 1 + r.IntN(6) {
		path := ""
		for d := range r.IntN(4) {
			s := words[r.IntN(len(words))]
			if x := r.IntN(8); x < 3 {
				s = fmt.Sprintf("{p%d}", d)
			} else if x == 3 {
				s = fmt.Sprintf("{p%d+}", d)
			}
			if path += "/" + s; strings.HasSuffix(s, "+}") {
				break
			}
		}
		if path == "" {
			path = "/"
		}
		one := handle(verbs[r.IntN(len(verbs))]+" "+path, fn)
		pattern, err := route.Parse(one.Pattern)
		if err != nil {
			continue
		}
		if _, err := route.NewTable(append(patterns[:len(patterns):len(patterns)], pattern)); err != nil {
			continue
		}
		patterns = append(patterns, pattern)
		if r.IntN(3) == 0 {
			one.Access = append(one.Access, Public{"x"})
		}
		if x := r.IntN(5); x < 3 {
			one.Access = append(one.Access, [...]FromCIDRs{from(office), from(branch), from(office, branch)}[x])
		}
		p.Routes = append(p.Routes, one)
	}
	return p
}

// randomCall returns a random request that is similar to a plan's routes, in plain or odd spelling.
func randomCall(r *rand.Rand, p *Plan) (verb, path string) {
	values := []string{"x", "a", "b", "ab", "a%2Fb", "%61", "%2E%2E", "..", ".", "a.b", "%", "a%", "prod", "GET", "",
		"a:b", "%2F"}
	pattern := p.Routes[r.IntN(len(p.Routes))].Pattern
	for _, s := range pattern.Segments {
		text := s.Text
		if s.Kind != route.Literal || r.IntN(8) == 0 {
			text = values[r.IntN(len(values))]
			for s.Kind == route.Greedy && r.IntN(2) == 0 {
				text += "/" + values[r.IntN(len(values))]
			}
		} else if r.IntN(10) == 0 {
			text = fmt.Sprintf("%%%02x", text[0]) + text[1:]
		}
		path += "/" + text
	}
	switch r.IntN(8) {
	case 0:
		path += "/"
	case 1:
		path += "/" + values[r.IntN(len(values))]
	case 2:
		path = "/" + path
	case 3:
		path += "//"
	}
	if path == "" {
		path = "/"
	}
	return route.Verbs[r.IntN(len(route.Verbs))], path
}

// A policy that names too many other routes is refused with a way out. A table of the usual form fits.
func TestThePolicyOfManyRoutes(t *testing.T) {
	judged := func(pattern func(i int) string) error {
		p := Props{Authorizer: signing(), Routes: []Route{handle("ANY /admin/{id}/parts", fn, from(office))}}
		for i := range 150 {
			p.Routes = append(p.Routes, handle(pattern(i), fn))
		}
		made, err := New(p)
		if err != nil {
			t.Fatal(err)
		}
		document, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": made.PolicyStatements()})
		if err != nil {
			t.Fatal(err)
		}
		return made.JudgePolicy(document)
	}
	if err := judged(func(i int) string { return fmt.Sprintf("ANY /area%d/things/{id}/%d", i%10, i) }); err != nil {
		t.Error(err)
	}
	err := judged(func(i int) string { return fmt.Sprintf("GET /collection-of-things-%d/{id}", i) })
	const want = "characters and API Gateway takes 8192: merge ranges, or name fewer; with FromCIDRs it names the other " +
		"routes, by what their paths begin with: let these begin alike, or put the routes with FromCIDRs into an API of " +
		"their own, with AllowCIDRs"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
