package plan

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// FuzzTable checks that every accepted table keeps what a plan promises, and that every other table is an error.
//
// A table is a text of lines: a verb, a path and words for a route; or a word for the API.
func FuzzTable(f *testing.F) {
	for _, text := range []string{
		"",
		"GET /orders scope=orders:read\nGET /health public=probe",
		"GET /orders scope=a scope=b group=c\nPOST /orders scope=a fn=2\nANY /orders/{id} key",
		"GET /orders/admin\nANY /orders/{id} public=lookup",
		"ANY /{proxy+} public=pages\nGET /admin",
		"GET /a/{id} scope=one\nGET /a/{id}/b scope=two\nGET /a/{id}/b/{c} scope=one",
		"guard=ops:signed\nGET /a by=ops\nGET /b\nallow=203.0.113.0/24\ndeny=203.0.113.7/32",
		"guard=pool:scopes\nGET /files/{id} by=pool scope=a\nGET /files/{id}/audit\nallow=10.0.0.0/8",
		"guard=pool:scopes\nGET /a by=pool\nGET /b/{x} by=pool scope=s\nallow=198.51.100.0/24\ncors=https://a.example.com",
		"cors=*\nOPTIONS /a public=hand\nGET /a",
		"cors=https://a.example.com\ncors=https://b.example.com\nGET /\nANY /x/{y+}",
		"stage=v1\nflush\nGET /a scope=${Token[TOKEN.1]}",
		"stage=${Token[TOKEN.1]}\nallow=#{Token[TOKEN.2]}\nGET /a",
		"keys\nGET /a key\nGET /b public=x key",
		"GET /a apikey scope=s\nGET /b keyonly=prices throttle\nGET /c keyonly= public=x\nGET /d public=x key",
		"GET /a/{id} from=203.0.113.7\nGET /b from=2001:db8::/32 public=x\nANY /{c} from=203.0.113.7,x\nallow=203.0.113.0/24",
		"private\nallow=10.0.0.0/8\nGET /a",
		"undeployed\nGET /a\nallow=203.0.113.0/24",
		"GET /a\nGET /a\nget /b\nGET /:id\nGET /c/{x}/{x}\nGET d",
		"GET /{a} public=x\nGET /{b}",
		"GET /a claim=plan:pro,team\nGET /b claimHas=amr:mfa scope=s\nPOST /b either=group:staff|claim:plan:pro",
		"GET /a/{x} claim=plan:pro\nGET /{y}/b claim=plan:free\nGET /{y}/{z} either=claim:plan:free|claim:plan:pro",
		"GET /u/{id} pathIs=id:sub\nGET /u/{id}/x either=pathIs:id:sub|group:admins\n" +
			"GET /t/{t}/{x} pathIn=t:tenants pathIs=x:sub",
		"GET /a/{x}/b/{id}/{rest+} pathIs=id:sub",
		"GET /a/{id} pathIs=x:sub\nGET /b pathIn=b:c\nGET /c/{r+} pathIs=r:sub",
		"guard=web:session\nGET /a by=web scope=s\nPOST /b by=web\nGET /auth/login public=x",
		"guard=web:session\nguard=fresh:fresh\nGET /a by=web\nPOST /a by=fresh forward\nGET /{x+} by=web\n" +
			"cors=https://shop.example.com\ncors=https://admin.example.com",
		"guard=web:session\nANY /a by=web forward\ncors=https://admin.example.com\nGET /{proxy+} public=pages",
		"GET /a claim=plan:pro,pro\nGET /b either=scope:s\nGET /c either=scope:s|either:x|public:y claim=a",
	} {
		f.Add(text)
	}
	for seed := range uint64(40) {
		f.Add(randomTable(rand.New(rand.NewPCG(seed, 9))))
	}
	f.Fuzz(func(t *testing.T, text string) {
		props := readTable(text)
		p, err := New(props)
		if err != nil {
			if p != nil || strings.TrimSpace(err.Error()) == "" {
				t.Fatalf("a plan %v besides the error %q", p, err)
			}
			return
		}
		checkPlan(t, p)
		checkOrder(t, props, p)
	})
}

