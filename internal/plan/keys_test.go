package plan

import (
	"slices"
	"strings"
	"testing"
)

func withOptions(r Route, change func(*Route)) Route {
	change(&r)
	return r
}

func TestWrongKeys(t *testing.T) {
	needs := func(r *Route) { r.NeedsKey = true }
	needsNot := func(r *Route) { r.NeedsNoKey = true }
	testRefusals(t, []refusal{
		{"no reason", add(handle("GET /a", fn, KeyOnly{" "})),
			`route "GET /a": KeyOnly needs a reason, for those who review it, as a key does not say who calls: ` +
				`KeyOnly("partners send their key, prices are no secret")`},
		{"public and a key", add(handle("GET /a", fn, Public{"x"}, APIKey{})),
			`route "GET /a": it is Public and needs an API key: say KeyOnly("why a key is enough") instead of Public, ` +
				`or leave the key out`},
		{"public and a key, also by its options", add(withOptions(handle("GET /a", fn, Public{"x"}, APIKey{}), needs)),
			`route "GET /a": it is Public and needs an API key: say KeyOnly("why a key is enough") instead of Public`},
		{"public and key only", add(handle("GET /a", fn, KeyOnly{"x"}, Public{"y"})),
			`route "GET /a": it is both Public and KeyOnly: leave Public out, if callers need a key`},
		{"key only and a requirement", add(handle("GET /a", fn, KeyOnly{"x"}, anyScope("s"))),
			`route "GET /a": it is KeyOnly and yet requires scope s: leave one of them out`},
		{"key only and a guard", add(handle("GET /a", fn, KeyOnly{"x"}, GuardedBy{"ops"})),
			`route "GET /a": it is both KeyOnly and GuardedBy "ops": leave one of them out`},
		{"key only and a token", add(handle("GET /a", fn, KeyOnly{"x"}, Forward{})),
			`route "GET /a": it is KeyOnly and has ForwardAccessToken, and its callers have no session`},
		{"key only and AnyCaller", add(handle("GET /a", fn, KeyOnly{"x"}, AnyCaller{})),
			`route "GET /a": it is KeyOnly and has AnyCaller, which is for guarded routes`},
		{"a key, and options without one", add(withOptions(handle("GET /a", fn, APIKey{}), needsNot)),
			`route "GET /a": it has APIKey, and its MethodOptions set ApiKeyRequired to false: leave one of them out`},
		{"key only, and options without one", add(withOptions(handle("GET /a", fn, KeyOnly{"x"}), needsNot)),
			`route "GET /a": it has KeyOnly, and its MethodOptions set ApiKeyRequired to false: leave one of them out`},
		{"a preflight with a key", add(handle("OPTIONS /a", fn, KeyOnly{"x"})),
			`route "OPTIONS /a": it needs an API key, but a browser's preflight sends none: declare Props.CORS instead of ` +
				`the route, or let it need no key`},
		{"in Either", add(handle("GET /a", fn, Either{[]Access{anyScope("s"), APIKey{}}})),
			`route "GET /a": its Either holds APIKey, which is not a requirement of who calls: write it beside Either`},
		{"key only in Either", add(handle("GET /a", fn, Either{[]Access{anyScope("s"), KeyOnly{"x"}}})),
			`its Either holds KeyOnly, which is not a requirement of who calls: write it beside Either`},
		{"in DefaultAccess", defaults(APIKey{}), "Props.DefaultAccess holds a word that is not a requirement"},
		{"keys from the authorizer", both(add(handle("GET /a", fn, KeyOnly{"x"})), func(p *Props) {
			p.RestAPI = &RestAPI{KeysFromAuthorizer: true}
		}), `route "GET /a" needs an API key, RestApiProps.ApiKeySourceType is AUTHORIZER, and a public route has no ` +
			`authorizer to name one`},
		{"a route with a key alone that takes what a guarded one leaves",
			add(handle("POST /{proxy+}", fn, KeyOnly{"x"})),
			`route "POST /{proxy+}" is public and gets what "GET /orders", which is guarded, does not take`},
	})
}

func TestKeys(t *testing.T) {
	p, err := New(table(add(
		handle("GET /a", fn, APIKey{}, anyScope("s")),
		handle("GET /b", fn, KeyOnly{"prices are no secret"}),
		withOptions(handle("GET /c", fn), func(r *Route) { r.NeedsKey = true }),
		withOptions(handle("GET /d", fn, Public{"prices"}), func(r *Route) { r.NeedsKey = true }),
	)))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		route          string
		key, only, own bool
		callers        string
	}{
		{"GET /orders", false, false, true, "scope orders:read by the API's Included"},
		{"GET /health", false, false, false, "everyone"},
		{"GET /a", true, false, true, "scope s by the API's Included with an API key"},
		{"GET /b", true, true, false, "everyone with an API key"},
		{"GET /c", true, false, true, "all callers of the API's Included with an API key"},
		{"GET /d", true, true, false, "everyone with an API key"},
	} {
		i := slices.IndexFunc(p.Routes, func(r PlannedRoute) bool { return r.Pattern.String() == tt.route })
		r := p.Routes[i]
		if r.NeedsKey != tt.key || r.KeyOnly != tt.only || (r.Guard != nil) != tt.own || r.callers() != tt.callers {
			t.Errorf("%s: got a key %v, key only %v, guard %v, %q", tt.route, r.NeedsKey, r.KeyOnly, r.Guard, r.callers())
		}
	}
}