// checkPlan checks what a plan promises about its routes.
func checkPlan(t *testing.T, p *Plan) {
	used := map[*Guard]bool{}
	for i, r := range p.Routes {
		used[r.Guard] = true
		switch {
		case r.Guard == nil && strings.TrimSpace(r.Reason) == "":
			t.Errorf("%s is open without a reason", r.Pattern)
		case r.KeyOnly != (r.Guard == nil && r.NeedsKey):
			t.Errorf("%s has the guard %v, a key %v, and is public with a key %v", r.Pattern, r.Guard, r.NeedsKey, r.KeyOnly)
		case r.Guard == nil && len(r.Requires) > 0:
			t.Errorf("%s is open and requires %v", r.Pattern, r.Requires)
		case r.Guard != nil && r.Guard.Enforces(r.Requires) != nil:
			t.Errorf("%s requires what %s does not enforce", r.Pattern, r.Guard)
		}
		checkSession(t, p, r)
		if r.Login == nil && (r.Index != i || p.props.Routes[i].Pattern != r.Route.Pattern) {
			t.Errorf("%s has the index %d, want %d", r.Pattern, r.Index, i)
		}
		for _, verb := range route.Verbs {
			if r.Guard != nil {
				checkOpen(t, p, r, verb)
			}
		}
	}
	for _, g := range p.Guards {
		if !used[g] {
			t.Errorf("%s guards no route", g)
		}
		checkTable(t, p, g)
	}
}

// checkSession checks what a plan promises about sessions. A login's routes are open. An access token is in no cache.
// CORS does not allow what a cached authorizer would deny to a page of a sibling host.
func checkSession(t *testing.T, p *Plan, r PlannedRoute) {
	if r.Login != nil && (r.Guard != nil || r.Function != r.Login.Function) {
		t.Errorf("%s of %s is guarded by %v, and function %d answers it", r.Pattern, r.Login, r.Guard, r.Function)
	}
	if r.Forward && (r.Guard == nil || r.Guard.Session == nil || r.Guard.Session.Cached) {
		t.Errorf("%s gets an access token from %s", r.Pattern, r.Guard)
	}
	if r.Guard == nil || r.Guard.Session == nil {
		return
	}
	session := r.Guard.Session
	if len(p.SiblingOrigins(session.Login)) > 0 && session.Cached && len(p.props.CORS.preflightVerbs(unsafeVerbs(r))) > 0 {
		t.Errorf("%s allows writes of sibling hosts, which %s denies", r.Pattern, r.Guard)
	}
	if !slices.Contains(p.Logins, session.Login) {
		t.Errorf("%s has its own login", r.Guard)
	}
}

// checkOpen sends a request to the path of a guarded route, which an open route with another path must not serve.
func checkOpen(t *testing.T, p *Plan, r PlannedRoute, verb string) {
	var path strings.Builder
	for _, s := range r.Pattern.Segments {
		if path.WriteByte('/'); s.Kind == route.Literal {
			path.WriteString(s.Text)
		} else {
			path.WriteByte('~') // not a literal of any pattern
		}
	}
	i := p.table.Index(verb, path.String())
	if i < 0 || r.Pattern.Variable() {
		return
	}
	if by := p.Routes[i]; by.Guard == nil && by.Pattern.Path() != r.Pattern.Path() {
		t.Errorf("%s %s is served by the open route %s instead of the guarded %s", verb, path.String(), by.Pattern, r.Pattern)
	}
}

// checkTable checks the table for a guard's included function.
func checkTable(t *testing.T, p *Plan, g *Guard) {
	if (g.Table != nil) != (g.Included != nil) {
		t.Fatalf("%s has a table: %t", g, g.Table != nil)
	}
	if g.Table == nil {
		return
	}
	routes := slices.Collect(p.Sorted())
	for i, rule := range g.Table.Rules() {
		r := routes[i]
		if rule.Elsewhere != (r.Guard != g) || !rule.Elsewhere && !equalRequirements(rule.Requires, r.Requires) {
			t.Errorf("%s: the rule %+v is not that of %+v", g, rule, r)
		}
	}
}

func equalRequirements(a, b []access.Requirement) bool {
	return slices.EqualFunc(a, b, access.Requirement.Equal)
}

// checkOrder reorders the table, which must not change what is built.
func checkOrder(t *testing.T, props Props, p *Plan) {
	props.Routes = slices.Clone(props.Routes)
	slices.Reverse(props.Routes)
	turned, err := New(props)
	if err != nil {
		t.Fatalf("accepted, and not in another order: %v", err)
	}
	for i, r := range slices.Collect(p.Sorted()) {
		if other := slices.Collect(turned.Sorted())[i]; other.Pattern.String() != r.Pattern.String() {
			t.Errorf("in another order %s is where %s was", other.Pattern, r.Pattern)
		}
	}
	if a, b := p.PolicyStatements(), turned.PolicyStatements(); !reflect.DeepEqual(a, b) {
		t.Errorf("in another order the policy is\n%v, and was\n%v", b, a)
	}
	if props.CORS != nil && !reflect.DeepEqual(p.Preflights(), turned.Preflights()) {
		t.Errorf("in another order the preflights are\n%v, and were\n%v", turned.Preflights(), p.Preflights())
	}
}