func TestWrongThrottles(t *testing.T) {
	throttled := add(handle("GET /a/{id}", fn, Throttle{5, 10}))
	options := func(keys ...string) func(*Props) {
		return func(p *Props) { p.RestAPI = &RestAPI{MethodOptions: keys} }
	}
	testRefusals(t, []refusal{
		{"no rate", add(handle("GET /a", fn, Throttle{0, 10})),
			`route "GET /a": it has Throttle(0, 10): want a rate above 0 in requests a second, and a burst of at least 1 ` +
				`request`},
		{"a rate that is a token", add(handle("GET /a", fn, Throttle{-1.8881545897087626e289, 10})),
			`it has Throttle(a CDK token, 10): want a rate above 0`},
		{"no burst", add(handle("GET /a", fn, Throttle{0.5, 0})), `it has Throttle(0.5, 0): want a rate above 0`},
		{"below zero", add(handle("GET /a", fn, Throttle{-1, -1})), `it has Throttle(-1, -1): want a rate above 0`},
		{"twice", add(handle("GET /a", fn, Throttle{1, 1}, Throttle{2, 2})),
			`route "GET /a": it has Throttle twice: leave one of them out`},
		{"no stage", both(throttled, func(p *Props) { p.RestAPI = &RestAPI{NotDeployed: true} }),
			`route "GET /a/{id}" has settings of its stage, such as Throttle or CacheResponse, and there is no stage, as ` +
				`RestApiProps.Deploy is false: leave them out, and set MethodOptions of your own stage`},
		{"also in the stage's options", both(throttled, options("/a/{id}/get")),
			`route "GET /a/{id}" has settings of its stage, such as Throttle or CacheResponse, and ` +
				`RestApiProps.DeployOptions.MethodOptions has its method too: leave one of the two out`},
		{"the root, also in the stage's options", both(add(handle("GET /", fn, Throttle{1, 1})), options("//GET")),
			`route "GET /" has settings of its stage`},
		{"in Either", add(handle("GET /a", fn, Either{[]Access{anyScope("s"), Throttle{1, 1}}})),
			"its Either holds Throttle, which is not a requirement of who calls"},
	})
}

func TestMethodSettings(t *testing.T) {
	p, err := New(table(both(
		add(handle("POST /a", fn, Throttle{0.5, 1}), handle("ANY /", fn, Throttle{5, 10}),
			handle("GET /a", fn, Throttle{2, 3})),
		func(p *Props) { p.RestAPI = &RestAPI{MethodOptions: []string{"/a/PUT", "/*/*", "/a/b/GET", "no path"}} },
	)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range p.MethodSettings() {
		got = append(got, strings.TrimSpace(s.Verb+" "+s.Path))
		if s.Throttle == nil {
			t.Errorf("%s has no throttle", s.Path)
		}
	}
	if want := []string{
		"DELETE /", "GET /", "HEAD /", "OPTIONS /", "PATCH /", "POST /", "PUT /", "GET /a", "POST /a",
	}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A router that decodes paths may serve a route that needs a key to callers without one, or a route for some addresses
// to callers from others.
func TestSiblingsOfKeysAndAddresses(t *testing.T) {
	for _, tt := range []struct {
		name           string
		chosen, served Route
		want           string // of the warning; "" for none
	}{
		{"a key", handle("GET /{page+}", fn, Public{"pages"}), handle("GET /prices", fn, KeyOnly{"x"}),
			`answers "GET /{page+}", for everyone, and "GET /prices", for everyone with an API key. API Gateway ` +
				`authorizes GET /%70rices as "GET /{page+}"`},
		{"the same key", handle("GET /{page+}", fn, KeyOnly{"pages"}), handle("GET /prices", fn, KeyOnly{"x"}), ""},
		{"addresses", handle("ANY /a", fn), handle("GET /a", fn, from(office)),
			`for all callers of the API's Signing, and "GET /a", for all callers of the API's Signing from 203.0.113.0/24. ` +
				`API Gateway authorizes HEAD /a as "ANY /a"`},
		{"fewer addresses", handle("ANY /a", fn, from(office)), handle("GET /a", fn, from(office, branch)), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := New(Props{Authorizer: signing(), Routes: []Route{tt.chosen, tt.served, handle("GET /x/y", fn+1)}})
			if err != nil {
				t.Fatal(err)
			}
			var got string
			for _, s := range p.Siblings() {
				got += s.Warning("Shop/Fn", false, "id")
			}
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