// readTable reads a table from a text: see [FuzzTable].
func readTable(text string) Props {
	p := Props{Authorizer: deciding(jwt()), Authorizers: map[string]*Authorizer{}}
	policy, cors, rest := &ResourcePolicy{}, &CORS{}, &RestAPI{}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		name, value, _ := strings.Cut(words[0], "=")
		switch name {
		case "guard":
			id, kind, _ := strings.Cut(value, ":")
			p.Authorizers[id] = map[string]*Authorizer{
				"signed": signing(), "scopes": comparing(),
				"session": sessionOf(loginOf(nil), true), "fresh": sessionOf(loginOf(nil), false),
			}[kind]
		case "cors":
			p.CORS, cors.AllowOrigins = cors, append(cors.AllowOrigins, value)
			cors.AllowCredentials = value != "*"
		case "allow":
			p.Policy, policy.AllowCIDRs = policy, append(policy.AllowCIDRs, value)
		case "deny":
			p.Policy, policy.DenyCIDRs = policy, append(policy.DenyCIDRs, value)
		case "stage":
			p.Stage.Name = value
		case "flush":
			p.Stage.FlushAuthorizerCache = true
		case "keys":
			p.RestAPI, rest.KeysFromAuthorizer = rest, true
		case "private":
			p.RestAPI, rest.Private = rest, true
		case "undeployed":
			p.RestAPI, rest.NotDeployed = rest, true
		default:
			p.Routes = append(p.Routes, readRoute(words))
		}
	}
	return p
}

func readRoute(words []string) Route {
	r := Route{Pattern: strings.Join(words[:min(2, len(words))], " "), Function: 1}
	for _, word := range words[min(2, len(words)):] {
		switch name, value, _ := strings.Cut(word, "="); name {
		case "scope", "group", "role":
			r.Access = append(r.Access, readRequirement(name, value))
		case "claim", "claimHas", "pathIs", "pathIn":
			r.Access = append(r.Access, readRequirement(name, value))
		case "either":
			var allowed []Access
			for alternative := range strings.SplitSeq(value, "|") {
				kind, values, _ := strings.Cut(alternative, ":")
				allowed = append(allowed, readRequirement(kind, values))
			}
			r.Access = append(r.Access, Either{allowed})
		case "public":
			r.Access = append(r.Access, Public{value})
		case "by":
			r.Access = append(r.Access, GuardedBy{value})
		case "forward":
			r.Access = append(r.Access, Forward{})
		case "key":
			r.NeedsKey = true
		case "apikey":
			r.Access = append(r.Access, APIKey{})
		case "keyonly":
			r.Access = append(r.Access, KeyOnly{value})
		case "throttle":
			r.Access = append(r.Access, Throttle{1, 1})
		case "from":
			r.Access = append(r.Access, FromCIDRs{strings.Split(value, ",")})
		case "fn":
			r.Function, _ = strconv.Atoi(value)
		}
	}
	return r
}

// readRequirement reads "orders:read,orders:write", or with a claim "plan:pro,team".
func readRequirement(kind, value string) Requirement {
	r := Requirement{Kind: access.Kind(kind)}
	switch {
	case strings.HasPrefix(kind, "claim"):
		r.Claim, value, _ = strings.Cut(value, ":")
	case strings.HasPrefix(kind, "path"):
		r.Parameter, r.Claim, _ = strings.Cut(value, ":")
		return r
	}
	r.AnyOf = strings.Split(value, ",")
	return r
}

// randomTable writes a random table with few names, so that its routes overlap.
func randomTable(r *rand.Rand) string {
	pick := func(choices ...string) string { return choices[r.IntN(len(choices))] }
	var b strings.Builder
	if r.IntN(2) == 0 {
		fmt.Fprintf(&b, "guard=other:%s\n%s /other by=other %s\n", pick("signed", "scopes", "session", "fresh"),
			pick("GET", "GET", "POST"), pick("", "", "forward"))
	}
	b.WriteString(pick("", "", "cors=https://a.example.com\n", "cors=https://shop.example.com\n", "undeployed\n",
		"allow=203.0.113.0/24\n"))
	for range 1 + r.IntN(6) {
		path := ""
		for depth := range 1 + r.IntN(3) {
			path += "/" + pick("a", "b", fmt.Sprintf("{p%d}", depth))
		}
		path += pick("", "", "", "/{rest+}")
		fmt.Fprintf(&b, "%s %s %s fn=%d\n", pick("GET", "POST", "HEAD", "ANY"), path,
			pick("", "scope=s", "scope=s,t group=g", "public=x", "role=r", "claim=plan:pro", "claim=plan:free,pro",
				"claimHas=amr:mfa", "either=scope:s|claim:plan:free", "pathIs=p0:sub", "pathIs=p1:sub",
				"pathIn=p1:tenants scope=s", "either=pathIs:p1:sub|group:g"), 1+r.IntN(2))
	}
	return b.String()
}
